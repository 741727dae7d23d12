"""What time does to points: lots become active, lots expire, each by an entry of its own."""

from __future__ import annotations

from sqlalchemy import select

from adapter.core.amounts import Unit
from adapter.core.ledger import lots as lot_plans
from adapter.core.ledger.models import Account, Details, EntryKind, Lot, Purse, Role
from adapter.core.ledger.posting import Move, lock, write
from adapter.core.ledger.rows import Accounts
from adapter.db import Work
from adapter.db.statements import constant


def settle_due(work: Work, purse: Purse) -> int:
    """Do what time has made due on a purse: lots become active, lots expire; how many did.

    What is left of a lot expires as one entry of its own; what is set aside stays until released.
    """
    accounts = lock(work, purse)
    return activate_due(work, purse, accounts) + expire_due(work, purse, accounts)


def activate_due(work: Work, purse: Purse, accounts: Accounts) -> int:
    """Make spendable the pending lots whose first moment has come; how many there were."""
    pending = accounts.get(Role.PENDING)
    if pending is None or not pending.balance_minor:
        return 0
    lots = lot_plans.open_lots(work, [pending])
    due = [lot for lot in lots if lot.is_active(work.now) and not lot.is_expired(work.now)]
    spendable = accounts.get(Role.SPENDABLE)
    if due and spendable is None:
        accounts |= lock(work, purse, Role.SPENDABLE)
        spendable = accounts[Role.SPENDABLE]
    for lot in due:
        assert spendable is not None  # noqa: S101  # nosec B101
        amount = lot.free_minor
        owed = min(lot_plans.owed(spendable), amount)
        lot.account_id = spendable.id
        write(
            work,
            purse,
            Details(kind=EntryKind.ACTIVATION, reason=lot.reason, occurred_at=lot.active_from),
            legs=[(pending, -amount), (spendable, amount)],
            moves=[Move(lot, remaining=-owed)],
        )
    return len(due)


def expire_due(work: Work, purse: Purse, accounts: Accounts) -> int:
    """Take what is left of the lots whose last moment has passed; how many there were."""
    lots = lot_plans.open_lots(work, list(accounts.values()))
    due = [lot for lot in lots if lot.is_expired(work.now) and lot.free_minor]
    for lot in due:
        account = next(a for a in accounts.values() if a.id == lot.account_id)
        write(
            work,
            purse,
            Details(kind=EntryKind.EXPIRY, reason=lot.reason, occurred_at=lot.expires_at),
            legs=[(account, -lot.free_minor), (Role.EXPIRED, lot.free_minor)],
            moves=[Move(lot, remaining=-lot.free_minor)],
        )
    return len(due)


def purses_due(work: Work, *, after: Purse | None = None, limit: int = 500) -> list[Purse]:
    """Purses with a lot that time has made active or expired, a page after the last one seen."""
    holder = (Account.program_id, Lot.member_id, Account.owner_id, Account.unit)
    both = (
        select(*holder)
        .join(Lot, Lot.account_id == Account.id)
        .where(Lot.remaining_minor > Lot.reserved_minor, Lot.expires_at <= work.now)
        .union(
            select(*holder)
            .join(Lot, Lot.account_id == Account.id)
            .where(
                Account.role == constant(Role.PENDING),
                Account.balance_minor > constant(0),
                Lot.remaining_minor > constant(0),
                Lot.active_from <= work.now,
            )
        )
        .subquery()
    )
    query = select(both).order_by(both.c.owner_id, both.c.unit).limit(limit)
    if after is not None:
        same_owner = (both.c.owner_id == after.owner_id) & (both.c.unit > after.unit.code)
        query = query.where((both.c.owner_id > after.owner_id) | same_owner)
    return [
        Purse(
            program_id=program_id,
            member_id=member_id,
            unit=Unit(unit),
            card_id=owner_id if owner_id != member_id else None,
        )
        for program_id, member_id, owner_id, unit in work.session.execute(query)
    ]
