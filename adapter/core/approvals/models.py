"""What one person asks for and another has to agree to."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime

TEXT = 255


class ApprovalState(StrEnum):
    """Waiting, and then exactly one of the others, once."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by who asked
    EXPIRED = "expired"


class Approval(Base):
    """A correction that waits for a second person; `told` is what it is, and `entry_id` what became
    of it. Nobody writes down that its time is over: see `standing`.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("program_id", "reference"),
        Index("ix_approvals_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    action: Mapped[str] = mapped_column(String(64))
    reference: Mapped[str] = mapped_column(String(64))
    told: Mapped[dict[str, Any]] = mapped_column(Document)
    reason: Mapped[str] = mapped_column(String(TEXT))
    state: Mapped[str] = mapped_column(String(32))
    requested_by: Mapped[str] = mapped_column(String(TEXT))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(TEXT), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str] = mapped_column(String(TEXT), default="")
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entries.id"))

    def standing(self, now: datetime) -> ApprovalState:
        """What it is at an instant."""
        if self.state == ApprovalState.WAITING and self.expires_at <= now:
            return ApprovalState.EXPIRED
        return ApprovalState(self.state)
