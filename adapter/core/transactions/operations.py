"""What records a sale, and what cancels it: a member's history and counters, not their points."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from adapter.core import members, outbox
from adapter.core.errors import ReferenceReused, TransactionCancelled, UnknownTransaction
from adapter.core.origins import Place, fingerprint
from adapter.core.outbox import EventType
from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.db import Work
from adapter.db.base import new_id


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it is reported: `net_minor` for the whole line after its discounts, negative where
    goods came back; `points_minor` earned or spent.
    """

    name: str
    quantity: Decimal
    net_minor: int
    code: str = ""
    reference: str = ""
    department: str = ""
    department_name: str = ""
    gross_minor: int | None = None
    tags: tuple[str, ...] = ()
    points_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Tender:
    """A part of what was paid, and how; loyalty's own means earn nothing."""

    kind: str
    amount_minor: int
    is_loyalty: bool = False


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale or a return as it is reported; without a total it is worth what its items are."""

    reference: str
    occurred_at: datetime
    items: Sequence[Item] = ()
    total_minor: int | None = None
    tax_minor: int = 0
    discount_minor: int = 0
    tenders: Sequence[Tender] = ()
    tags: Sequence[str] = ()
    opened_at: datetime | None = None
    related_reference: str | None = None
    reported_deals: Sequence[Mapping[str, Any]] = ()
    vendor_data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def worth_minor(self) -> int:
        """What the whole comes to."""
        if self.total_minor is not None:
            return self.total_minor
        return sum(item.net_minor for item in self.items)

    def content(self) -> list[Any]:
        """What tells this sale from another that was given the same reference."""
        items = [_told(item) | {"quantity": _plain(item.quantity)} for item in self.items]
        tenders = [_told(tender) for tender in self.tenders]
        times = [at and at.astimezone(UTC) for at in (self.occurred_at, self.opened_at)]
        totals = [self.worth_minor, self.tax_minor, self.discount_minor]
        return [totals, times, items, tenders, [dict(deal) for deal in self.reported_deals]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reporter is told of a sale, now and whenever they ask again; without a code it
    cannot be cancelled by one.
    """

    confirmation_code: str | None
    points_minor: int | None = None
    balances: Mapping[str, int] | None = None


def record(
    work: Work,
    program_id: uuid.UUID,
    sale: Sale,
    *,
    place: Place,
    member_id: uuid.UUID | None = None,
    said: str = "",
    answer: Answer | None = None,
    points: Sequence[int | None] = (),
    shortfall_minor: int = 0,
) -> Transaction | None:
    """The sale just stored, or nothing where one of its reference is there: see `repeated`.

    `said` is the digest of all that was said with it; `points` are what each item earned.
    """
    values = head_row(work, program_id, sale, place) | {
        "member_id": member_id,
        "fingerprint": said or digest_of(sale, member_id),
        "confirmation_code": answer and answer.confirmation_code,
        "points_minor": answer and answer.points_minor,
        "shortfall_minor": shortfall_minor,
        "balances_after": answer and answer.balances and dict(answer.balances),
    }
    if not work.insert_unless_there(Transaction, values):
        return None
    transaction = work.new(Transaction, values)
    earned = list(points) or [item.points_minor for item in sale.items]
    lines = zip(sale.items, earned, strict=True)
    rows = [item_row(transaction.id, number, *line) for number, line in enumerate(lines)]
    work.batch.insert(TransactionItem, *rows)
    if member_id is not None:
        visits = visits_of(sale.worth_minor)
        members.count(work, member_id, visits=visits, spent_minor=sale.worth_minor)
    tell(work, transaction)
    return transaction


def tell(work: Work, transaction: Transaction) -> None:
    """Have those who listen be told of a sale or a return, or that it stands no more."""
    topic = EventType.TRANSACTION_RECORDED
    if transaction.state == TransactionState.CANCELLED:
        topic = EventType.TRANSACTION_CANCELLED
    elif transaction.total_minor < 0:
        topic = EventType.TRANSACTION_RETURNED
    outbox.tell(
        work,
        transaction.program_id,
        topic,
        subject_id=transaction.id,
        member_id=transaction.member_id,
    )


