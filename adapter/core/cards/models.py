"""A card: a number shown at a till. It names a member, or nobody yet."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import UtcDateTime


class CardState(StrEnum):
    """The life of a card."""

    ACTIVE = "active"
    INACTIVE = "inactive"  # there, and not usable yet
    BLOCKED = "blocked"
    RESERVED = "reserved"  # a number set aside for a card to come
    LAPSED = "lapsed"  # was reserved for too long, or retired: the number is never given again


class Card(Base):
    """A card. A reserved one without `reserved_until` is of an imported pool and waits for ever."""

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("program_id", "number"),
        UniqueConstraint("program_id", "barcode_number"),
        Index("ix_cards_member_id", "member_id"),
        Index(
            "ix_cards_reserved_until",
            "reserved_until",
            postgresql_where=text("state = 'reserved'"),
            sqlite_where=text("state = 'reserved'"),
        ),
        # A number of a pool becomes a card long after its row: figures ask by that time.
        Index(
            "ix_cards_issued_at",
            "issued_at",
            "id",
            postgresql_where=text("issued_at IS NOT NULL"),
            sqlite_where=text("issued_at IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    number: Mapped[str] = mapped_column(String(50))
    barcode_type: Mapped[str] = mapped_column(String(32))
    barcode_number: Mapped[str] = mapped_column(String(50))
    state: Mapped[str] = mapped_column(String(32))
    reserved_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def is_reserved(self, now: datetime) -> bool:
        """Whether it may still become somebody's card."""
        in_time = self.reserved_until is None or self.reserved_until > now
        return self.state == CardState.RESERVED and self.member_id is None and in_time
