"""What is kept of an exchange with a platform. Nothing in it is personal: members are named by
their surrogate ids, and what was theirs in a body by where it stands among what we know of them.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime
from enum import StrEnum
from itertools import count

from sqlalchemy import BigInteger, Date, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base
from adapter.db.types import UtcDateTime

NAME = 64
CODE = 255
DAYS = 30  # how long an exchange is kept, unless the settings say otherwise
# The longest body that is kept, in characters, once it is masked.
BODY = 16 * 1024

# Whose a text is, and what it is of them, by the forms in which it may be written.
Known = dict[str | int, tuple[str, str]]

_MOST = 0xFFFF_FFFF
_numbers = count(secrets.randbits(31))


class Outcome(StrEnum):
    """How an exchange ended."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


class Exchange(Base):
    """One request and its reply.

    No foreign key leads from here: a row is written after the fact, and may outlive what it names.
    Its id grows with the instant, so that all that is asked by time is asked by id.
    """

    __tablename__ = "exchanges"
    __table_args__ = (
        Index("ix_exchanges_program_id_id", "program_id", "id"),
        Index("ix_exchanges_credential_id_id", "credential_id", "id"),
        Index(
            "ix_exchanges_member_id_id",
            "member_id",
            "id",
            postgresql_where=text("member_id IS NOT NULL"),
            sqlite_where=text("member_id IS NOT NULL"),
        ),
        # Of those that a platform chose itself; ours are the id of the row.
        Index(
            "ix_exchanges_given_request_id",
            "given_request_id",
            postgresql_where=text("given_request_id IS NOT NULL"),
            sqlite_where=text("given_request_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    program_id: Mapped[uuid.UUID | None]
    credential_id: Mapped[uuid.UUID | None]
    member_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    protocol: Mapped[str] = mapped_column(String(NAME))
    method: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str | None] = mapped_column(String(CODE))
    status: Mapped[int] = mapped_column(SmallInteger)
    refusal: Mapped[str | None] = mapped_column(String(NAME))
    code: Mapped[str | None] = mapped_column(String(NAME))  # of the refusal, in the vendor's words
    duration_us: Mapped[int] = mapped_column(Integer)
    outlet: Mapped[str] = mapped_column(String(CODE))
    terminal: Mapped[str] = mapped_column(String(CODE))
    given_request_id: Mapped[str | None] = mapped_column(String(NAME))
    # JSON texts, as compact as they come; nobody but a reader looks into them.
    entries: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str | None] = mapped_column(Text)
    query: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[str | None] = mapped_column(Text)
    request_body: Mapped[str | None] = mapped_column(Text)
    response_body: Mapped[str | None] = mapped_column(Text)
    # Whether a body was longer than what is kept of it.
    is_truncated: Mapped[bool]

    @property
    def request_id(self) -> str:
        """The id that the reply carried in its header."""
        return self.given_request_id or self.id.hex

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return outcome_of(self.status, self.refusal)


class ExchangeCount(Base):
    """How many exchanges of one protocol ended in one way on one day of a program."""

    __tablename__ = "exchange_counts"

    program_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    protocol: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16), primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)


class TerminalUse(Base):
    """When a terminal last used a credential, to within a minute."""

    __tablename__ = "terminal_uses"

    credential_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    outlet: Mapped[str] = mapped_column(String(CODE), primary_key=True)
    terminal: Mapped[str] = mapped_column(String(CODE), primary_key=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


def outcome_of(status: int, refusal: str | None) -> Outcome:
    """How an exchange with this status and refusal ended; some protocols refuse with a 200."""
    if status >= 500:
        return Outcome.FAILED
    return Outcome.REFUSED if refusal or status >= 400 else Outcome.OK


def id_at(instant: datetime) -> uuid.UUID:
    """A fresh id of an exchange at this instant: a UUIDv7 that, within one process, is also higher
    than all of the same instant before it.
    """
    milliseconds, microseconds = divmod(int(instant.timestamp() * 1_000_000), 1000)
    fraction = microseconds * 4096 // 1000
    number = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62
    return uuid.UUID(int=number | (next(_numbers) & _MOST) << 30 | secrets.randbits(30))


def first_id_at(instant: datetime) -> uuid.UUID:
    """The lowest id that an exchange at this instant or later may have."""
    # Before 1970 there were none, and an id counts from there.
    return uuid.UUID(int=max(0, int(instant.timestamp() * 1000)) << 80)
