"""What platforms tell of a member's doings, kept as it was told."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime


class Event(Base):
    """A visit, a referral, a birthday: whatever a platform reports. `payload` is its JSON text."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_member_id", "member_id", "occurred_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(String(128))
    sub_kind: Mapped[str | None] = mapped_column(String(255))
    payload: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(Document, default=list)
    source: Mapped[str] = mapped_column(String(32), default="")
    outlet_code: Mapped[str] = mapped_column(String(255), default="")
    terminal: Mapped[str] = mapped_column(String(255), default="")
    actor: Mapped[str] = mapped_column(String(255), default="")
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
