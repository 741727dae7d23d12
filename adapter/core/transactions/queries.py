"""How sales are read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import selectinload

from adapter.core.ledger import Finding
from adapter.core.members import Counters
from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.db import Lookup, Work
from adapter.db.statements import constant


def purchases(
    work: Work, member_id: uuid.UUID, *, since: datetime, before: datetime, limit: int
) -> Sequence[tuple[Transaction, TransactionItem]]:
    """A member's purchased items of a period, the newest sale first, in one query."""
    rows = work.session.execute(
        select(Transaction, TransactionItem)
        .join(TransactionItem, TransactionItem.transaction_id == Transaction.id)
        .where(
            Transaction.member_id == member_id,
            Transaction.state == TransactionState.RECORDED,
            Transaction.occurred_at >= since,
            Transaction.occurred_at < before,
        )
        .order_by(Transaction.occurred_at.desc(), Transaction.id.desc(), TransactionItem.line)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def with_shortfall(work: Work, member_id: uuid.UUID) -> Sequence[Transaction]:
    """A member's sales that should have taken points back which were spent, the oldest first."""
    ids = [found for (found,) in work.rows(_WITH_SHORTFALL, {"member_id": member_id})]
    if not ids:  # as good as always
        return []
    found = select(Transaction).where(Transaction.id.in_(ids)).order_by(Transaction.id)
    return work.session.scalars(found.execution_options(populate_existing=True)).all()


_WITH_SHORTFALL = Lookup(
    select(Transaction.id).where(
        Transaction.member_id == bindparam("member_id"), Transaction.shortfall_minor > constant(0)
    )
)


def with_ids(work: Work, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Transaction]:
    """Sales by id, with their items, in two queries."""
    found = (
        select(Transaction)
        .options(selectinload(Transaction.items))
        .where(Transaction.id.in_(list(ids)))
    )
    return {sale.id: sale for sale in work.session.scalars(found)}


def of_members(work: Work, member_ids: Iterable[uuid.UUID]) -> Sequence[Transaction]:
    """All sales of these members with their items, the oldest first."""
    found = (
        select(Transaction)
        .options(selectinload(Transaction.items))
        .where(Transaction.member_id.in_(list(member_ids)))
        .order_by(Transaction.occurred_at, Transaction.id)
    )
    return work.session.scalars(found).all()


def verify(work: Work) -> Iterator[Finding]:
    """Members whose counters are not what their uncancelled sales come to."""
    uncancelled = (
        select(
            Transaction.member_id,
            func.sum(case((Transaction.total_minor >= 0, 1), else_=0)).label("visits"),
            func.sum(Transaction.total_minor).label("spent_minor"),
        )
        .where(Transaction.state == TransactionState.RECORDED, Transaction.member_id.is_not(None))
        .group_by(Transaction.member_id)
        .subquery()
    )
    visits, spent = (
        func.coalesce(column, 0) for column in (uncancelled.c.visits, uncancelled.c.spent_minor)
    )
    counted = select(Counters.member_id, Counters.visits, Counters.spent_minor, visits, spent)
    rows = work.session.execute(
        counted.outerjoin(uncancelled, uncancelled.c.member_id == Counters.member_id).where(
            or_(Counters.visits != visits, Counters.spent_minor != spent)
        )
    )
    for member_id, had, had_spent, visits_found, spent_found in rows:
        yield Finding(
            "counters of member", member_id, f"{visits_found}, {spent_found}", f"{had}, {had_spent}"
        )
    uncounted = (
        select(uncancelled.c.member_id, visits, spent)
        .outerjoin(Counters, Counters.member_id == uncancelled.c.member_id)
        .where(Counters.member_id.is_(None))
    )
    for member_id, visits_found, spent_found in work.session.execute(uncounted):
        yield Finding("counters of member", member_id, f"{visits_found}, {spent_found}", "none")
