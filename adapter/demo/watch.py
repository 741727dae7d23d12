"""What happened in the ledger since one last looked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from adapter.core import ledger, members, programs
from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import Account, Explanation, Posting, Role
from adapter.core.members import IdentityKind
from adapter.core.programs import ProgramTerms
from adapter.core.support import reckoning
from adapter.db import Database
from adapter.demo.people import Person

MINE = (Role.SPENDABLE, Role.PENDING, Role.RESERVED)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry: its kind, what it did to the balance that may be spent, the same in words, in
    which lots, and how it was reckoned.
    """

    kind: str
    amount: str
    words: str
    lots: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(slots=True)
class Followed:
    """Somebody, and the points they should have to spend by now."""

    person: Person
    points: Decimal


class Watch:
    """Looks at the ledger again and again, and tells each entry once."""

    def __init__(self, database: Database, terms: ProgramTerms) -> None:
        self._database = database
        self._terms = terms
        self.followed: Followed | None = None
        self._seen: set[uuid.UUID] = set()
        self._from = datetime.min.replace(tzinfo=terms.timezone)
        with database.reading() as work:
            self._from = work.now
            self._seen = {entry.id for entry in ledger.recorded_since(work, self._from)}

    def changes(self) -> list[Change]:
        """What was entered since the last look, the oldest first."""
        with self._database.reading() as work:
            fresh = [
                entry
                for entry in ledger.recorded_since(work, self._from)
                if entry.id not in self._seen
            ]
            self._seen |= {entry.id for entry in fresh}
            return [self._change(ledger.explain(work, entry.id)) for entry in fresh]

    def follow(self, person: Person | None) -> None:
        """From now on reckon this person's points along, whichever platform moves them."""
        self.followed = None
        if person is not None:
            self.followed = Followed(person, self.available(person.phone).whole)

    def available(self, phone: str) -> Amount:
        """The points that the member with this phone may spend; none, if nobody has it."""
        with self._database.reading() as work:
            found = members.by_identity(work, self._terms.id, IdentityKind.PHONE, phone)
            if not found:
                return Amount.zero(self._terms.points)
            return ledger.holdings(work, found[0].id).available(self._terms.points)

    def _change(self, told: Explanation) -> Change:
        unit, reckoned = self._terms.unit(told.entry.unit), told.entry.explanation
        legs = [(account, leg) for account, leg in told.legs if account.role in MINE]
        moved = "; ".join(
            f"{account.role} {_signed(leg.amount_minor, unit)}"
            f" → {Amount(leg.balance_after_minor or 0, unit)}"
            for account, leg in legs
        )
        reason = f" “{told.entry.reason}”" if told.entry.reason else ""
        return Change(
            kind=told.entry.kind,
            amount=str(Amount(_spendable(legs), unit)),
            words=f"{told.entry.kind}{reason}: {moved}",
            lots=tuple(self._lots(told, unit)),
            why=tuple(reckoning(reckoned, self._terms.currency)) if reckoned else (),
        )

    def _lots(self, told: Explanation, unit: Unit) -> Iterator[str]:
        for lot, moved in told.lots:
            until = "never expires"
            if lot.expires_at:
                until = f"until {programs.last_day(lot.expires_at, self._terms.timezone)}"
            name = f"a lot of {Amount(lot.amount_minor, unit)}, {until}"
            if lot.entry_id == told.entry.id:
                yield f"opened {name}"
            else:
                part = _signed(moved.remaining_minor or moved.reserved_minor, unit)
                yield f"{part} in {name}: {Amount(lot.remaining_minor, unit)} left"


def _spendable(legs: Iterable[tuple[Account, Posting]]) -> int:
    return sum(leg.amount_minor for account, leg in legs if account.role == Role.SPENDABLE)


def _signed(minor: int, unit: Unit) -> str:
    return f"{'+' if minor > 0 else ''}{Amount(minor, unit)}"
