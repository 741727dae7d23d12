"""Sales and returns reported by tills, with their items: what a member's history is made of."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from adapter.db.base import Base, new_id
from adapter.db.types import Document, ExactDecimal, UtcDateTime


class TransactionState(StrEnum):
    """Whether a sale stands."""

    RECORDED = "recorded"
    CANCELLED = "cancelled"


class Transaction(Base):
    """A sale or a return, known by the reference its reporter gave it at its outlet."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("program_id", "source", "outlet_code", "reference"),
        Index("ix_transactions_member_id", "member_id", "occurred_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    source: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(32), default=TransactionState.RECORDED)
    outlet_code: Mapped[str] = mapped_column(String(255), default="")
    terminal: Mapped[str] = mapped_column(String(255), default="")
    total_minor: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    vendor_data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)

    items: Mapped[list[TransactionItem]] = relationship(
        order_by="TransactionItem.line", lazy="select"
    )


class TransactionItem(Base):
    """One line: `net_minor` is its total after discounts, negative where goods came back."""

    __tablename__ = "transaction_items"

    transaction_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("transactions.id"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(255), default="")
    name: Mapped[str] = mapped_column(String(1000), default="")
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    points_minor: Mapped[int | None] = mapped_column(BigInteger)
