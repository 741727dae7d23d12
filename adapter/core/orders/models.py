"""An order: a sale that a till keeps open, and that is closed once."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from adapter.core.members import Member
from adapter.core.transactions import Item, Sale
from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime


class OrderState(StrEnum):
    """Open, and then closed, once. See `Order.has_lapsed` for those that nobody closed."""

    OPEN = "open"
    CLOSED = "closed"


class Order(Base):
    """A sale that a till keeps open, known by the reference its till gave it at its outlet. Those
    with one `parent_reference` are a bill: a table, say, whose guests pay apart.

    What it is of is said once, when it is started. `discount_minor` is what the program's deals
    take off for the member it is bound to; `reserved_minor` the points that are set aside for it,
    and from its closing on those that were spent. `paid_minor` is the money it was closed with: 0
    where it was cancelled. Of that `refunded_minor` went back, with `given_back_minor` of the
    points spent; `taken_back_minor` of those earned were withdrawn with it, whether they were
    still there, had expired, or are missing.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("program_id", "source", "outlet_code", "reference"),
        Index(
            "ix_orders_parent_reference",
            "program_id",
            "source",
            "parent_reference",
            "state",
            postgresql_where=text("parent_reference IS NOT NULL"),
            sqlite_where=text("parent_reference IS NOT NULL"),
        ),
        Index("ix_orders_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    source: Mapped[str] = mapped_column(String(32))
    outlet_code: Mapped[str] = mapped_column(String(255))
    terminal: Mapped[str] = mapped_column(String(255))
    actor: Mapped[str] = mapped_column(String(255))
    reference: Mapped[str] = mapped_column(String(255))
    parent_reference: Mapped[str | None] = mapped_column(String(255))
    # What was said, so that a repeat can be told from a reuse.
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    items: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    vendor_data: Mapped[dict[str, Any]] = mapped_column(Document)
    discount_minor: Mapped[int | None] = mapped_column(BigInteger)
    reservation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("reservations.id"))
    reserved_minor: Mapped[int] = mapped_column(BigInteger)
    # How many reservations and refunds there were: each is named by its number.
    holds: Mapped[int]
    refunds: Mapped[int]
    paid_minor: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("transactions.id"))
    points_left_minor: Mapped[int | None] = mapped_column(BigInteger)
    earned_minor: Mapped[int] = mapped_column(BigInteger)
    refunded_minor: Mapped[int] = mapped_column(BigInteger)
    given_back_minor: Mapped[int] = mapped_column(BigInteger)
    taken_back_minor: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    member: Mapped[Member | None] = relationship(lazy="select")

    def has_lapsed(self, now: datetime) -> bool:
        """Whether nobody closed it in time: it counts as cancelled, from its deadline on."""
        return self.state == OrderState.OPEN and self.deadline <= now

    @property
    def sale(self) -> Sale:
        """What it is of, as it was told."""
        return Sale(
            reference=self.reference,
            occurred_at=self.occurred_at,
            items=tuple(_item(told) for told in self.items),
            total_minor=self.total_minor,
            vendor_data=self.vendor_data,
        )


def _item(told: dict[str, Any]) -> Item:
    exact = {"quantity": Decimal(told["quantity"]), "tags": tuple(told["tags"])}
    return Item(**told | exact)
