"""A person's history in one line for each entry, with what they had after it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapter.core import support
from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import Balance, StatementLine
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.support import Held
from adapter.db import Work


def timeline(
    work: Work, member: Member, terms: ProgramTerms, *, limit: int
) -> Iterator[dict[str, Any]]:
    """The last entries, the oldest of them first: a line for each account they touched."""
    for movement in reversed(support.history(work, member.id, limit=limit)):
        unit = terms.unit(movement.unit)
        person = _person(unit, movement.moved_minor, movement.after)
        for line in movement.legs:
            yield _line(line, unit) | {"within": support.within(movement)} | person


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
