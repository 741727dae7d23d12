"""Many sales at once: the rows of `record`, written by the batch."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError

from adapter.core.errors import ReferenceReused
from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.core.transactions.operations import Item
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_many

Key = tuple[str, str, str]  # source, outlet, reference


@dataclass(frozen=True, slots=True)
class PastSale:
    """A sale of a member that was reported elsewhere before."""

    member_id: uuid.UUID
    source: str
    reference: str
    occurred_at: datetime
    items: Sequence[Item]
    state: TransactionState = TransactionState.RECORDED
    outlet_code: str = ""
    terminal: str = ""

    @property
    def key(self) -> Key:
        """What names it within its program."""
        return self.source, self.outlet_code, self.reference


def owners(work: Work, program_id: uuid.UUID, keys: Collection[Key]) -> dict[Key, uuid.UUID | None]:
    """Whose the sales with these names are, for those that are recorded."""
    if not keys:
        return {}
    named = tuple_(Transaction.source, Transaction.outlet_code, Transaction.reference)
    rows = work.session.execute(
        select(
            Transaction.source,
            Transaction.outlet_code,
            Transaction.reference,
            Transaction.member_id,
        ).where(Transaction.program_id == program_id, named.in_(list(keys)))
    )
    return {(source, outlet, reference): owner for source, outlet, reference, owner in rows}


def record_many(work: Work, program_id: uuid.UUID, sales: Iterable[PastSale]) -> int:
    """How many sales were recorded; they move no points.

    Raises:
        ReferenceReused: One of them is recorded already.
    """
    heads, lines = [], []
    for sale in sales:
        head = _head(work, program_id, sale)
        heads.append(head)
        lines += [_line(head["id"], number, item) for number, item in enumerate(sale.items)]
    try:
        insert_many(work.session, Transaction, heads)
        insert_many(work.session, TransactionItem, lines)
    except IntegrityError as error:
        raise ReferenceReused("a sale with one of these references is recorded") from error
    return len(heads)


def _head(work: Work, program_id: uuid.UUID, sale: PastSale) -> dict[str, Any]:
    return {
        "id": new_id(),
        "program_id": program_id,
        "member_id": sale.member_id,
        "source": sale.source,
        "reference": sale.reference,
        "state": sale.state,
        "outlet_code": sale.outlet_code,
        "terminal": sale.terminal,
        "total_minor": sum(item.net_minor for item in sale.items),
        "occurred_at": sale.occurred_at,
        "recorded_at": work.now,
        "vendor_data": {},
    }


def _line(transaction_id: uuid.UUID, number: int, item: Item) -> dict[str, Any]:
    return {
        "transaction_id": transaction_id,
        "line": number,
        "code": item.code,
        "name": item.name,
        "quantity": item.quantity,
        "net_minor": item.net_minor,
        "points_minor": item.points_minor,
    }
