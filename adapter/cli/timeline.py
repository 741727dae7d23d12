"""A person's history in one line for each entry, with what they had after it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from adapter.core import ledger
from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import Balance, Entry, Role, StatementLine
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.db import Work

# An entry has a leg for each account of a purse at most.
MOST_LEGS = 3

# What points do that the member has before and after.
WITHIN = {
    (Role.SPENDABLE, Role.RESERVED): "set aside",
    (Role.RESERVED, Role.SPENDABLE): "let go",
    (Role.PENDING, Role.SPENDABLE): "active now",
}


@dataclass(frozen=True, slots=True)
class Held:
    """So much of one unit, over all purses of a person; in their smallest parts."""

    available: int = 0
    total: int = 0

    def less(self, lines: Sequence[StatementLine]) -> Held:
        """What was held before these legs of an entry."""
        available = sum(line.amount_minor for line in lines if line.role is Role.SPENDABLE)
        total = sum(line.amount_minor for line in lines)
        return Held(self.available - available, self.total - total)


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry, what it did to each account, and what the person had before and after it."""

    entry: Entry
    unit: str
    legs: tuple[StatementLine, ...]
    before: Held
    after: Held

    @property
    def moved_minor(self) -> int:
        """What the person has more, or less; nothing where points only changed their place."""
        return self.after.total - self.before.total


def timeline(
    work: Work, member: Member, terms: ProgramTerms, held: Mapping[str, Held], *, limit: int
) -> Iterator[dict[str, Any]]:
    """The last entries, the oldest of them first: a line for each account they touched."""
    lines = ledger.statement(work, member.id, limit=limit * MOST_LEGS)
    for movement in movements(lines, held)[-limit:]:
        unit = terms.unit(movement.unit)
        person = _person(unit, movement.moved_minor, movement.after)
        for line in movement.legs:
            yield _line(line, unit) | {"within": within(movement)} | person


def entered(work: Work, member: Member) -> dict[str, Held]:
    """What a member has of each unit by what is entered, whatever time has done since."""
    available: defaultdict[str, int] = defaultdict(int)
    total: defaultdict[str, int] = defaultdict(int)
    accounts, _ = ledger.accounts_and_lots(work, [member.id])
    for account in accounts:
        total[account.unit] += account.balance_minor or 0
        if account.role == Role.SPENDABLE:
            available[account.unit] += account.balance_minor or 0
    return {unit: Held(available[unit], total[unit]) for unit in total}


def due(
    booked: Mapping[str, Held], purses: Iterable[tuple[str, Balance]], terms: ProgramTerms
) -> Iterator[dict[str, Any]]:
    """What time has done since, and no entry says yet: what has expired, or become active."""
    now: dict[str, Held] = {}
    for code, held in purses:
        before = now.get(code, Held())
        now[code] = Held(before.available + held.available.minor, before.total + held.total.minor)
    for code, after in now.items():
        before = booked.get(code, Held())
        if before != after:
            yield {"unit": code} | _person(terms.unit(code), after.total - before.total, after)


def movements(lines: Sequence[StatementLine], held: Mapping[str, Held]) -> list[Movement]:
    """The entries behind these lines, the oldest first, reckoned back from what is held after all
    of them.
    """
    left = dict(held)
    found = []
    for _, group in groupby(reversed(lines), key=lambda line: line.entry.id):
        legs = tuple(group)[::-1]
        unit = legs[0].unit
        after = left.get(unit, Held())
        left[unit] = before = after.less(legs)
        found.append(Movement(legs[0].entry, unit, legs, before, after))
    return found[::-1]


def within(movement: Movement) -> str:
    """What an entry did that only changed the place of points; nothing of any other."""
    if movement.moved_minor:
        return ""
    taken = next((leg.role for leg in movement.legs if leg.amount_minor < 0), None)
    given = next((leg.role for leg in movement.legs if leg.amount_minor > 0), None)
    return WITHIN.get((taken, given), "moved") if taken and given else ""


def _line(line: StatementLine, unit: Unit) -> dict[str, Any]:
    entry = line.entry
    return {
        "at": line.occurred_at,
        "recorded_at": entry.recorded_at,
        "entry": str(entry.id),
        "reverses": _known(entry.reverses_id or entry.reverses_part_of_id),
        "kind": entry.kind,
        "reason": entry.reason,
        "channel": entry.channel,
        "outlet": entry.outlet_code,
        "terminal": entry.terminal,
        "actor": entry.actor,
        "account": str(line.role),
        "unit": line.unit,
        "amount": str(Amount(line.amount_minor, unit)),
        "balance": str(Amount(line.balance_after_minor, unit)),
    }


def _known(entry_id: uuid.UUID | None) -> str | None:
    return str(entry_id) if entry_id else None


def _person(unit: Unit, moved_minor: int, after: Held) -> dict[str, Any]:
    """What the person has more of it, and what they have then; whichever account it is on."""
    return {
        "moved": str(Amount(moved_minor, unit)),
        "available": str(Amount(after.available, unit)),
        "total": str(Amount(after.total, unit)),
    }
