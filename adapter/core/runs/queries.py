"""How heartbeats and runs are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, false, func, or_, select

from adapter.core.runs.models import NO_JOBS, Heartbeat, JobRequest, JobRun
from adapter.db import Work

WORKER = "worker"  # the kind of a process that delivers messages and does what is due
# A process beats several times within this; one that is silent for longer is taken to be gone.
FRESH = timedelta(seconds=60)
# A run says now and then that it goes on; a single statement may take long, though.
LOST_AFTER = timedelta(minutes=10)
# After this a silent process is no longer shown at all.
SILENT_FOR = timedelta(days=1)


def heartbeats(work: Work, *, kind: str = "") -> Sequence[Heartbeat]:
    """The processes that said they are there, whoever did so last in front."""
    found = select(Heartbeat).order_by(Heartbeat.seen_at.desc(), Heartbeat.name)
    if kind:
        found = found.where(Heartbeat.kind == kind)
    return work.session.scalars(found).all()


def last_beat(work: Work, kind: str) -> datetime | None:
    """When any process of a kind was last heard of."""
    return work.session.scalar(select(func.max(Heartbeat.seen_at)).where(Heartbeat.kind == kind))


def is_alive(work: Work, beat: Heartbeat) -> bool:
    """Whether a process was heard of lately."""
    return beat.seen_at > work.now - FRESH


def does_jobs(work: Work, beat: Heartbeat) -> bool:
    """Whether a process is a worker that lives and does what is due; some only deliver."""
    return beat.kind == WORKER and is_alive(work, beat) and NO_JOBS not in beat.counts


def recent(
    work: Work, *, job: str = "", after: JobRun | None = None, limit: int = 50
) -> Sequence[JobRun]:
    """Runs, the newest first: those before the run `after`, of one job if it is named."""
    found = select(JobRun).order_by(JobRun.started_at.desc(), JobRun.id.desc()).limit(limit)
    if job:
        found = found.where(JobRun.job == job)
    if after is not None:
        found = found.where(
            or_(
                JobRun.started_at < after.started_at,
                and_(JobRun.started_at == after.started_at, JobRun.id < after.id),
            )
        )
    return work.session.scalars(found).all()


def last_runs(work: Work, jobs: Iterable[str]) -> dict[str, JobRun]:
    """The last run of each of these jobs that ever ran, by the job's name."""
    in_order = select(JobRun.id).order_by(JobRun.started_at.desc(), JobRun.id.desc()).limit(1)
    # Each by a question of its own within the one, for the index holds its last run at its end.
    last = [JobRun.id == in_order.where(JobRun.job == job).scalar_subquery() for job in jobs]
    return {run.job: run for run in work.session.scalars(select(JobRun).where(or_(false(), *last)))}


def last_ended(work: Work, *, within: timedelta = timedelta(hours=3)) -> dict[str, JobRun]:
    """The last run that ended, of each job of which one did lately."""
    found = select(JobRun).where(
        JobRun.started_at > work.now - within, JobRun.ended_at.is_not(None)
    )
    return {run.job: run for run in work.session.scalars(found.order_by(JobRun.started_at))}


def asked(work: Work) -> Sequence[JobRequest]:
    """The jobs that somebody wants done before their time."""
    return work.session.scalars(select(JobRequest).order_by(JobRequest.asked_at)).all()


def under_way(work: Work) -> Sequence[JobRun]:
    """Runs that have not ended and were heard of lately."""
    found = select(JobRun).where(JobRun.ended_at.is_(None), JobRun.seen_at >= work.now - LOST_AFTER)
    return work.session.scalars(found.order_by(JobRun.started_at)).all()
