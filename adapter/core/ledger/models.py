"""What the ledger is made of: accounts, entries, their postings, and the lots behind a balance.

No foreign key leads from here to a row that all customers share (the program, its own accounts):
the engine would lock that row for every posting of everybody. `verify` looks for orphans instead.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from adapter.core.amounts import Amount, Unit
from adapter.core.origins import Origin, Place
from adapter.db.base import Base, new_id
from adapter.db.types import OptionalDocument, UtcDateTime

CODE = 32  # the longest kind, role or unit code
REFERENCE = 255


class Role(StrEnum):
    """What an account is for. The first three are a member's, the others the program's own."""

    SPENDABLE = "spendable"
    PENDING = "pending"  # earned, not active yet
    RESERVED = "reserved"  # set aside until captured, released or expired
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    RETURNED = "returned"


MEMBER_ROLES = (Role.SPENDABLE, Role.PENDING, Role.RESERVED)
PROGRAM_ROLES = tuple(role for role in Role if role not in MEMBER_ROLES)


class EntryKind(StrEnum):
    """Why points moved."""

    OPENING = "opening"
    ACCRUAL = "accrual"
    BONUS = "bonus"
    REDEMPTION = "redemption"
    RETURN = "return"  # taken because goods came back
    RESERVATION = "reservation"
    CAPTURE = "capture"
    RELEASE = "release"
    ACTIVATION = "activation"
    EXPIRY = "expiry"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Purse:
    """Whose amounts of one unit: the three accounts of a member, or of one of their cards."""

    program_id: uuid.UUID
    member_id: uuid.UUID
    unit: Unit
    card_id: uuid.UUID | None = None
    may_go_negative: bool = False

    @property
    def owner_id(self) -> uuid.UUID:
        """The card where the purse is a card's, else the member."""
        return self.card_id or self.member_id


@dataclass(frozen=True, slots=True)
class Details:
    """What an entry remembers besides its legs."""

    kind: EntryKind
    reason: str = ""
    origin: Origin | None = None
    place: Place = Place()
    occurred_at: datetime | None = None
    explanation: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """From when until when a lot may be spent; an open end is `None`."""

    active_from: datetime | None = None
    expires_at: datetime | None = None


NO_TERMS = Terms()


