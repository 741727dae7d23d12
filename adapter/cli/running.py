"""What `adapter doctor` says of that which runs: workers, jobs, people, and those who watch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from adapter import __version__, jobs
from adapter.cli.advice import Advice
from adapter.config import Config
from adapter.core import programs, runs, staff
from adapter.core.programs import Settings
from adapter.core.runs import RunOutcome
from adapter.db import Database, Work

# Beyond the time at which a job was due.
LONGEST_UNDONE = timedelta(minutes=30)
FAILURES = (RunOutcome.FAILED, RunOutcome.PARTLY, RunOutcome.LOST)
KEEP_IT_UP = "keep adapter worker running, or run adapter jobs run every few minutes"


def looks(config: Config, database: Database) -> Iterator[Advice]:
    """All of it."""
    for look in (_workers, _jobs, _people, _metrics):
        yield from look(config, database)


def _workers(config: Config, database: Database) -> Iterator[Advice]:
    with database.reading() as work:
        beats = runs.heartbeats(work, kind=runs.WORKER)
        alive = [beat for beat in beats if runs.is_alive(work, beat)]
        do_jobs = any(runs.does_jobs(work, beat) for beat in beats)
        # A worker that ended in order leaves nothing to be missed by, but what it is to deliver.
        is_needed = config.ready_needs_worker or bool(beats) or _has_listeners(work)
    versions = {beat.version for beat in alive}
    if not alive:
        silence = f"since {beats[0].seen_at:%Y-%m-%d %H:%M:%S} UTC" if beats else "at all"
        what = f"no worker was heard of {silence}"
        yield Advice("finding" if is_needed else "note", what, "keep adapter worker running")
    elif versions != {__version__}:
        what = f"workers of other versions are running: {', '.join(sorted(versions))}"
        yield Advice("note", what, f"this is {__version__}: end the upgrade")
    else:
        yield Advice(
            "well", "a worker is running" if len(alive) == 1 else f"{len(alive)} workers run"
        )
    if alive and not do_jobs:
        what = "no worker that is running does jobs: worker_jobs is off"
        yield Advice("note", what, "switch it on, or run adapter jobs run every few minutes")


def _has_listeners(work: Work) -> bool:
    told = (Settings.of(program.settings) for program in programs.all_programs(work))
    return any(one.message_webhook or one.event_webhook for one in told)


def _jobs(config: Config, database: Database) -> Iterator[Advice]:
    with database.reading() as work:
        standings = jobs.standings(work)
        now = work.now
    if not any(one.last for one in standings):
        yield Advice("note", "no job was ever done", KEEP_IT_UP)
        return
    late = [
        one.job.name for one in standings if not one.due_at or one.due_at + LONGEST_UNDONE < now
    ]
    failed = [one.job.name for one in standings if one.last and one.last.outcome in FAILURES]
    if late:
        yield Advice("finding", f"jobs were not done lately: {', '.join(late)}", KEEP_IT_UP)
    if failed:
        what = f"jobs did not end well: {', '.join(failed)}"
        yield Advice("finding", what, "the log tells why, by the id the console's page Jobs shows")
    if not late and not failed:
        yield Advice("well", f"each of {len(standings)} jobs was done lately")


def _people(config: Config, database: Database) -> Iterator[Advice]:
    if not config.console:
        return
    with database.reading() as work:
        people = sum(one.disabled_at is None for one in staff.users(work))
    if not people:
        fix = "adapter users create, or set console to false"
        yield Advice("note", "nobody can sign in to the console", fix)
        return
    yield Advice("well", f"{people} can sign in to the console")
    if not config.secure_cookies:
        fix = "behind a proxy with TLS, set secure_cookies to true"
        yield Advice("note", "the console's cookies are not kept to https", fix)


def _metrics(config: Config, database: Database) -> Iterator[Advice]:
    if config.metrics_token:
        yield Advice("well", "/metrics is open to those who present metrics_token")
    else:
        what = "no metrics_token is set: /metrics answers nobody"
        yield Advice("note", what, "set one, and give it to Prometheus")
