"""Many sales at once: the rows of `record`, written by the batch."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError

from adapter.core import members
from adapter.core.errors import ReferenceReused
from adapter.core.origins import Place
from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.core.transactions.operations import Sale, digest_of, head_row, item_row, tell
from adapter.db import Work
from adapter.db.base import object_of
from adapter.db.statements import insert_many

Key = tuple[str, str, str]  # source, outlet, reference


@dataclass(frozen=True, slots=True)
class PastSale:
    """A sale of a member that was reported elsewhere before, through `place.channel`."""

    member_id: uuid.UUID
    sale: Sale
    place: Place
    state: TransactionState = TransactionState.RECORDED
    confirmation_code: str | None = None
    points_minor: int | None = None

    @property
    def key(self) -> Key:
        """What names it within its program."""
        return self.place.channel, self.place.outlet_code, self.sale.reference


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


def with_codes(work: Work, program_id: uuid.UUID, codes: Collection[str]) -> dict[str, Key]:
    """The names of the sales that were answered with these confirmation codes."""
    if not codes:
        return {}
    rows = work.session.execute(
        select(
            Transaction.confirmation_code,
            Transaction.source,
            Transaction.outlet_code,
            Transaction.reference,
        ).where(
            Transaction.program_id == program_id, Transaction.confirmation_code.in_(list(codes))
        )
    )
    return {code or "": (source, outlet, reference) for code, source, outlet, reference in rows}


def record_many(work: Work, program_id: uuid.UUID, sales: Iterable[PastSale]) -> int:
    """How many sales were recorded; their members have bought so often, and no points move.

    Raises:
        ReferenceReused: One of them is recorded already, or its confirmation code is another's.
    """
    heads, lines, counted = [], [], []
    for past in sales:
        head = head_row(work, program_id, past.sale, past.place) | {
            "member_id": past.member_id,
            "state": past.state,
            "fingerprint": digest_of(past.sale, past.member_id),
            "confirmation_code": past.confirmation_code,
            "points_minor": past.points_minor,
        }
        heads.append(head)
        if past.state is TransactionState.RECORDED:
            counted.append((past.member_id, past.sale.worth_minor))
        for number, item in enumerate(past.sale.items):
            lines.append(item_row(head["id"], number, item, item.points_minor))
    try:
        insert_many(work.session, Transaction, heads)
        insert_many(work.session, TransactionItem, lines)
    except IntegrityError as error:
        raise ReferenceReused("a sale with one of these references is recorded") from error
    members.count_many(work, counted)
    for head in heads:
        tell(work, object_of(Transaction, **head))
    return len(heads)