class Account(Base):
    """Where an amount of one unit stands.

    The program's own accounts have no balance here: they are the other leg of everybody's entries,
    and a row that all customers update would make them wait for each other.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("owner_id", "unit", "role"),
        CheckConstraint("may_go_negative OR balance_minor >= 0", name="not_negative"),
        Index("ix_accounts_member_id", "member_id"),
        Index(
            "ix_accounts_pending",
            "owner_id",
            postgresql_where=text("role = 'pending' AND balance_minor > 0"),
            sqlite_where=text("role = 'pending' AND balance_minor > 0"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    owner_id: Mapped[uuid.UUID]
    unit: Mapped[str] = mapped_column(String(CODE))
    role: Mapped[str] = mapped_column(String(CODE))
    may_go_negative: Mapped[bool] = mapped_column(default=False)
    balance_minor: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class Entry(Base):
    """One balanced movement, written once and never changed."""

    __tablename__ = "entries"
    __table_args__ = (
        # One origin, one effect: the index is the promise, the code only words it.
        Index(
            "uq_entries_origin",
            "program_id",
            "origin_source",
            "origin_operation",
            "origin_reference",
            unique=True,
            postgresql_where=text("origin_reference IS NOT NULL"),
            sqlite_where=text("origin_reference IS NOT NULL"),
        ),
        # One reversal of an entry at most.
        Index(
            "uq_entries_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
            sqlite_where=text("reverses_id IS NOT NULL"),
        ),
        Index(
            "ix_entries_reverses_part_of_id",
            "reverses_part_of_id",
            postgresql_where=text("reverses_part_of_id IS NOT NULL"),
            sqlite_where=text("reverses_part_of_id IS NOT NULL"),
        ),
        Index("ix_entries_member_id_recorded_at", "member_id", "recorded_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(String(CODE))
    unit: Mapped[str] = mapped_column(String(CODE))
    reason: Mapped[str] = mapped_column(String(REFERENCE), default="")
    origin_source: Mapped[str | None] = mapped_column(String(CODE))
    origin_operation: Mapped[str | None] = mapped_column(String(CODE))
    origin_reference: Mapped[str | None] = mapped_column(String(REFERENCE))
    origin_fingerprint: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(CODE), default="")
    outlet_code: Mapped[str] = mapped_column(String(REFERENCE), default="")
    terminal: Mapped[str] = mapped_column(String(REFERENCE), default="")
    actor: Mapped[str] = mapped_column(String(REFERENCE), default="")
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entries.id"))
    reverses_part_of_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entries.id"))
    # Which rules, in which version, and their arithmetic; of whatever no rule gave, nothing.
    explanation: Mapped[dict[str, Any] | None] = mapped_column(OptionalDocument)


class Posting(Base):
    """One signed leg of an entry, chained to the account's previous one by a digest.

    On a program's account `version` and `balance_after_minor` are empty: it has no running balance.
    """

    __tablename__ = "postings"
    __table_args__ = (UniqueConstraint("account_id", "version"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int | None] = mapped_column(BigInteger)
    balance_after_minor: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class Lot(Base):
    """A portion of points with a life of its own.

    `remaining_minor` is what was not spent; `reserved_minor` is the part of it set aside. What is
    free (remaining less reserved) of an account's lots is that account's balance.
    """

    __tablename__ = "lots"
    __table_args__ = (
        CheckConstraint(
            "0 <= reserved_minor AND reserved_minor <= remaining_minor"
            " AND remaining_minor <= amount_minor",
            name="parts",
        ),
        # The lots that still count are few; the spent ones are left out of the index.
        Index(
            "ix_lots_open",
            "account_id",
            "expires_at",
            postgresql_where=text("remaining_minor > 0"),
            sqlite_where=text("remaining_minor > 0"),
        ),
        Index(
            "ix_lots_expires_at",
            "expires_at",
            postgresql_where=text("remaining_minor > reserved_minor"),
            sqlite_where=text("remaining_minor > reserved_minor"),
        ),
        Index("ix_lots_entry_id", "entry_id"),
        Index("ix_lots_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entries.id"))
    unit: Mapped[str] = mapped_column(String(CODE))
    reason: Mapped[str] = mapped_column(String(REFERENCE), default="")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    remaining_minor: Mapped[int] = mapped_column(BigInteger)
    reserved_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    active_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def free_minor(self) -> int:
        """What is neither spent nor set aside."""
        return self.remaining_minor - self.reserved_minor

    def is_expired(self, now: datetime) -> bool:
        """Whether its last moment has passed."""
        return self.expires_at is not None and self.expires_at <= now

    def is_active(self, now: datetime) -> bool:
        """Whether its first moment has come."""
        return self.active_from is None or self.active_from <= now


class LotMovement(Base):
    """What one entry did to one lot, so that a reversal can put it back into the same one."""

    __tablename__ = "lot_movements"
    __table_args__ = (Index("ix_lot_movements_lot_id", "lot_id"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    remaining_minor: Mapped[int] = mapped_column(BigInteger)
    reserved_minor: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Portion:
    """A lot as a reader sees it."""

    reason: str
    amount: Amount
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What one purse holds at one instant: `total` is `available`, `pending` and `reserved`."""

    available: Amount
    pending: Amount
    reserved: Amount
    portions: tuple[Portion, ...] = ()

    @classmethod
    def nothing(cls, unit: Unit) -> Balance:
        """What is held where nothing was ever given."""
        return cls(Amount.zero(unit), Amount.zero(unit), Amount.zero(unit))

    @property
    def total(self) -> Amount:
        """All that has not been spent and has not expired."""
        return self.available + self.pending + self.reserved
