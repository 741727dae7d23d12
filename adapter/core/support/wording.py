"""An entry in words: what happened, who said so, which lots it touched, what undid it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from adapter.core import programs
from adapter.core.amounts import Amount
from adapter.core.ledger import Account, EntryKind, Explanation, Lot, Moved, Posting, Role
from adapter.core.programs import ProgramTerms
from adapter.core.support.arithmetic import TEMPLATES as OF_RECKONING
from adapter.core.support.arithmetic import reckoning
from adapter.core.support.shown import PLAIN, POINT, Say, counted, told_in

WHEN = "On {when} ({zone}) {amount} "
# Of one, and of so many.
WHAT = {
    EntryKind.OPENING: (WHEN + "was the opening balance.", WHEN + "were the opening balance."),
    EntryKind.ACCRUAL: (
        WHEN + "was earned by a purchase.",
        WHEN + "were earned by a purchase.",
    ),
    EntryKind.BONUS: (WHEN + "was given as a bonus.", WHEN + "were given as a bonus."),
    EntryKind.REDEMPTION: (WHEN + "was spent.", WHEN + "were spent."),
    EntryKind.RETURN: (
        WHEN + "was taken back: goods were returned.",
        WHEN + "were taken back: goods were returned.",
    ),
    EntryKind.RESERVATION: (WHEN + "was set aside.", WHEN + "were set aside."),
    EntryKind.CAPTURE: (
        WHEN + "was spent out of what had been set aside.",
        WHEN + "were spent out of what had been set aside.",
    ),
    EntryKind.RELEASE: (
        WHEN + "was set aside before and is free again.",
        WHEN + "were set aside before and are free again.",
    ),
    EntryKind.ACTIVATION: (WHEN + "became active.", WHEN + "became active."),
    EntryKind.EXPIRY: (WHEN + "expired.", WHEN + "expired."),
    EntryKind.ADJUSTMENT: (WHEN + "was corrected by hand.", WHEN + "were corrected by hand."),
    EntryKind.REVERSAL: (
        WHEN + "went back: another entry was undone.",
        WHEN + "went back: another entry was undone.",
    ),
}
REASON = "The reason given: {reason}."
ENTERED = "It was entered on {when}."
STILL_THERE = "Of {wanted} to be taken back {moved} were still there."
PURSE = {
    Role.SPENDABLE: "What may be spent of the member went from {before} to {after}.",
    Role.PENDING: "What is not active yet of the member went from {before} to {after}.",
    Role.RESERVED: "What is set aside of the member went from {before} to {after}.",
}
PURSE_OF_CARD = {
    Role.SPENDABLE: "What may be spent of the card went from {before} to {after}.",
    Role.PENDING: "What is not active yet of the card went from {before} to {after}.",
    Role.RESERVED: "What is set aside of the card went from {before} to {after}.",
}
CAME = "It came {places}."
PLACES = ("through {place}", "at outlet {place}", "at terminal {place}", "by {place}")
ORIGIN = "Its origin is ({origin}): the same again moves nothing."
UNDOES = "It undoes entry {entry}."
UNDOES_PART = "It undoes a part of entry {entry}."
NAMED_LOT, LOT = 'the lot "{reason}" of {amount} ({life})', "a lot of {amount} ({life})"
FOREVER, UNTIL = "it never expires", "until {day}"
OPENED = "It opened {lot}; {left} of it is left now."
TOUCHED = "It {did} of {lot}; {left} of it is left now."
TOOK, PUT_BACK = "took {amount}", "put back {amount}"
SET_ASIDE, LET_GO = "set aside {amount}", "let go of {amount}"
BOTH, NOTHING = "{first} and {second}", "moved nothing"
UNDONE = "It was undone on {when} by entry {entry}."
UNDONE_PART = "Of it {amount} were undone on {when} by entry {entry}."
# All that is said, for those who say it in another language.
TEMPLATES = (
    *WHAT.values(),
    *PURSE.values(),
    *PURSE_OF_CARD.values(),
    *PLACES,
    *(REASON, ENTERED, STILL_THERE, CAME, ORIGIN, UNDOES, UNDOES_PART, NAMED_LOT, LOT, FOREVER),
    *(UNTIL, OPENED, TOUCHED, TOOK, PUT_BACK, SET_ASIDE, LET_GO, BOTH, NOTHING, UNDONE),
    UNDONE_PART,
    POINT,
    *OF_RECKONING,
)


def sentences(told: Explanation, terms: ProgramTerms, say: Say = PLAIN) -> list[str]:
    """The story of an entry, a sentence a line; in another language if `say` knows one."""
    return list(_Story(told, terms, say).told())


@dataclass(frozen=True, slots=True)
class _Story:
    about: Explanation
    terms: ProgramTerms
    say: Say

    def told(self) -> Iterator[str]:
        yield from self._happened()
        yield from self._reckoned()
        yield from self._origin()
        for owner, leg in self.about.legs:
            if owner.role in PURSE:
                yield self._balance(leg, owner)
        for lot, moved in self.about.lots:
            yield self._lot(lot, moved)
        yield from self._undone()

    def _happened(self) -> Iterator[str]:
        entry, say = self.about.entry, self.say
        amount = self._of(self._moved())
        whole = Amount(amount.minor, told_in(amount.unit, self.terms.currency)).whole
        words = say.counted(*WHAT[EntryKind(entry.kind)], counted(whole))
        yield words.format(
            when=self._moment(entry.occurred_at),
            zone=self.terms.timezone,
            amount=say.amount(amount, self.terms.currency, named=True),
        )
        if entry.reason:
            yield say(REASON).format(reason=say.reason(entry.reason))
        if entry.recorded_at != entry.occurred_at:
            yield say(ENTERED).format(when=self._moment(entry.recorded_at))

    def _reckoned(self) -> Iterator[str]:
        explanation = self.about.entry.explanation
        if explanation is None:
            return
        yield from reckoning(explanation, self.terms.currency, self.say)
        # A return takes no more than is there.
        moved, wanted = self._moved(), abs(explanation["points_minor"])
        if moved < wanted:
            words = self.say(STILL_THERE)
            yield words.format(wanted=self._amount(wanted), moved=self._amount(moved))

    def _origin(self) -> Iterator[str]:
        entry, say = self.about.entry, self.say
        channel = entry.channel and say.channel(entry.channel)
        given = (channel, entry.outlet_code, entry.terminal, entry.actor)
        known = [
            say(word).format(place=place)
            for word, place in zip(PLACES, given, strict=True)
            if place
        ]
        if known:
            yield say(CAME).format(places=", ".join(known))
        if entry.origin_reference:
            origin = f"{entry.origin_source}, {entry.origin_operation}, {entry.origin_reference}"
            yield say(ORIGIN).format(origin=origin)
        if entry.reverses_id:
            yield say(UNDOES).format(entry=entry.reverses_id)
        if entry.reverses_part_of_id:
            yield say(UNDOES_PART).format(entry=entry.reverses_part_of_id)

    def _balance(self, leg: Posting, account: Account) -> str:
        after = leg.balance_after_minor or 0
        words = PURSE_OF_CARD if account.owner_id != account.member_id else PURSE
        return self.say(words[Role(account.role)]).format(
            before=self._amount(after - leg.amount_minor), after=self._amount(after)
        )

    def _lot(self, lot: Lot, moved: Moved) -> str:
        say, life = self.say, self.say(FOREVER)
        if lot.expires_at is not None:
            day = programs.last_day(lot.expires_at, self.terms.timezone)
            life = say(UNTIL).format(day=say.day(day))
        name = say(NAMED_LOT if lot.reason else LOT).format(
            reason=say.reason(lot.reason), amount=self._amount(lot.amount_minor), life=life
        )
        left = self._amount(lot.remaining_minor)
        if lot.entry_id == self.about.entry.id:
            return say(OPENED).format(lot=name, left=left)
        return say(TOUCHED).format(did=self._did(moved), lot=name, left=left)

    def _did(self, moved: Moved) -> str:
        parts = []
        if moved.remaining_minor:
            word = TOOK if moved.remaining_minor < 0 else PUT_BACK
            parts.append(self._part(word, moved.remaining_minor))
        if moved.reserved_minor:
            word = SET_ASIDE if moved.reserved_minor > 0 else LET_GO
            parts.append(self._part(word, moved.reserved_minor))
        if len(parts) > 1:
            return self.say(BOTH).format(first=parts[0], second=parts[1])
        return parts[0] if parts else self.say(NOTHING)

    def _undone(self) -> Iterator[str]:
        if whole := self.about.reversed_by:
            when = self._moment(whole.recorded_at)
            yield self.say(UNDONE).format(when=when, entry=whole.id)
        for part, minor in self.about.reversed_in_part_by:
            when, amount = self._moment(part.recorded_at), self._amount(minor)
            yield self.say(UNDONE_PART).format(amount=amount, when=when, entry=part.id)

    def _moved(self) -> int:
        return max(leg.amount_minor for _, leg in self.about.legs)

    def _of(self, minor: int) -> Amount:
        return Amount(minor, self.terms.unit(self.about.entry.unit))

    def _amount(self, minor: int) -> str:
        return self.say.amount(self._of(minor), self.terms.currency)

    def _part(self, words: str, minor: int) -> str:
        return self.say(words).format(amount=self._amount(abs(minor)))

    def _moment(self, instant: datetime) -> str:
        return self.say.moment(instant, self.terms.timezone)
