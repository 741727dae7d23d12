"""All that one owner has, of every unit, in one look: to be read, or locked and changed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import lots as lot_plans
from adapter.core.ledger.models import MEMBER_ROLES, Account, Lot, Purse, Role
from adapter.core.ledger.posting import Accounts, allow_debt, lock, open_account
from adapter.db import Work
from adapter.db.statements import constant
from adapter.db.types import UtcDateTime


@dataclass(slots=True)
class Holdings:
    """An owner's accounts, with the lots that matter at this instant.

    Those whose time has come or is over are always among them; `has_all_lots` tells whether the
    others are too. The accounts move on as entries are posted, and what is available with them.
    """

    owner_id: uuid.UUID
    now: datetime
    accounts: dict[tuple[str, Role], Account] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    has_all_lots: bool = False
    is_new: bool = False  # nothing was ever given to this owner

    def available(self, unit: Unit) -> Amount:
        """What may be spent now, whether or not the expiry job has come by."""
        spendable = self.accounts.get((unit.code, Role.SPENDABLE))
        pending = self.accounts.get((unit.code, Role.PENDING))
        minor = (spendable.balance_minor or 0) if spendable else 0
        for lot in self.lots:
            expired = lot.is_expired(self.now)
            if spendable and lot.account_id == spendable.id and expired:
                minor -= lot.free_minor
            elif pending and lot.account_id == pending.id and lot.is_active(self.now) > expired:
                minor += lot.free_minor
        return Amount(minor, unit)

    def need(self, work: Work, purse: Purse, *roles: Role) -> Accounts:
        """The accounts of a purse by role, with these opened where they were not."""
        found = {role: a for (code, role), a in self.accounts.items() if code == purse.unit.code}
        if any(role not in found for role in roles):
            found = lock(work, purse, *roles)
            self.accounts |= {(purse.unit.code, role): account for role, account in found.items()}
        return allow_debt(purse, found)

    def open_lots(self, work: Work, account: Account) -> list[Lot]:
        """The lots of an account that still hold something, those that expire first in front."""
        if not self.has_all_lots:
            return lot_plans.open_lots(work, [account])
        mine = (lot for lot in self.lots if lot.account_id == account.id and lot.remaining_minor)
        return sorted(mine, key=lot_plans.spending_order)


def holdings(work: Work, owner_id: uuid.UUID) -> Holdings:
    """What an owner has now, to be looked at; one query, however many lots there are."""
    return _found(work, owner_id, every_lot=False, locked=False)


def lock_holdings(work: Work, purse: Purse, *, every_lot: bool = False) -> Holdings:
    """What the owner of a purse has, locked until the unit of work ends; with all lots of it if
    they are wanted.

    The purse is opened if it was not, so that there always is something to lock. One query, if it
    was, and unless another unit of work held the lock a moment ago.
    """
    found = _found(work, purse.owner_id, every_lot=every_lot, locked=True)
    if (purse.unit.code, Role.SPENDABLE) in found.accounts:
        return found
    opened = open_account(work, purse, Role.SPENDABLE)
    if opened is None:
        # Another call opened it a moment ago, and it is there to be locked now.
        return _found(work, purse.owner_id, every_lot=every_lot, locked=True)
    found.is_new = not found.accounts
    found.accounts[purse.unit.code, Role.SPENDABLE] = opened
    return found


def _found(work: Work, owner_id: uuid.UUID, *, every_lot: bool, locked: bool) -> Holdings:
    query = _QUERIES[every_lot]
    if locked:
        query = query.with_for_update(of=Account)
    found = Holdings(owner_id, work.now, has_all_lots=every_lot)
    is_stale = False
    given = {"owner_id": owner_id, "now": work.now}
    for account, lot, version_seen in work.session.execute(query, given):
        found.accounts[account.unit, Role(account.role)] = account
        # Who had to wait gets the account as it is now, and the rest as it was before the wait.
        is_stale |= account.version != version_seen
        if lot is not None:
            found.lots.append(lot)
    if is_stale:
        found.lots = lot_plans.open_lots(work, found.accounts.values())
        found.has_all_lots = True
    return found


def _query(*, every_lot: bool) -> Select[Account, Lot | None, int | None]:
    seen = aliased(Account)
    counts = and_(Lot.account_id == Account.id, Lot.remaining_minor > constant(0))
    if not every_lot:
        due = Lot.expires_at <= bindparam("now", type_=UtcDateTime)
        counts &= or_(due, Account.role == constant(Role.PENDING))
    return (
        select(Account, Lot, seen.version)
        .join(seen, seen.id == Account.id)
        .outerjoin(Lot, counts)
        .where(Account.owner_id == bindparam("owner_id"), Account.role.in_(MEMBER_ROLES))
        # In id order, so that two units of work on the same accounts never wait in a circle.
        .order_by(Account.id)
        .execution_options(populate_existing=True)
    )


# Put together once: every sale and every payment asks one of them.
_QUERIES = {every_lot: _query(every_lot=every_lot) for every_lot in (False, True)}
