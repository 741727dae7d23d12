"""The company we serve: its outlets, their terminals, and what its platforms identify by."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapter.core.programs import ProgramTerms
from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime


class CredentialStatus(StrEnum):
    """Whether a credential opens anything."""

    ACTIVE = "active"
    REVOKED = "revoked"


class Outlet(Base):
    """A shop the partner declared; of others only the code is kept, with whatever they tell."""

    __tablename__ = "outlets"
    __table_args__ = (UniqueConstraint("program_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    code: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255), default="")
    is_declared: Mapped[bool] = mapped_column(default=False)


class Terminal(Base):
    """A till of an outlet."""

    __tablename__ = "terminals"
    __table_args__ = (UniqueConstraint("outlet_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    outlet_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("outlets.id"))
    code: Mapped[str] = mapped_column(String(255))
    is_declared: Mapped[bool] = mapped_column(default=False)


class Credential(Base):
    """What one platform identifies by: a name that may be shown, and a digest of the secret."""

    __tablename__ = "credentials"
    __table_args__ = (Index("ix_credentials_program_id", "program_id", "protocol", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    protocol: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(255), default="")
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    status: Mapped[str] = mapped_column(String(32), default=CredentialStatus.ACTIVE)
    settings: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeyMark(Base):
    """A mark of the pepper that this database's digests were made with; one row at most."""

    __tablename__ = "key_marks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))


class Message(Base):
    """Something a platform sent that we keep as it came, for as long as retention allows."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_received_at", "received_at"),
        Index("ix_messages_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    protocol: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str | None] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: the credential they showed, and the program it opens."""

    credential_id: uuid.UUID
    protocol: str
    name: str
    settings: Mapping[str, Any]
    program: ProgramTerms

    @property
    def program_id(self) -> uuid.UUID:
        """The program the credential belongs to."""
        return self.program.id
