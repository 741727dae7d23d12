"""What may be spent now, as an expression: for reads that need this one figure and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from adapter.core.amounts import Amount, Unit
from adapter.core.ledger.models import Account, Lot, Role
from adapter.db import Work
from adapter.db.statements import constant
from adapter.db.types import UtcDateTime

_account, _lot = Account.__table__, Lot.__table__


def availables(work: Work, owner_ids: Iterable[uuid.UUID], unit: Unit) -> dict[uuid.UUID, Amount]:
    """What each of these owners may spend now, in one query; who has no account is not in it."""
    owners = select(_account.c.owner_id).where(_account.c.owner_id.in_(list(owner_ids)))
    each = owners.distinct().subquery()
    now = literal(work.now, UtcDateTime)
    rows = work.session.execute(
        select(each.c.owner_id, available(each.c.owner_id, literal(unit.code), now))
    )
    return {owner_id: Amount(int(minor), unit) for owner_id, minor in rows}


def available(
    owner_id: ColumnElement[Any], unit: ColumnElement[str], now: ColumnElement[Any]
) -> ColumnElement[int]:
    """What `Holdings.available` says of an owner, reckoned by the database: what is spendable,
    less what has expired of it, and what was pending and is active by now.
    """
    total = select(func.sum(_account.c.balance_minor)).where(
        _account.c.owner_id == owner_id,
        _account.c.unit == unit,
        _account.c.role == constant(Role.SPENDABLE),
    )
    is_spendable = _account.c.role == constant(Role.SPENDABLE)
    has_expired = _lot.c.expires_at <= now
    is_active = and_(
        or_(_lot.c.active_from.is_(None), _lot.c.active_from <= now),
        or_(_lot.c.expires_at.is_(None), _lot.c.expires_at > now),
    )
    free = _lot.c.remaining_minor - _lot.c.reserved_minor
    due = (
        select(func.sum(case((is_spendable, -free), else_=free)))
        .select_from(_account.join(_lot, _lot.c.account_id == _account.c.id))
        .where(
            _account.c.owner_id == owner_id,
            _account.c.unit == unit,
            _lot.c.remaining_minor > constant(0),
            or_(
                and_(is_spendable, has_expired),
                and_(_account.c.role == constant(Role.PENDING), is_active),
            ),
        )
    )
    # Summed up, numbers are wider than the columns they come from.
    return func.coalesce(total.scalar_subquery(), constant(0)) + func.coalesce(
        due.scalar_subquery(), constant(0)
    )
