"""What must be told to others, written in the same unit of work as its cause."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import UtcDateTime


class Outcome(StrEnum):
    """How a message ended."""

    DELIVERED = "delivered"
    DROPPED = "dropped"  # there was nothing to say any more
    DEAD = "dead"  # it was refused for good, or tried often enough
    REPLAYED = "replayed"  # it was dead, and told once more as a new one


class OutboxMessage(Base):
    """A message on its way: what it is about, and not what it says.

    It names its subject by surrogate ids only and is worded when it leaves, so that no secret and
    nothing personal waits here.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "ix_outbox_messages_next_try_at",
            "next_try_at",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_outbox_messages_ended_at", "ended_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID | None]
    topic: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str] = mapped_column(String(255), default="")


class OutboxEvent(Base):
    """Something that happened, to be told to the partner's systems: what, and of whom.

    It stands in a line, that of its member or of whatever has none, and is told after those
    before it. It names surrogate ids only and is worded when it leaves.
    """

    __tablename__ = "outbox_events"
    __table_args__ = (
        UniqueConstraint("line_id", "position"),
        Index(
            "ix_outbox_events_dead",
            "program_id",
            "id",
            postgresql_where=text("outcome = 'dead'"),
            sqlite_where=text("outcome = 'dead'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID]  # no foreign key: see the ledger's models
    member_id: Mapped[uuid.UUID | None]
    line_id: Mapped[uuid.UUID]
    position: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(255), default="")
    # Told once more, it is the same event at its old place for whoever receives it.
    original_id: Mapped[uuid.UUID | None]
    original_position: Mapped[int | None] = mapped_column(BigInteger)


class OutboxLine(Base):
    """The line that the events of one member stand in: how many ever came, and how many left.

    `position` is the last that came and `done` the last that ended. Whoever tells of an event moves
    the one on and whoever delivers the other, so the order is that of the commits.
    """

    __tablename__ = "outbox_lines"
    __table_args__ = (
        Index(
            "ix_outbox_lines_next_try_at",
            "program_id",
            "next_try_at",
            postgresql_where=text("position > done"),
            sqlite_where=text("position > done"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    program_id: Mapped[uuid.UUID]
    position: Mapped[int] = mapped_column(BigInteger)
    done: Mapped[int] = mapped_column(BigInteger)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claim: Mapped[int] = mapped_column(BigInteger)  # who claimed it before is not heard any more
    # Of the event in front.
    attempts: Mapped[int]
    first_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(255))


class Receiver(Base):
    """How it goes with the system that is told of a program's events. Only workers and operators
    write it.
    """

    __tablename__ = "outbox_receivers"

    program_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_by: Mapped[str] = mapped_column(String(255))
    pause_reason: Mapped[str] = mapped_column(String(255))
    failures: Mapped[int]  # since the last success
    probe_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # not before then, and only one
    last_error: Mapped[str] = mapped_column(String(255))
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered: Mapped[int] = mapped_column(BigInteger)
    # Of the minute under way, and how many it were in the one before.
    minute_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minute_count: Mapped[int] = mapped_column(BigInteger)
    last_minute_count: Mapped[int] = mapped_column(BigInteger)
