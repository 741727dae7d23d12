"""Which processes are alive, and what the jobs did: rows for those who watch, nobody's data."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime

NO_JOBS = "no_jobs"  # among the counts of a worker that only delivers


class RunOutcome(StrEnum):
    """How a run of a job ended."""

    DONE = "done"
    PARTLY = "partly"  # some of the due things failed and were left as they were
    FAILED = "failed"
    LOST = "lost"  # whoever did it was gone before it ended


class Heartbeat(Base):
    """A process that says now and then that it is there; one row for each, written over."""

    __tablename__ = "heartbeats"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    host: Mapped[str] = mapped_column(String(128))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What it did since it began, in numbers, for whoever counts; and `NO_JOBS`, if it does none.
    counts: Mapped[dict[str, int]] = mapped_column(Document, default=dict)


class JobRun(Base):
    """One run of one job. `outcome` is empty while it is under way; `error` is a class's name."""

    __tablename__ = "job_runs"
    __table_args__ = (
        Index("ix_job_runs_job", "job", "started_at"),
        Index("ix_job_runs_started_at", "started_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    job: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(255))
    request_id: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(32))
    counts: Mapped[dict[str, int]] = mapped_column(Document, default=dict)
    error: Mapped[str] = mapped_column(String(128), default="")


class JobRequest(Base):
    """A job that somebody wants done before its time; whoever does the next pass takes it up."""

    __tablename__ = "job_requests"

    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    actor: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
