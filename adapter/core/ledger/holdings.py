"""All that one owner has, of every unit, in one look: to be read, or locked and changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, or_, select

from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import lots as lot_plans
from adapter.core.ledger.lots import NEVER
from adapter.core.ledger.models import Account, Lot, Purse, Role
from adapter.core.ledger.posting import allow_debt, lock, open_account
from adapter.core.ledger.rows import (
    ACCOUNT,
    ACCOUNTS,
    LOT,
    LOTS,
    Accounts,
    Known,
    kept_holdings,
    of_members,
)
from adapter.db import Lookup, Work
from adapter.db.statements import constant
from adapter.db.types import UtcDateTime


@dataclass(slots=True)
class Holdings(Known):
    """An owner's accounts, with the lots that matter at this instant.

    Those whose time has come or is over are always among them; `has_all_lots` tells whether the
    others are too. The accounts move on as entries are posted, and what is available with them.
    """

    now: datetime = NEVER
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

    def take_in(self, work: Work, found: Iterable[Sequence[Any]]) -> bool:
        """Have what was found be among the holdings; whether some of it is of before a wait."""
        is_stale = False
        found_lots: dict[uuid.UUID, Sequence[Any]] = {}  # each once, however often it was found
        for version_seen, *columns in found:
            if columns[0] is None:
                continue  # who never had an account
            one = work.one(Account, columns[: len(ACCOUNT)])
            self.accounts[one.unit, Role(one.role)] = one
            # Who had to wait gets the account as it is now, and the rest as it was before the wait.
            is_stale |= one.version != version_seen
            if columns[len(ACCOUNT)] is not None:
                found_lots.setdefault(columns[len(ACCOUNT)], columns[len(ACCOUNT) :])
        self.lots += [work.one(Lot, row) for row in found_lots.values()]
        return is_stale

    def need(self, work: Work, purse: Purse, *roles: Role) -> Accounts:
        """The accounts of a purse by role, with these opened where they were not."""
        found = self.of_purse(purse)
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
    work.need_locks()
    opened = open_account(work, purse, Role.SPENDABLE)
    if opened is None:
        # Another call opened it a moment ago, and it is there to be locked now.
        return _found(work, purse.owner_id, every_lot=every_lot, locked=True)
    found.is_new = not found.accounts
    found.accounts[purse.unit.code, Role.SPENDABLE] = opened
    return found


def _found(work: Work, owner_id: uuid.UUID, *, every_lot: bool, locked: bool) -> Holdings:
    known = kept_holdings(work, owner_id)
    if isinstance(known, Holdings) and (known.has_all_lots or not every_lot):
        return known
    found = Holdings(owner_id, has_all_lots=every_lot, now=work.now)
    given = {"owner_id": owner_id} if every_lot else {"owner_id": owner_id, "now": work.now}
    if found.take_in(work, work.rows(_LOOKUPS[every_lot], given, lock=locked)):
        found.lots = lot_plans.open_lots(work, list(found.accounts.values()))
        found.has_all_lots = True
    return found


_seen = ACCOUNTS.alias("seen")
# What `take_in` takes, and `with_holdings` has.
HELD = (ACCOUNTS.c.version, *ACCOUNT, *LOT)


def keep_holdings(
    work: Work, owner_id: uuid.UUID, found: Iterable[Sequence[Any]], *, every_lot: bool = False
) -> None:
    """Have an attempt know what an owner holds, by the columns `HELD` of a query of its own."""
    known = Holdings(owner_id, has_all_lots=every_lot, now=work.now)
    known.take_in(work, found)
    work.kept["holdings", owner_id] = known


def with_holdings(
    owners: FromClause, owner_id: ColumnElement[uuid.UUID], *, every_lot: bool
) -> FromClause:
    """Rows of owners, each beside their accounts and those lots; who has none is there as well."""
    mine = and_(ACCOUNTS.c.owner_id == owner_id, of_members(ACCOUNTS.c.role))
    return owners.outerjoin(ACCOUNTS, mine).outerjoin(LOTS, _that_count(every_lot))


def _that_count(every_lot: bool) -> ColumnElement[bool]:
    counts = and_(LOTS.c.account_id == ACCOUNTS.c.id, LOTS.c.remaining_minor > constant(0))
    if every_lot:
        return counts
    due = LOTS.c.expires_at <= bindparam("now", type_=UtcDateTime)
    return counts & or_(due, ACCOUNTS.c.role == constant(Role.PENDING))


def _lookup(*, every_lot: bool) -> Lookup:
    return Lookup(
        select(_seen.c.version, *ACCOUNT, *LOT)
        .select_from(
            ACCOUNTS.join(_seen, _seen.c.id == ACCOUNTS.c.id).outerjoin(
                LOTS, _that_count(every_lot)
            )
        )
        .where(ACCOUNTS.c.owner_id == bindparam("owner_id"), of_members(ACCOUNTS.c.role))
        # In id order, so that two units of work on the same accounts never wait in a circle.
        .order_by(ACCOUNTS.c.id),
        locking=[ACCOUNTS],
    )


# Put together once: every sale and every payment asks one of them.
_LOOKUPS = {every_lot: _lookup(every_lot=every_lot) for every_lot in (False, True)}
