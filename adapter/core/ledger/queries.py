"""How the ledger is read: a balance at an instant, and what happened to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select

from adapter.core.amounts import Amount
from adapter.core.ledger.lots import NEVER, open_lots
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    Account,
    Balance,
    Entry,
    Lot,
    Portion,
    Posting,
    Purse,
    Role,
)
from adapter.core.ledger.posting import accounts_of
from adapter.core.origins import Origin
from adapter.db import Work


def balance(work: Work, purse: Purse) -> Balance:
    """What a purse holds now, whether or not the expiry job has come by; two queries at most.

    Portions are listed with those that expire first in front, and sum up to the total, where
    nothing is owed.
    """
    accounts = {account.id: account for account in accounts_of(work, purse).values()}
    if not accounts:
        return Balance.nothing(purse.unit)
    return _balance(work, purse, accounts, open_lots(work, list(accounts.values())))


@dataclass(frozen=True, slots=True)
class Leg:
    """What an entry did to one of a member's accounts, and what stood there after it."""

    role: Role
    card_id: uuid.UUID | None  # where it is a card's
    amount_minor: int
    balance_after_minor: int


def entries_with_legs(
    work: Work, ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, tuple[Entry, list[Leg]]]:
    """Entries by id, with what each did to the member's own accounts, in one query."""
    wanted = list(ids)
    rows = work.session.execute(
        select(
            Entry,
            Account.role,
            Account.owner_id,
            Posting.amount_minor,
            Posting.balance_after_minor,
        )
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.id.in_(wanted), Account.role.in_(MEMBER_ROLES))
        .order_by(Posting.entry_id, Posting.line)
    )
    found: dict[uuid.UUID, tuple[Entry, list[Leg]]] = {}
    for entry, role, owner_id, amount, after in rows:
        card_id = owner_id if owner_id != entry.member_id else None
        # On a member's own account the balance after it is always there.
        leg = Leg(Role(role), card_id, amount, cast(int, after))
        found.setdefault(entry.id, (entry, []))[1].append(leg)
    return found


def _balance(
    work: Work, purse: Purse, accounts: dict[uuid.UUID, Account], lots: list[Lot]
) -> Balance:
    held = dict.fromkeys(MEMBER_ROLES, 0)
    for account in accounts.values():
        held[Role(account.role)] += account.balance_minor or 0
    owed = max(0, -held[Role.SPENDABLE])
    portions = []
    for lot in lots:
        role = Role(accounts[lot.account_id].role)
        shown = lot.remaining_minor
        if lot.is_expired(work.now):
            # Expired is expired, before the job writes it down; what is set aside stays.
            held[role] -= lot.free_minor
            shown = lot.reserved_minor
        elif role is Role.PENDING and lot.is_active(work.now):
            held[Role.PENDING] -= lot.free_minor
            held[Role.SPENDABLE] += lot.free_minor
            paid = min(owed, lot.free_minor)
            owed, shown = owed - paid, shown - paid
        if shown:
            portions.append(Portion(lot.reason, Amount(shown, purse.unit), lot.expires_at))
    return Balance(
        available=Amount(held[Role.SPENDABLE], purse.unit),
        pending=Amount(held[Role.PENDING], purse.unit),
        reserved=Amount(held[Role.RESERVED], purse.unit),
        portions=tuple(sorted(portions, key=lambda portion: portion.expires_at or NEVER)),
    )


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a member's history: what an entry did to one of their accounts."""

    entry: Entry
    role: Role
    unit: str
    amount_minor: int
    balance_after_minor: int
    occurred_at: datetime


def statement(work: Work, member_id: uuid.UUID, *, limit: int = 500) -> list[StatementLine]:
    """The last movements of a member's accounts, the oldest of them first."""
    rows = work.session.execute(
        select(Entry, Account.role, Account.unit, Posting)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.member_id == member_id, Account.role.in_(MEMBER_ROLES))
        .order_by(Entry.recorded_at.desc(), Entry.id.desc(), Posting.line.desc())
        .limit(limit)
    )
    lines = [
        StatementLine(
            entry=entry,
            role=Role(role),
            unit=unit,
            amount_minor=posting.amount_minor,
            balance_after_minor=posting.balance_after_minor or 0,
            occurred_at=entry.occurred_at,
        )
        for entry, role, unit, posting in rows
    ]
    return lines[::-1]


def by_origins(work: Work, purse: Purse, origin: Origin, *, since: datetime) -> Sequence[Entry]:
    """A member's entries since an instant whose origin has a reference that begins so, the oldest
    first.
    """
    found = select(Entry).where(
        Entry.program_id == purse.program_id,
        # No index finds the beginning of a text in every language; this one is short enough.
        Entry.member_id == purse.member_id,
        Entry.recorded_at >= since,
        Entry.origin_source == origin.source,
        Entry.origin_operation == origin.operation,
        Entry.origin_reference.startswith(origin.reference, autoescape=True),
    )
    return work.session.scalars(found.order_by(Entry.id)).all()


def change(work: Work, entry: Entry) -> int:
    """What an entry added to the member's own accounts, or took from them."""
    found = (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id == entry.id, Account.role.in_(MEMBER_ROLES))
    )
    return int(work.session.scalar(found) or 0)


def recorded_since(work: Work, instant: datetime) -> Sequence[Entry]:
    """What was entered from an instant on, the oldest first; for those who watch a small ledger."""
    found = select(Entry).where(Entry.recorded_at >= instant)
    return work.session.scalars(found.order_by(Entry.recorded_at, Entry.id)).all()


def last_recorded(work: Work) -> datetime | None:
    """The instant of the newest entry; ids go with time, and have the index."""
    return work.session.scalar(select(Entry.recorded_at).order_by(Entry.id.desc()).limit(1))


def units_of(work: Work, member_id: uuid.UUID) -> Sequence[tuple[str, uuid.UUID | None]]:
    """The units a member has accounts in, each with the card that holds it where one does."""
    rows = work.session.execute(
        select(Account.unit, Account.owner_id)
        .where(Account.member_id == member_id)
        .distinct()
        .order_by(Account.unit, Account.owner_id)
    )
    return [(unit, None if owner_id == member_id else owner_id) for unit, owner_id in rows]


def program_figures(work: Work, program_id: uuid.UUID) -> Iterator[tuple[str, Role, int]]:
    """What stands on the program's own accounts, by unit and role, summed from the postings."""
    rows = work.session.execute(
        select(Account.unit, Account.role, func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .where(Account.owner_id == program_id)
        .group_by(Account.unit, Account.role)
        .order_by(Account.unit, Account.role)
    )
    for unit, role, total in rows:
        yield unit, Role(role), int(total)
