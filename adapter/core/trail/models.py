"""What one line of the trail is."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import OptionalDocument, UtcDateTime


class Change(Base):
    """Something a person changed, written with the change itself and never altered.

    It holds ids, amounts and states, and of a person's fields only which of them changed, so that
    it may outlive whoever it is about. For the same reason it refers to no row of another table.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_program_id", "program_id", "id"),
        Index("ix_changes_action", "action", "id"),
        Index("ix_changes_actor", "actor", "id"),
        Index("ix_changes_subject_id", "subject_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID | None]
    actor: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[uuid.UUID | None]
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(OptionalDocument)
    after: Mapped[dict[str, Any] | None] = mapped_column(OptionalDocument)
    request_id: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
