"""An entry in words: what happened, who said so, which lots it touched, what undid it."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from adapter.core import programs
from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import Account, EntryKind, Explanation, Lot, Moved, Posting, Role
from adapter.core.programs import ProgramTerms
from adapter.core.support.arithmetic import TEMPLATES as OF_RECKONING
from adapter.core.support.arithmetic import reckoning
from adapter.core.support.shown import Say, moment, plain

WHEN = "On {when} ({zone}) "
WHAT = {
    EntryKind.OPENING: WHEN + "{amount} {unit} were the opening balance.",
    EntryKind.ACCRUAL: WHEN + "{amount} {unit} were earned by a purchase.",
    EntryKind.BONUS: WHEN + "{amount} {unit} were given as a bonus.",
    EntryKind.REDEMPTION: WHEN + "{amount} {unit} were spent.",
    EntryKind.RETURN: WHEN + "{amount} {unit} were taken back: goods were returned.",
    EntryKind.RESERVATION: WHEN + "{amount} {unit} were set aside.",
    EntryKind.CAPTURE: WHEN + "{amount} {unit} were spent out of what had been set aside.",
    EntryKind.RELEASE: WHEN + "{amount} {unit} were set aside before and are free again.",
    EntryKind.ACTIVATION: WHEN + "{amount} {unit} became active.",
    EntryKind.EXPIRY: WHEN + "{amount} {unit} expired.",
    EntryKind.ADJUSTMENT: WHEN + "{amount} {unit} were corrected by hand.",
    EntryKind.REVERSAL: WHEN + "{amount} {unit} went back: another entry was undone.",
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
    *OF_RECKONING,
)


def sentences(told: Explanation, terms: ProgramTerms, say: Say = plain) -> list[str]:
    """The story of an entry, a sentence a line; in another language if `say` knows one."""
    unit, zone = terms.unit(told.entry.unit), terms.timezone
    return [
        *_happened(told, unit, zone, say),
        *_reckoned(told, unit, terms.currency, say),
        *_said(told, say),
        *(_balance(leg, owner, unit, say) for owner, leg in told.legs if owner.role in PURSE),
        *(_lot(told, lot, moved, unit, zone, say) for lot, moved in told.lots),
        *_undone(told, unit, zone, say),
    ]


def _happened(told: Explanation, unit: Unit, zone: ZoneInfo, say: Say) -> Iterator[str]:
    entry = told.entry
    yield say(WHAT[EntryKind(entry.kind)]).format(
        when=moment(entry.occurred_at, zone),
        zone=zone,
        amount=Amount(_moved(told), unit),
        unit=say(unit.code),
    )
    if entry.reason:
        yield say(REASON).format(reason=entry.reason)
    if entry.recorded_at != entry.occurred_at:
        yield say(ENTERED).format(when=moment(entry.recorded_at, zone))


def _reckoned(told: Explanation, unit: Unit, currency: str, say: Say) -> Iterator[str]:
    explanation = told.entry.explanation
    if explanation is None:
        return
    yield from reckoning(explanation, currency, say)
    # A return takes no more than is there.
    moved, wanted = _moved(told), abs(explanation["points_minor"])
    if moved < wanted:
        yield say(STILL_THERE).format(wanted=Amount(wanted, unit), moved=Amount(moved, unit))


def _moved(told: Explanation) -> int:
    return max(leg.amount_minor for _, leg in told.legs)


def _said(told: Explanation, say: Say) -> Iterator[str]:
    entry = told.entry
    given = (entry.channel, entry.outlet_code, entry.terminal, entry.actor)
    known = [
        say(word).format(place=place) for word, place in zip(PLACES, given, strict=True) if place
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


def _balance(leg: Posting, account: Account, unit: Unit, say: Say) -> str:
    after = Amount(leg.balance_after_minor or 0, unit)
    before = after - Amount(leg.amount_minor, unit)
    words = PURSE_OF_CARD if account.owner_id != account.member_id else PURSE
    return say(words[Role(account.role)]).format(before=before, after=after)


def _lot(told: Explanation, lot: Lot, moved: Moved, unit: Unit, zone: ZoneInfo, say: Say) -> str:
    life = say(FOREVER)
    if lot.expires_at is not None:
        life = say(UNTIL).format(day=programs.last_day(lot.expires_at, zone))
    name = say(NAMED_LOT if lot.reason else LOT).format(
        reason=lot.reason, amount=Amount(lot.amount_minor, unit), life=life
    )
    left = Amount(lot.remaining_minor, unit)
    if lot.entry_id == told.entry.id:
        return say(OPENED).format(lot=name, left=left)
    return say(TOUCHED).format(did=_did(moved, unit, say), lot=name, left=left)


def _did(moved: Moved, unit: Unit, say: Say) -> str:
    parts = []
    if moved.remaining_minor:
        word = TOOK if moved.remaining_minor < 0 else PUT_BACK
        parts.append(say(word).format(amount=Amount(abs(moved.remaining_minor), unit)))
    if moved.reserved_minor:
        word = SET_ASIDE if moved.reserved_minor > 0 else LET_GO
        parts.append(say(word).format(amount=Amount(abs(moved.reserved_minor), unit)))
    if len(parts) > 1:
        return say(BOTH).format(first=parts[0], second=parts[1])
    return parts[0] if parts else say(NOTHING)


def _undone(told: Explanation, unit: Unit, zone: ZoneInfo, say: Say) -> Iterator[str]:
    if told.reversed_by:
        when = moment(told.reversed_by.recorded_at, zone)
        yield say(UNDONE).format(when=when, entry=told.reversed_by.id)
    for part, minor in told.reversed_in_part_by:
        when = moment(part.recorded_at, zone)
        amount = Amount(minor, unit)
        yield say(UNDONE_PART).format(amount=amount, when=when, entry=part.id)
