"""Points set aside until they are captured, released, or their time is over."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import UtcDateTime


class ReservationState(StrEnum):
    """Held, and then exactly one of the three others, once."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


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
