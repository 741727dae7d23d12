"""How sales are read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.db import Work


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


def of_members(work: Work, member_ids: Iterable[uuid.UUID]) -> Sequence[Transaction]:
    """All sales of these members with their items, the oldest first."""
    found = (
        select(Transaction)
        .options(selectinload(Transaction.items))
        .where(Transaction.member_id.in_(list(member_ids)))
        .order_by(Transaction.occurred_at, Transaction.id)
    )
    return work.session.scalars(found).all()
