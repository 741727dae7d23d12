"""A program: the rules and units under which a partner rewards people."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapter.core.amounts import CREDIT, Unit
from adapter.core.ledger import Purse
from adapter.core.programs.calendar import end_of, expiry_of_points, local_day
from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime


@dataclass(frozen=True, slots=True)
class Settings:
    """What a partner may set about a program, and what holds where nothing is said."""

    points_decimals: int = 2
    point_value_minor: int = 1
    paying_balance: str = "points"
    points_expire_after_days: int | None = None
    min_payment_minor: int | None = None
    reservation_minutes: int = 60
    allow_negative: bool = False
    max_payment_minor: int | None = None
    receipt_points: str | None = None
    welcome_points: str | None = None  # to whoever joins
    short_code_length: int = 4
    short_code_seconds: int = 300
    message_webhook: str | None = None  # an address, or `console:`
    event_webhook: str | None = None  # who is told of events, and of which; all if nothing is said
    event_types: Sequence[str] | None = None
    adjust_limit_points: str | None = None  # above it, a second person agrees to a correction
    crm: Mapping[str, Any] | None = None  # who is asked for those we do not know, and how

    @classmethod
    def of(cls, given: dict[str, Any]) -> Settings:
        """The settings with these values given; names it does not know are left to others."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})


@dataclass(frozen=True, slots=True)
class NumberRange:
    """What the numbers of new cards look like, and how a till reads them."""

    prefix: str = "77"
    length: int = 10
    barcode_type: str = "CODE_128"


@dataclass(frozen=True, slots=True)
class ProgramTerms:
    """A program as a request needs it: read once, shared between threads, never changed."""

    id: uuid.UUID
    code: str
    currency: str
    country: str
    timezone: ZoneInfo
    settings: Settings
    numbers: NumberRange

    @property
    def points(self) -> Unit:
        """The unit of points, with as many decimals as the program says."""
        return Unit("points", self.settings.points_decimals)

    def expiry_of_points(self, given_at: datetime) -> datetime | None:
        """When points given at an instant expire; never where the program does not say."""
        return expiry_of_points(given_at, self.settings.points_expire_after_days, self.timezone)

    def end_of_today(self, now: datetime) -> datetime:
        """The instant at which the local day is over: what came back expired is good until then."""
        return end_of(local_day(now, self.timezone), self.timezone)

    def purse_of(self, member_id: uuid.UUID, *, may_owe: bool = False) -> Purse:
        """Where a member's points stand; with `may_owe` they may go below zero, in a program that
        allows it.
        """
        may_go_negative = may_owe and self.settings.allow_negative
        return Purse(self.id, member_id, self.points, may_go_negative=may_go_negative)

    def unit(self, code: str) -> Unit:
        """A unit of this program by its code."""
        known = {"points": self.points, "credit": CREDIT}
        return known.get(code) or Unit(code)


class Program(Base):
    """A program and its settings, as the partner wrote them."""

    __tablename__ = "programs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    country: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]] = mapped_column(Document)
    card_numbers: Mapped[dict[str, Any]] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def terms(self) -> ProgramTerms:
        """A frozen view that outlives the session."""
        return ProgramTerms(
            id=self.id,
            code=self.code,
            currency=self.currency,
            country=self.country,
            timezone=ZoneInfo(self.timezone),
            settings=Settings.of(self.settings),
            numbers=NumberRange(**self.card_numbers),
        )


class EarnRule(Base):
    """How a sale or an event becomes points; `terms` are what its kind needs, and `version` goes
    up whenever they change.
    """

    __tablename__ = "earn_rules"
    __table_args__ = (UniqueConstraint("program_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    code: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    terms: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class Deal(Base):
    """An automatic discount; without conditions in its `terms` it applies to everybody."""

    __tablename__ = "deals"
    __table_args__ = (UniqueConstraint("program_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255), default="")
    terms: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class Tier(Base):
    """A step that members may be on; `rank` orders them, the highest last."""

    __tablename__ = "tiers"
    __table_args__ = (UniqueConstraint("program_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255), default="")
    rank: Mapped[int] = mapped_column(default=0)


class Offer(Base):
    """What the partner wants holders to know: a text with a picture and two dates."""

    __tablename__ = "offers"
    __table_args__ = (UniqueConstraint("program_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    code: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(255))
    text: Mapped[str] = mapped_column(String(4000), default="")
    image: Mapped[str] = mapped_column(String(1000), default="")
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RevisionKind(StrEnum):
    """Of what versions are kept."""

    RULE = "rule"
    PROGRAM = "program"


class Revision(Base):
    """What a rule, or a program with its settings, said from an instant on: never changed.

    A rule's `number` is the version that the ledger's explanations name; a program's own has the
    code of the program.
    """

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("program_id", "kind", "code", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    actor: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RuleDraft(Base):
    """A rule as it may become: `based_on` is the version it was drawn from, or 0."""

    __tablename__ = "rule_drafts"

    program_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    based_on: Mapped[int]
    actor: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
