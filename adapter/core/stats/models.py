"""Figures by day, and how far they have been rolled up. None of it is written by a till's call."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from adapter.core.ledger import EntryKind, Role
from adapter.db.base import Base
from adapter.db.types import Document, UtcDateTime

WORD = 32


class Measure(StrEnum):
    """What is counted. Amounts of points are signed as whoever holds them sees it."""

    OPENING = "opening"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    RETURNED = "returned"
    ISSUED_REVERSED = "issued_reversed"
    REDEEMED_REVERSED = "redeemed_reversed"
    EXPIRED_REVERSED = "expired_reversed"
    ADJUSTED_REVERSED = "adjusted_reversed"
    RETURNED_REVERSED = "returned_reversed"
    SALES = "sales"
    REFUNDS = "refunds"
    SALES_CANCELLED = "sales_cancelled"
    CARDS = "cards"
    MEMBERS = "members"
    ACTIVE = "active"
    ACTIVE_30 = "active_30"

    @classmethod
    def of_entry(cls, kind: str, role: str) -> Measure:
        """What an entry of this kind is that moved points from or to this account of ours."""
        if kind == EntryKind.OPENING:
            return cls.OPENING
        return cls(f"{role}_reversed" if kind == EntryKind.REVERSAL else role)


_OURS = (Role.ISSUED, Role.REDEEMED, Role.EXPIRED, Role.ADJUSTED, Role.RETURNED)
# What changes what members hold. Their sum over all days is what is outstanding.
POINTS = (
    Measure.OPENING,
    *(Measure(role) for role in _OURS),
    *(Measure(f"{role}_reversed") for role in _OURS),
)
REVERSED = tuple(one for one in POINTS if one.endswith("_reversed"))


class DailyFigure(Base):
    """How often something happened on a local day of a program, and how much it came to.

    `unit` is empty where money of the program's currency, or nothing, is summed.
    """

    __tablename__ = "daily_figures"

    program_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    measure: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    channel: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    unit: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class ActiveDay(Base):
    """A local day on which a member did something: whoever is here already is not counted again."""

    __tablename__ = "active_days"

    member_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class RollUpMark(Base):
    """How far one kind of rows was read that were there before anything was rolled up.

    All these rows together are the lock of whoever writes figures.
    """

    __tablename__ = "rollup_marks"

    source: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_id: Mapped[uuid.UUID]
    is_read: Mapped[bool]
    rolled_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RollUpSlice(Base):
    """A stretch of time whose rows may still grow: what was told of them, to be corrected.

    The last one has no end yet. `revision` goes up whenever it changes, so that whoever read its
    rows before somebody else did tells nothing.
    """

    __tablename__ = "rollup_slices"

    source: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(BigInteger)
    told: Mapped[list[Any]] = mapped_column(Document)
