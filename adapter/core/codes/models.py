"""One-time codes that name a member for some minutes."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import UtcDateTime


class ShortCode(Base):
    """A one-time code and where it was asked for. What it reads is reckoned from its id with the
    installation's key; here is only a digest to find it by.
    """

    __tablename__ = "short_codes"
    __table_args__ = (
        # Among the live codes of a program each reads differently.
        Index(
            "uq_short_codes_digest",
            "program_id",
            "digest",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        # A member has one live code; a newer one ends it.
        Index(
            "uq_short_codes_member_id",
            "member_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_short_codes_member_id", "member_id", "created_at"),
        Index("ix_short_codes_expires_at", "expires_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    digits: Mapped[int]  # how many it has
    sent_by: Mapped[str | None] = mapped_column(String(32))  # the kind of identity it goes to
    wrong_tries: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(String(32), default="")
    outlet_code: Mapped[str] = mapped_column(String(255), default="")
    terminal: Mapped[str] = mapped_column(String(255), default="")
    actor: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CodeMiss(Base):
    """A wrong try that named no member, and where it came from; many at a time are guessing."""

    __tablename__ = "code_misses"
    __table_args__ = (Index("ix_code_misses_program_id", "program_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    channel: Mapped[str] = mapped_column(String(32), default="")
    outlet_code: Mapped[str] = mapped_column(String(255), default="")
    terminal: Mapped[str] = mapped_column(String(255), default="")
    actor: Mapped[str] = mapped_column(String(255), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
