"""What time makes due, done in one pass: each thing in a unit of work of its own.

Each job of a pass is noted as a run: who is alive and what was done is then a matter of looking.
Two passes at once do no harm, for every job asks again under locks whether a thing is still due.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from adapter.core import (
    cards,
    codes,
    exchanges,
    ledger,
    outbox,
    partners,
    payments,
    programs,
    runs,
    staff,
    stats,
    support,
)
from adapter.core.ledger import Purse
from adapter.core.runs import JobRun, RunOutcome
from adapter.db import Database, Work
from adapter.db.errors import is_unavailable

PAGE = 500
# Every page of purses looks at all that is due, so on a day when everything expires few are best.
PURSES = 20_000
SOON, HOURLY = timedelta(minutes=5), timedelta(hours=1)
TELLING = 5.0  # seconds between two notes of how far a job is

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done:
    """What one pass did, in numbers; `failed` things were left as they were and are in the log."""

    reservations_released: int = 0
    lots_settled: int = 0
    merged_brought_over: int = 0
    card_numbers_lapsed: int = 0
    messages_dropped: int = 0
    short_codes_dropped: int = 0
    outbox_dropped: int = 0
    events_dropped: int = 0
    figures_rolled_up: int = 0
    exchanges_dropped: int = 0
    sessions_dropped: int = 0
    runs_dropped: int = 0
    failed: int = 0


class Pass:
    """What a job works with: the database, and where it tells how far it is."""

    def __init__(
        self, database: Database, run_id: UUID, counted: str, *, exchange_days: int
    ) -> None:
        self.database = database
        self.exchange_days = exchange_days
        self.failed = 0
        self._run_id, self._counted = run_id, counted
        self._done = 0
        self._told_at = time.monotonic()

    @property
    def counts(self) -> dict[str, int]:
        """How much was done so far."""
        return {self._counted: self._done} | ({"failed": self.failed} if self.failed else {})

    def count(self, so_many: int) -> None:
        """Count what was done, and tell of it now and then."""
        self._done += so_many
        if time.monotonic() - self._told_at >= TELLING:
            self._told_at = time.monotonic()
            self.database.run(lambda work: runs.progress(work, self._run_id, self.counts))

    def attempt(self, settle: Callable[[Work], int], *, job: str, of: UUID) -> None:
        """Settle one thing that is due; one that fails does not keep the others waiting."""
        try:
            done = int(self.database.run(settle))
        except Exception as error:
            if is_unavailable(error) and not _is_locked(error):
                raise
            self.failed += 1
            log.error("job failed", job=job, of=str(of), error=type(error).__name__)
        else:
            self.count(done)


def _is_locked(error: Exception) -> bool:
    """Whether PostgreSQL did not wait longer for somebody else's lock, of this thing alone."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == "55P03"


@dataclass(frozen=True, slots=True)
class Job:
    """Something that becomes due: its name, what it counts, how often, and how it is done."""

    name: str
    counted: str
    every: timedelta
    do: Callable[[Pass], None]


def run(database: Database, *, actor: str = "jobs", exchange_days: int = exchanges.DAYS) -> Done:
    """Do all that is due, and say how much it was, whoever else is at it.

    Exchanges with platforms are kept for so many days.
    """
    return _pass(database, JOBS, actor, exchange_days, beside_others=True)


def run_due(
    database: Database, *, actor: str = "worker", exchange_days: int = exchanges.DAYS
) -> Done:
    """Do those jobs that nobody has done lately, or that somebody has asked for.

    Where none is, this costs a look; so it may be called every few seconds, by several processes.
    """
    with database.reading() as work:
        wanted = {one.job.name for one in standings(work) if one.is_due(work.now)}
    due = [job for job in JOBS if job.name in wanted]
    return _pass(database, due, actor, exchange_days, beside_others=False) if due else Done()


@dataclass(frozen=True, slots=True)
class Standing:
    """A job, its last run, and who has asked for it since."""

    job: Job
    last: JobRun | None
    asked_by: str = ""
    asked_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When it is to be done again; nothing where it never was done."""
        return self.last.started_at + self.job.every if self.last else None

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be done now."""
        return self.asked_at is not None or self.due_at is None or self.due_at <= now


def standings(work: Work) -> list[Standing]:
    """Every job with its last run, in the order of a pass."""
    last = runs.last_runs(work, [job.name for job in JOBS])
    asked = {one.job: one for one in runs.asked(work)}
    return [
        Standing(
            job,
            last.get(job.name),
            asked_by=asked[job.name].actor if job.name in asked else "",
            asked_at=asked[job.name].asked_at if job.name in asked else None,
        )
        for job in JOBS
    ]


def _pass(
    database: Database,
    jobs: Sequence[Job],
    actor: str,
    exchange_days: int,
    *,
    beside_others: bool,
) -> Done:
    totals = dict.fromkeys((field.name for field in fields(Done)), 0)
    # Its lines in the log, and its rows, are found by this.
    with bound_contextvars(request_id=(pass_id := os.urandom(16).hex())):
        database.run(runs.abandon_lost)
        for job in jobs:
            begun = _begun(database, job, actor, pass_id, beside_others=beside_others)
            if begun is not None:
                under_way = Pass(database, begun, job.counted, exchange_days=exchange_days)
                for name, count in _run(under_way, job, begun).items():
                    totals[name] += count
    return Done(**totals)


