"""Those who work with the console: their names, what they may do, where they are signed in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from adapter.core.staff.rules import OF_NO_PROGRAM, PERMISSIONS, Permission, Role
from adapter.db.base import Base, new_id
from adapter.db.types import OptionalDocument, UtcDateTime


class StaffUser(Base):
    """Somebody who may sign in to the console."""

    __tablename__ = "staff_users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))  # empty: whatever their browser asks for
    program_codes: Mapped[list[Any] | None] = mapped_column(OptionalDocument)  # None: all of them
    password_hash: Mapped[str] = mapped_column(String(255))
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def person(self) -> Person:
        """The same as a value."""
        codes = self.program_codes
        return Person(
            id=self.id,
            login=self.login,
            name=self.name,
            role=Role(self.role),
            language=self.language,
            program_codes=None if codes is None else tuple(codes),
        )


class StaffSession(Base):
    """One place where somebody is signed in; of its token only the digest is kept."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        Index("ix_staff_sessions_user_id", "user_id"),
        Index("ix_staff_sessions_expires_at", "expires_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_users.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser: Mapped[str] = mapped_column(String(64))  # such as "Firefox, Linux"
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, and what they may do and see."""

    id: uuid.UUID
    login: str
    name: str
    role: Role
    language: str
    program_codes: tuple[str, ...] | None

    def may(self, permission: Permission) -> bool:
        """Whether their role allows it, and they see enough for it."""
        sees_all = self.program_codes is None
        return permission in PERMISSIONS[self.role] and (
            sees_all or permission not in OF_NO_PROGRAM
        )

    def sees(self, code: str) -> bool:
        """Whether the program with this code is among theirs."""
        return self.program_codes is None or code in self.program_codes