def visits_of(worth_minor: int) -> int:
    """How often a member came to buy: whoever brings goods back did not."""
    return int(worth_minor >= 0)


def digest_of(sale: Sale, member_id: uuid.UUID | None, *more: Any) -> str:
    """A digest of a sale, whose it is, and what else was said with it."""
    return fingerprint([sale.content(), member_id, *more])


def repeated(
    work: Work, program_id: uuid.UUID, reference: str, *, said: str, place: Place
) -> Transaction:
    """The sale that was stored under this reference before, with the same content.

    Raises:
        TransactionCancelled: It was cancelled since.
        ReferenceReused: It had other contents.
    """
    transaction = work.session.scalars(
        select(Transaction)
        .where(
            Transaction.program_id == program_id,
            Transaction.source == place.channel,
            Transaction.outlet_code == place.outlet_code,
            Transaction.reference == reference,
        )
        .execution_options(populate_existing=True)
    ).one()
    if transaction.state == TransactionState.CANCELLED:
        raise TransactionCancelled("the sale of this reference was cancelled")
    if transaction.fingerprint != said:
        raise ReferenceReused("this reference was used with other contents")
    return transaction


def by_confirmation(work: Work, program_id: uuid.UUID, confirmation_code: str) -> Transaction:
    """The sale that was answered with this code.

    Raises:
        UnknownTransaction: There is none.
    """
    transaction = work.session.scalar(
        select(Transaction).where(
            Transaction.program_id == program_id,
            Transaction.confirmation_code == confirmation_code,
        )
    )
    if transaction is None:
        raise UnknownTransaction("no sale was answered with this code")
    return transaction


def cancel(work: Work, transaction: Transaction) -> Transaction | None:
    """The sale as it is stored, if it stood until now; it stands no more."""
    stored = work.session.scalars(
        select(Transaction)
        .where(Transaction.id == transaction.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if stored.state == TransactionState.CANCELLED:
        return None
    stored.state = TransactionState.CANCELLED
    stored.cancelled_at = work.now
    work.session.flush()
    if transaction.member_id is not None:
        visits, spent_minor = -visits_of(transaction.total_minor), -transaction.total_minor
        members.count(work, transaction.member_id, visits=visits, spent_minor=spent_minor)
    tell(work, stored)
    return stored


def head_row(work: Work, program_id: uuid.UUID, sale: Sale, place: Place) -> dict[str, Any]:
    """What of a sale's row is the same however it was reported."""
    return {
        "id": new_id(),
        "program_id": program_id,
        "source": place.channel,
        "reference": sale.reference,
        "state": TransactionState.RECORDED,
        "outlet_code": place.outlet_code,
        "terminal": place.terminal,
        "actor": place.actor,
        "total_minor": sale.worth_minor,
        "tax_minor": sale.tax_minor,
        "discount_minor": sale.discount_minor,
        "tenders": [
            {"kind": tender.kind, "amount_minor": tender.amount_minor} for tender in sale.tenders
        ],
        "tags": list(sale.tags),
        "reported_deals": [dict(deal) for deal in sale.reported_deals],
        "related_reference": sale.related_reference,
        "opened_at": sale.opened_at,
        "occurred_at": sale.occurred_at,
        "recorded_at": work.now,
        "cancelled_at": None,
        "vendor_data": dict(sale.vendor_data),
    }


def item_row(
    transaction_id: uuid.UUID, number: int, item: Item, points_minor: int | None
) -> dict[str, Any]:
    """The row of one line of a sale."""
    told = _told(item) | {"tags": list(item.tags), "points_minor": points_minor}
    return told | {"transaction_id": transaction_id, "line": number}


def _told(what: Item | Tender) -> dict[str, Any]:
    # Their parts are values that nobody changes, and need not be copied as `asdict` would.
    return {name: getattr(what, name) for name in what.__slots__}


def _plain(quantity: Decimal) -> str:
    # 2, 2.0 and 2.00 are one quantity.
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
