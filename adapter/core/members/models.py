"""A person enrolled in one program. All that is personal lives here and nowhere else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from adapter.core.members.names import LONGEST
from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime

TEXT = 255
# Compared by bytes on every engine, so that an index finds the beginning of any name.
_NAME_KEY = String(LONGEST).with_variant(String(LONGEST, collation="C"), "postgresql")


class MemberStatus(StrEnum):
    """Whether a member takes part."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    BLOCKED = "blocked"


class IdentityKind(StrEnum):
    """What a member can be found by."""

    PHONE = "phone"
    EMAIL = "email"
    EXTERNAL_ID = "external_id"
    MEMBERSHIP_KEY = "membership_key"
    PASS = "pass"  # nosec B105: a wallet pass


def value_of(kind: IdentityKind, given: str) -> str:
    """The form in which an identity is stored and compared."""
    folded = kind in (IdentityKind.EMAIL, IdentityKind.MEMBERSHIP_KEY)
    return given.strip().lower() if folded else given.strip()


class ConsentKind(StrEnum):
    """What a member may allow or deny."""

    SMS = "sms"
    EMAIL = "email"
    CALL = "call"
    PUSH = "push"
    GDPR = "gdpr"
    TERMS_OF_USE = "terms_of_use"


# What a profile holds besides columns of the member.
_IDENTITIES = ("phone", "phone_shown", "email")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform tells of a person; what it leaves out is `None` and stays as it was.

    `phone` is in the core form, and `phone_shown` as the platform wrote it; `email` is trimmed with
    its case kept.
    """

    phone: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    patronymic: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    country: str | None = None
    locality: str | None = None
    phone_shown: str | None = None

    def personal(self) -> dict[str, Any]:
        """The parts given that are columns of the member."""
        given = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: v for name, v in given if v is not None and name not in _IDENTITIES}


def names_of(profile: Profile) -> list[tuple[IdentityKind, str]]:
    """What a person of this profile may be found by, in the stored form, the strongest first."""
    told = ((IdentityKind.PHONE, profile.phone), (IdentityKind.EMAIL, profile.email))
    return [(kind, value_of(kind, text)) for kind, text in told if text]


def full_name(*parts: str | None) -> str:
    """The parts of a name that are known, in the order given; empty where none is."""
    return " ".join(part for part in parts if part)


class Member(Base):
    """A member. Erased, the row stays for the ledger's sake and says nothing any more."""

    __tablename__ = "members"
    __table_args__ = (
        Index("ix_members_program_id_id", "program_id", "id"),
        Index(
            "ix_members_family_key",
            "program_id",
            "family_key",
            "id",
            postgresql_where=text("family_key IS NOT NULL"),
            sqlite_where=text("family_key IS NOT NULL"),
        ),
        Index(
            "ix_members_given_key",
            "program_id",
            "given_key",
            "id",
            postgresql_where=text("given_key IS NOT NULL"),
            sqlite_where=text("given_key IS NOT NULL"),
        ),
        Index(
            "ix_members_merged_into_id",
            "merged_into_id",
            postgresql_where=text("merged_into_id IS NOT NULL"),
            sqlite_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    status: Mapped[str] = mapped_column(String(32), default=MemberStatus.ACTIVE)
    first_name: Mapped[str | None] = mapped_column(String(TEXT))
    last_name: Mapped[str | None] = mapped_column(String(TEXT))
    patronymic: Mapped[str | None] = mapped_column(String(TEXT))
    birth_date: Mapped[date | None] = mapped_column(Date)
    gender: Mapped[str | None] = mapped_column(String(1))
    country: Mapped[str | None] = mapped_column(String(TEXT))
    locality: Mapped[str | None] = mapped_column(String(TEXT))
    tier: Mapped[str | None] = mapped_column(String(64))
    segments: Mapped[list[str]] = mapped_column(Document, default=list, server_default="[]")
    channel: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The names as they are searched by: see `names`.
    family_key: Mapped[str | None] = mapped_column(_NAME_KEY)
    given_key: Mapped[str | None] = mapped_column(_NAME_KEY)
    # Who this member turned out to be; all that was theirs is that one's since.
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))

    # Those that came with a merger stand behind a member's own.
    identities: Mapped[list[Identity]] = relationship(
        order_by="Identity.kind, Identity.created_at, Identity.value",
        back_populates="member",
        lazy="select",
    )
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.kind", lazy="select")
    counters: Mapped[Counters | None] = relationship(lazy="select", viewonly=True)

    def identity(self, kind: IdentityKind) -> Identity | None:
        """The member's first identity of a kind."""
        return next(iter(self.identities_of(kind)), None)

    def identities_of(self, kind: IdentityKind) -> Iterable[Identity]:
        """The member's identities of a kind."""
        return (identity for identity in self.identities if identity.kind == kind)


class Participant(NamedTuple):
    """A member as sales and payments look at them."""

    id: uuid.UUID
    program_id: uuid.UUID
    status: MemberStatus
    tier: str | None
    segments: Sequence[str]


Enrolled = Member | Participant


class Identity(Base):
    """What a member is found by: `value` in the core form, `shown` as a platform gave it."""

    __tablename__ = "identities"
    __table_args__ = (
        # Families share an e-mail; everything else names one member.
        Index(
            "uq_identities_value",
            "program_id",
            "kind",
            "value",
            unique=True,
            postgresql_where=text("kind <> 'email'"),
            sqlite_where=text("kind <> 'email'"),
        ),
        Index("ix_identities_value", "program_id", "kind", "value"),
        Index("ix_identities_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(String(TEXT))
    shown: Mapped[str] = mapped_column(String(TEXT))
    channel: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship(back_populates="identities", lazy="raise")


class Consent(Base):
    """What a member last said of one channel or condition, when, and through whom."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("member_id", "kind"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(String(32))
    is_granted: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(String(32), default="")
    outlet_code: Mapped[str] = mapped_column(String(TEXT), default="")
    terminal: Mapped[str] = mapped_column(String(TEXT), default="")
    actor: Mapped[str] = mapped_column(String(TEXT), default="", server_default="")


class Counters(Base):
    """How often a member bought, and for how much: a convenience, recomputed by `verify`."""

    __tablename__ = "member_counters"

    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)
    visits: Mapped[int] = mapped_column(BigInteger, default=0)
    spent_minor: Mapped[int] = mapped_column(BigInteger, default=0)


class EmailLock(Base):
    """What those wait for who want one e-mail at the same time, which families may share and no
    index can guard. It says nothing of whose it is.
    """

    __tablename__ = "email_locks"

    program_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    times: Mapped[int] = mapped_column(BigInteger, default=0)


class SpecialUser(Base):
    """A phone with special conditions, such as a member of staff, and what is known of it."""

    __tablename__ = "special_users"
    __table_args__ = (UniqueConstraint("program_id", "phone"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    phone: Mapped[str] = mapped_column(String(32))
    params: Mapped[dict[str, str]] = mapped_column(Document, default=dict)
