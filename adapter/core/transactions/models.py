"""Sales and returns reported by tills, with their items: what a member's history is made of."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from adapter.db.base import Base, new_id
from adapter.db.types import Document, ExactDecimal, OptionalDocument, UtcDateTime


class TransactionState(StrEnum):
    """Whether a sale stands."""

    RECORDED = "recorded"
    CANCELLED = "cancelled"


class Transaction(Base):
    """A sale or a return, known by the reference its reporter gave it at its outlet."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("program_id", "source", "outlet_code", "reference"),
        Index(
            "uq_transactions_confirmation_code",
            "program_id",
            "confirmation_code",
            unique=True,
            postgresql_where=text("confirmation_code IS NOT NULL"),
            sqlite_where=text("confirmation_code IS NOT NULL"),
        ),
        Index("ix_transactions_member_id", "member_id", "occurred_at"),
        Index(
            "ix_transactions_shortfall",
            "member_id",
            postgresql_where=text("shortfall_minor > 0"),
            sqlite_where=text("shortfall_minor > 0"),
        ),
        # Those that no longer stand are few; figures ask for them by their time.
        Index(
            "ix_transactions_cancelled_at",
            "cancelled_at",
            "id",
            postgresql_where=text("cancelled_at IS NOT NULL"),
            sqlite_where=text("cancelled_at IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    source: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(32), default=TransactionState.RECORDED)
    outlet_code: Mapped[str] = mapped_column(String(255), default="")
    terminal: Mapped[str] = mapped_column(String(255), default="")
    actor: Mapped[str] = mapped_column(String(255), default="", server_default="")
    # What was said, so that a repeat can be told from a reuse; and what was answered.
    fingerprint: Mapped[str] = mapped_column(String(64), default="", server_default="")
    confirmation_code: Mapped[str | None] = mapped_column(String(64))
    points_minor: Mapped[int | None] = mapped_column(BigInteger)
    balances_after: Mapped[dict[str, int] | None] = mapped_column(OptionalDocument)
    # Points it should have taken back, as a return or when it was cancelled, and that were spent.
    shortfall_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    total_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    discount_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    tenders: Mapped[list[dict[str, Any]]] = mapped_column(
        Document, default=list, server_default="[]"
    )
    tags: Mapped[list[str]] = mapped_column(Document, default=list, server_default="[]")
    reported_deals: Mapped[list[dict[str, Any]]] = mapped_column(
        Document, default=list, server_default="[]"
    )
    related_reference: Mapped[str | None] = mapped_column(String(255))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
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
    reference: Mapped[str] = mapped_column(String(255), default="", server_default="")
    code: Mapped[str] = mapped_column(String(255), default="")
    name: Mapped[str] = mapped_column(String(1000), default="")
    department: Mapped[str] = mapped_column(String(255), default="", server_default="")
    department_name: Mapped[str] = mapped_column(String(255), default="", server_default="")
    tags: Mapped[list[str]] = mapped_column(Document, default=list, server_default="[]")
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    gross_minor: Mapped[int | None] = mapped_column(BigInteger)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    points_minor: Mapped[int | None] = mapped_column(BigInteger)
