"""What records a sale."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from adapter.core.errors import ReferenceReused
from adapter.core.origins import Place
from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_unless_there


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it is reported: `net_minor` for the whole line, `points_minor` earned or spent."""

    name: str
    quantity: Decimal
    net_minor: int
    code: str = ""
    points_minor: int | None = None


def record(
    work: Work,
    program_id: uuid.UUID,
    *,
    reference: str,
    occurred_at: datetime,
    items: Sequence[Item],
    place: Place,
    member_id: uuid.UUID | None = None,
) -> Transaction:
    """The sale of this reference, stored once; it moves no points by itself.

    Raises:
        ReferenceReused: Another member's sale came under the same reference.
    """
    values: dict[str, Any] = {
        "id": new_id(),
        "program_id": program_id,
        "member_id": member_id,
        "source": place.channel,
        "reference": reference,
        "state": TransactionState.RECORDED,
        "outlet_code": place.outlet_code,
        "terminal": place.terminal,
        "total_minor": sum(item.net_minor for item in items),
        "occurred_at": occurred_at,
        "recorded_at": work.now,
        "vendor_data": {},
    }
    transaction = insert_unless_there(work.session, Transaction, values)
    if transaction is None:
        return _recorded(work, program_id, member_id, reference, place)
    for line, item in enumerate(items):
        work.session.add(
            TransactionItem(
                transaction_id=transaction.id,
                line=line,
                code=item.code,
                name=item.name,
                quantity=item.quantity,
                net_minor=item.net_minor,
                points_minor=item.points_minor,
            )
        )
    work.session.flush()
    return transaction


def _recorded(
    work: Work, program_id: uuid.UUID, member_id: uuid.UUID | None, reference: str, place: Place
) -> Transaction:
    transaction = work.session.scalars(
        select(Transaction).where(
            Transaction.program_id == program_id,
            Transaction.source == place.channel,
            Transaction.outlet_code == place.outlet_code,
            Transaction.reference == reference,
        )
    ).one()
    if transaction.member_id != member_id:
        raise ReferenceReused("another member's sale has this reference")
    return transaction
