"""A person's history, one entry after another, with what they had before and after each."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Uuid, case, func, literal, select, tuple_

from adapter.core import ledger
from adapter.core.ledger import (
    Account,
    Entry,
    Lot,
    LotMovement,
    Moved,
    Posting,
    Role,
    StatementLine,
)
from adapter.core.members import Member
from adapter.db import Work
from adapter.db.types import UtcDateTime

# What points do that the member has before and after.
WITHIN = {
    (Role.SPENDABLE, Role.RESERVED): "set aside",
    (Role.RESERVED, Role.SPENDABLE): "let go",
    (Role.PENDING, Role.SPENDABLE): "active now",
}
_MINE = (Role.SPENDABLE, Role.PENDING, Role.RESERVED)


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
    lots: tuple[tuple[Lot, Moved], ...] = ()

    @property
    def rules(self) -> list[tuple[str, int]]:
        """The rules it came about by, each with its version."""
        told = self.entry.explanation or {}
        parts = [told] if "rule" in told else list(told.get("parts", ()))
        parts += [one for part in parts for one in part.get("multipliers", ())]
        return list(dict.fromkeys((part["rule"], part["version"]) for part in parts))

    @property
    def moved_minor(self) -> int:
        """What the person has more, or less; nothing where points only changed their place."""
        return self.after.total - self.before.total


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a history are wanted; what is not said leaves none out."""

    kind: str | None = None
    unit: str | None = None
    channel: str | None = None
    outlet_code: str | None = None
    since: datetime | None = None
    before: datetime | None = None


def history(
    work: Work,
    member_id: uuid.UUID,
    wanted: Wanted = Wanted(),
    *,
    after: uuid.UUID | None = None,
    limit: int = 50,
) -> list[Movement]:
    """Entries of a member, the newest first, those behind the entry `after`; in four queries,
    however many there are. What was held is summed over all of them, whichever are wanted.
    """
    accounts = {
        account.id: account
        for account in work.session.scalars(
            select(Account).where(Account.member_id == member_id, Account.role.in_(_MINE))
        )
    }
    if not accounts:
        return []
    rows = work.session.execute(_page(member_id, accounts, wanted, after, limit)).all()
    entries = [row[0] for row in rows]
    legs, lots = _legs(work, entries, accounts), _lots(work, entries)
    return [
        Movement(
            entry,
            entry.unit,
            tuple(legs[entry.id]),
            Held(int(available), int(total)).less(legs[entry.id]),
            Held(int(available), int(total)),
            tuple(lots[entry.id]),
        )
        for entry, available, total in rows
    ]


def _page(
    member_id: uuid.UUID,
    accounts: Mapping[uuid.UUID, Account],
    wanted: Wanted,
    after: uuid.UUID | None,
    limit: int,
) -> Select[Any, Any, Any]:
    spendable = [one.id for one in accounts.values() if one.role == Role.SPENDABLE]
    available = case((Posting.account_id.in_(spendable), Posting.amount_minor), else_=0)
    # In the order of the index, so that the sums are those of an ordered history.
    moved = (
        select(
            Entry.id,
            Entry.unit,
            Entry.recorded_at,
            func.sum(available).label("available"),
            func.sum(Posting.amount_minor).label("total"),
        )
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Entry.member_id == member_id, Posting.account_id.in_(list(accounts)))
        .group_by(Entry.id, Entry.unit, Entry.recorded_at)
        .subquery()
    )
    in_turn, unit = (moved.c.recorded_at, moved.c.id), moved.c.unit
    held = select(
        moved.c.id,
        *(
            func.sum(column).over(partition_by=unit, order_by=in_turn).label(column.name)
            for column in (moved.c.available, moved.c.total)
        ),
    ).subquery()
    query = (
        select(Entry, held.c.available, held.c.total)
        .join(held, held.c.id == Entry.id)
        .where(*_conditions(wanted))
    )
    if after is not None:
        seen = (
            select(Entry.recorded_at)
            .where(Entry.id == after, Entry.member_id == member_id)
            .scalar_subquery()
        )
        behind = tuple_(seen, literal(after, Uuid()))
        query = query.where(tuple_(Entry.recorded_at, Entry.id) < behind)
    return query.order_by(Entry.recorded_at.desc(), Entry.id.desc()).limit(limit)


def _conditions(wanted: Wanted) -> list[Any]:
    asked: list[tuple[Any, Any]] = [
        (Entry.kind, wanted.kind),
        (Entry.unit, wanted.unit),
        (Entry.channel, wanted.channel),
        (Entry.outlet_code, wanted.outlet_code),
    ]
    conditions = [column == value for column, value in asked if value]
    if wanted.since:
        conditions.append(Entry.occurred_at >= literal(wanted.since, UtcDateTime()))
    if wanted.before:
        conditions.append(Entry.occurred_at < literal(wanted.before, UtcDateTime()))
    return conditions


def _legs(
    work: Work, entries: Sequence[Entry], accounts: Mapping[uuid.UUID, Account]
) -> dict[uuid.UUID, list[StatementLine]]:
    known = {entry.id: entry for entry in entries}
    found: dict[uuid.UUID, list[StatementLine]] = defaultdict(list)
    rows = work.session.scalars(
        select(Posting)
        .where(Posting.entry_id.in_(list(known)), Posting.account_id.in_(list(accounts)))
        .order_by(Posting.entry_id, Posting.line)
    )
    for posting in rows:
        entry, account = known[posting.entry_id], accounts[posting.account_id]
        found[entry.id].append(
            StatementLine(
                entry=entry,
                role=Role(account.role),
                unit=account.unit,
                amount_minor=posting.amount_minor,
                balance_after_minor=posting.balance_after_minor or 0,
                occurred_at=entry.occurred_at,
            )
        )
    return found


def _lots(work: Work, entries: Sequence[Entry]) -> dict[uuid.UUID, list[tuple[Lot, Moved]]]:
    found: dict[uuid.UUID, list[tuple[Lot, Moved]]] = defaultdict(list)
    rows = work.session.execute(
        select(LotMovement, Lot)
        .join(Lot, Lot.id == LotMovement.lot_id)
        .where(LotMovement.entry_id.in_([entry.id for entry in entries]))
        .order_by(LotMovement.entry_id, Lot.expires_at, Lot.id)
    )
    for movement, lot in rows:
        moved = Moved(movement.remaining_minor, movement.reserved_minor)
        found[movement.entry_id].append((lot, moved))
    return found


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


def within(movement: Movement) -> str:
    """What an entry did that only changed the place of points; nothing of any other."""
    if movement.moved_minor:
        return ""
    taken = next((leg.role for leg in movement.legs if leg.amount_minor < 0), None)
    given = next((leg.role for leg in movement.legs if leg.amount_minor > 0), None)
    return WITHIN.get((taken, given), "moved") if taken and given else ""
