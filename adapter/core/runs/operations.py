"""Saying that one is alive, and noting what a job did."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

import adapter
from adapter.core.runs.models import Heartbeat, JobRequest, JobRun, RunOutcome
from adapter.core.runs.queries import LOST_AFTER, SILENT_FOR
from adapter.db import Work
from adapter.db.base import new_id

KEPT = timedelta(days=30)
LONGEST_NAME = 128


def beat(work: Work, *, kind: str, name: str = "", counts: Mapping[str, int] | None = None) -> None:
    """Say that this process is there, under a name of its own: by default its host's and its id.

    `counts` are what it did since it began; /metrics shows those of workers. One statement,
    whether or not it said so before.
    """
    host, pid = socket.gethostname()[:LONGEST_NAME], os.getpid()
    name = (name or f"{host}:{pid}")[:LONGEST_NAME]
    upsert = postgresql.insert if _is_postgresql(work) else sqlite.insert
    row = upsert(cast(Table, Heartbeat.__table__)).values(
        kind=kind,
        name=name,
        host=host,
        pid=pid,
        version=adapter.__version__,
        started_at=work.now,
        seen_at=work.now,
        counts=dict(counts or {}),
    )
    told = ("host", "pid", "version", "seen_at", "counts")
    changed: dict[str, ColumnElement[Any]] = {name: row.excluded[name] for name in told}
    # Another process under the same name, such as the one that took this one's place, began now.
    is_the_same = and_(Heartbeat.host == row.excluded.host, Heartbeat.pid == row.excluded.pid)
    changed["started_at"] = case((is_the_same, Heartbeat.started_at), else_=row.excluded.started_at)
    work.session.execute(
        row.on_conflict_do_update(index_elements=["kind", "name"], set_=changed),
    )


def silence(work: Work, *, kind: str, name: str = "") -> None:
    """Say that this process ends in good order, and is not to be missed."""
    name = (name or f"{socket.gethostname()[:LONGEST_NAME]}:{os.getpid()}")[:LONGEST_NAME]
    work.session.execute(delete(Heartbeat).where(Heartbeat.kind == kind, Heartbeat.name == name))


def ask(work: Work, *, job: str, actor: str) -> bool:
    """Have a job done before its time: whether nobody had asked for it already."""
    values = {"job": job, "actor": actor, "asked_at": work.now}
    return work.insert_unless_there(JobRequest, values)


def take_up(work: Work, job: str) -> str:
    """Who asked for a job that is now begun, and is no longer asked for; nobody for most."""
    gone = delete(JobRequest).where(JobRequest.job == job).returning(JobRequest.actor)
    return work.session.scalar(gone) or ""


def start(work: Work, *, job: str, actor: str, request_id: str = "") -> JobRun:
    """A run that has begun, to be committed before the job does anything."""
    run = JobRun(
        id=new_id(),
        job=job,
        actor=actor,
        request_id=request_id,
        started_at=work.now,
        seen_at=work.now,
        counts={},
        error="",
    )
    work.session.add(run)
    work.session.flush()
    return run


def progress(work: Work, run_id: uuid.UUID, counts: Mapping[str, int]) -> None:
    """Note how far a run has come, and that it is under way."""
    work.session.execute(
        update(JobRun)
        .where(JobRun.id == run_id, JobRun.ended_at.is_(None))
        .values(seen_at=work.now, counts=dict(counts))
    )


def end(
    work: Work,
    run_id: uuid.UUID,
    outcome: RunOutcome,
    *,
    counts: Mapping[str, int] | None = None,
    error: str = "",
) -> None:
    """Note how a run ended; of an error only its class, for its words may hold values."""
    values = {"outcome": outcome, "ended_at": work.now, "seen_at": work.now, "error": error}
    if counts is not None:
        values["counts"] = dict(counts)
    work.session.execute(update(JobRun).where(JobRun.id == run_id).values(**values))


def abandon_lost(work: Work) -> int:
    """How many runs nobody has heard of for long, and are no longer taken to be under way."""
    result = work.session.execute(
        update(JobRun)
        .where(JobRun.ended_at.is_(None), JobRun.seen_at < work.now - LOST_AFTER)
        .values(outcome=RunOutcome.LOST, ended_at=work.now)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def drop_old(work: Work) -> int:
    """How many runs were older than they are kept, and processes silent for long, and are gone."""
    runs = work.session.execute(delete(JobRun).where(JobRun.started_at < work.now - KEPT))
    is_silent = Heartbeat.seen_at < work.now - SILENT_FOR
    silent = work.session.execute(delete(Heartbeat).where(is_silent))
    return int(runs.rowcount + silent.rowcount)  # type: ignore[attr-defined]


def _is_postgresql(work: Work) -> bool:
    return work.session.get_bind().dialect.name == "postgresql"