def _begun(
    database: Database, job: Job, actor: str, pass_id: str, *, beside_others: bool
) -> UUID | None:
    def begin(work: Work) -> UUID | None:
        if not beside_others and any(one.job == job.name for one in runs.under_way(work)):
            return None
        asker = runs.take_up(work, job.name)
        return runs.start(work, job=job.name, actor=asker or actor, request_id=pass_id).id

    return database.run(begin)


def _run(under_way: Pass, job: Job, run_id: UUID) -> dict[str, int]:
    database = under_way.database
    began = time.monotonic()
    error = ""
    try:
        job.do(under_way)
    except Exception as fault:
        error = type(fault).__name__
        if is_unavailable(fault):
            # Where even that cannot be noted, the run is taken for lost after a while.
            with suppress(Exception):
                _end(database, run_id, RunOutcome.FAILED, counts=under_way.counts, error=error)
            raise
        under_way.failed += 1
        log.error("job failed", job=job.name, error=error)
    counts = under_way.counts
    outcome = RunOutcome.DONE
    if error or under_way.failed:
        outcome = RunOutcome.FAILED if error else RunOutcome.PARTLY
    _end(database, run_id, outcome, counts=counts, error=error)
    ms = round((time.monotonic() - began) * 1000, 1)
    # A pass that finds nothing to do is the rule, and is in the rows.
    tell = log.info if any(counts.values()) or error else log.debug
    tell("job", job=job.name, outcome=str(outcome), ms=ms, **counts)
    return counts


def _end(
    database: Database, run_id: UUID, outcome: RunOutcome, *, counts: dict[str, int], error: str
) -> None:
    database.run(lambda work: runs.end(work, run_id, outcome, counts=counts, error=error))


def _release(under_way: Pass) -> None:
    database = under_way.database
    seen: set[UUID] = set()
    while True:
        with database.reading() as work:
            # Those that failed are still due, in front of the others.
            found = payments.due(work, limit=PAGE + under_way.failed)
        page = [one for one in found if one not in seen]
        if not page:
            return
        for one in page:
            under_way.attempt(_releasing(one), job="release_due", of=one)
        seen.update(page)


def _releasing(reservation_id: UUID) -> Callable[[Work], int]:
    return lambda work: int(payments.release_due(work, reservation_id))


def _settle(under_way: Pass) -> None:
    for purse in _purses(under_way.database):
        under_way.attempt(_settling(purse), job="settle_due", of=purse.owner_id)


def _settling(purse: Purse) -> Callable[[Work], int]:
    return lambda work: int(ledger.settle_due(work, purse))


def _purses(database: Database) -> Iterator[Purse]:
    last: Purse | None = None
    while True:
        with database.reading() as work:
            page = ledger.purses_due(work, after=last, limit=PURSES)
        if not page:
            return
        yield from page
        last = page[-1]


def _bring_over(under_way: Pass) -> None:
    """Give to whoever they turned out to be what merged members were given since: by a till that
    knew them before, or by an order of theirs that was refunded.
    """
    with under_way.database.reading() as work:
        terms = {one.id: one.terms() for one in programs.all_programs(work)}
        found = [(one.id, terms[one.program_id]) for one in support.stranded(work, limit=PAGE)]
    for member_id, program in found:
        under_way.attempt(
            partial(support.bring_over, program=program, other_id=member_id),
            job="bring_over",
            of=member_id,
        )


def _roll_up(under_way: Pass) -> None:
    under_way.count(stats.roll_up(under_way.database).rows)


def _drop_exchanges(under_way: Pass) -> None:
    # Some thousand at a time: a log of a busy day is more than one statement should hold up.
    while True:
        gone = under_way.database.run(
            lambda work: exchanges.drop_old(work, days=under_way.exchange_days)
        )
        under_way.count(gone)
        if gone < exchanges.AT_ONCE:
            return


def _drop_events(under_way: Pass) -> None:
    # Those that nobody was ever told of end first, and are gone with the rest.
    while under_way.database.run(outbox.drop_unheard):
        pass
    while gone := under_way.database.run(outbox.drop_old_events):
        under_way.count(gone)


def _at_once(unit: Callable[[Work], int]) -> Callable[[Pass], None]:
    """A job that is one unit of work."""
    return lambda under_way: under_way.count(under_way.database.run(unit))


# Reservations come first: what they give back to a lot whose day is over expires with it.
JOBS = (
    Job("reservations", "reservations_released", SOON, _release),
    Job("lots", "lots_settled", SOON, _settle),
    Job("merged members", "merged_brought_over", SOON, _bring_over),
    Job("card numbers", "card_numbers_lapsed", SOON, _at_once(cards.lapse_due)),
    Job("figures", "figures_rolled_up", SOON, _roll_up),
    Job("old messages", "messages_dropped", HOURLY, _at_once(partners.drop_old_messages)),
    Job("old codes", "short_codes_dropped", HOURLY, _at_once(codes.drop_old)),
    Job("old outbox", "outbox_dropped", HOURLY, _at_once(outbox.drop_old)),
    Job("old events", "events_dropped", HOURLY, _drop_events),
    Job("old exchanges", "exchanges_dropped", HOURLY, _drop_exchanges),
    Job("old sessions", "sessions_dropped", HOURLY, _at_once(staff.drop_old_sessions)),
    Job("old runs", "runs_dropped", HOURLY, _at_once(runs.drop_old)),
)
