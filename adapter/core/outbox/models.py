"""What must be told to others, written in the same unit of work as its cause."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import UtcDateTime


class Outcome(StrEnum):
    """How a message ended."""

    DELIVERED = "delivered"
    DROPPED = "dropped"  # there was nothing to say any more
    DEAD = "dead"  # it was refused for good, or tried often enough


class OutboxMessage(Base):
    """A message on its way: what it is about, and not what it says.

    It names its subject by surrogate ids only and is worded when it leaves, so that no secret and
    nothing personal waits here.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "ix_outbox_messages_next_try_at",
            "next_try_at",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_outbox_messages_ended_at", "ended_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID | None]
    topic: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str] = mapped_column(String(255), default="")
