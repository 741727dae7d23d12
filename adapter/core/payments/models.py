"""Points spent, at once or after they were set aside."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime


class ReservationState(StrEnum):
    """Held, and then exactly one of the three others, once."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class RedemptionState(StrEnum):
    """Whether a payment stands."""

    PAID = "paid"
    CANCELLED = "cancelled"


class Redemption(Base):
    """A payment made at once, known by its code, which is also the reference of its entry.

    `amount_minor` is the money it stood for, in the smallest money unit; `debit_minor` what it
    took from the unit it was paid in.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        UniqueConstraint("program_id", "confirmation_code"),
        # One payment of this amount for this sale that is not cancelled: a repeat finds it here.
        Index(
            "uq_redemptions_reference",
            "program_id",
            "source",
            "outlet_code",
            "reference",
            "member_id",
            "amount_minor",
            unique=True,
            postgresql_where=text("state = 'paid' AND reference IS NOT NULL"),
            sqlite_where=text("state = 'paid' AND reference IS NOT NULL"),
        ),
        Index("ix_redemptions_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    source: Mapped[str] = mapped_column(String(32))
    outlet_code: Mapped[str] = mapped_column(String(255), default="")
    reference: Mapped[str | None] = mapped_column(String(255))
    unit: Mapped[str] = mapped_column(String(32))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    debit_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(32), default=RedemptionState.PAID)
    confirmation_code: Mapped[str] = mapped_column(String(64))
    vendor_data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reservation(Base):
    """Points set aside by one entry and let go by another; without a deadline they wait on."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("(state = 'held') = (closing_entry_id IS NULL)", name="closed_by_an_entry"),
        Index(
            "ix_reservations_deadline",
            "deadline",
            postgresql_where=text("state = 'held'"),
            sqlite_where=text("state = 'held'"),
        ),
        Index("ix_reservations_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    card_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cards.id"))
    unit: Mapped[str] = mapped_column(String(32))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(32), default=ReservationState.HELD)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entries.id"), unique=True)
    closing_entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entries.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
