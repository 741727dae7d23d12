"""What /metrics reads from the database: who is alive, what waits, and the figures of programs.

Read by whichever worker is asked, kept for some seconds, and from rows that are few: never by
going through members or postings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from threading import Lock
from uuid import UUID

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from adapter.core import outbox, programs, runs, stats
from adapter.core.amounts import CREDIT, Amount
from adapter.core.stats import POINTS, Measure
from adapter.db import Database, Work
from adapter.db.errors import is_unavailable

SECONDS_KEPT = 10.0

# How often, and how much, by program, kind of figure, and unit.
Counted = Mapping[tuple[UUID, str, str], tuple[int, int]]


class Gauges(Collector):
    """The figures as of some seconds ago at most; without a database only that it is away."""

    def __init__(self, database: Database, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._database, self._timer = database, timer
        self._kept: list[Metric] = []
        self._until = float("-inf")
        self._lock = Lock()

    def collect(self) -> Iterable[Metric]:
        """Every figure there is."""
        with self._lock:
            if self._timer() >= self._until:
                self._kept = list(self._figures())
                self._until = self._timer() + SECONDS_KEPT
            return self._kept

    def _figures(self) -> Iterator[Metric]:
        found: list[Metric] = []
        try:
            with self._database.reading() as work:
                for read in READ:
                    found += read(work)
        except Exception as error:
            if not is_unavailable(error):
                raise
            found = []
        says = "Whether the database answered when last asked."
        yield GaugeMetricFamily("adapter_database_up", says, value=1 if found else 0)
        yield from found


def _processes(work: Work) -> Iterator[Metric]:
    seen = GaugeMetricFamily(
        "adapter_heartbeat_timestamp_seconds",
        "When a process in the background was last heard of.",
        labels=("kind", "name"),
    )
    told = CounterMetricFamily(
        "adapter_worker_messages",
        "Messages that a worker has dealt with since it began, by what became of them.",
        labels=("name", "outcome"),
    )
    for beat in runs.heartbeats(work):
        seen.add_metric((beat.kind, beat.name), beat.seen_at.timestamp())
        for outcome, count in beat.counts.items():
            if outcome != runs.NO_JOBS:
                told.add_metric((beat.name, outcome), count)
    yield seen
    yield told


def _jobs(work: Work) -> Iterator[Metric]:
    began = GaugeMetricFamily(
        "adapter_job_timestamp_seconds", "When a job last ran to its end.", labels=("job",)
    )
    lasted = GaugeMetricFamily("adapter_job_seconds", "How long that took.", labels=("job",))
    well = GaugeMetricFamily(
        "adapter_job_succeeded", "Whether nothing failed in it.", labels=("job",)
    )
    for job, run in sorted(runs.last_ended(work).items()):
        if run.ended_at is None:
            continue
        began.add_metric((job,), run.ended_at.timestamp())
        lasted.add_metric((job,), (run.ended_at - run.started_at).total_seconds())
        well.add_metric((job,), int(run.outcome == runs.RunOutcome.DONE))
    yield from (began, lasted, well)


def _outbox(work: Work) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "adapter_outbox_waiting", "What has not left, by kind.", labels=("program", "kind")
    )
    since = GaugeMetricFamily(
        "adapter_outbox_overdue_seconds",
        "For how long the oldest of it has been due, or for events has been there.",
        labels=("program", "kind"),
    )
    dead = GaugeMetricFamily(
        "adapter_outbox_dead",
        "What was given up and is still kept, by kind.",
        labels=("program", "kind"),
    )
    left = {"message": outbox.backlogs(work), "event": outbox.event_backlogs(work)}
    heard = outbox.subscriptions(work)
    for program in programs.all_programs(work):
        for kind, backlogs in left.items():
            backlog = backlogs.get(program.id, outbox.Backlog())
            waiting.add_metric((program.code, kind), backlog.waiting)
            # Events that wait for nobody are late for nobody.
            is_due = kind == "message" or program.id in heard
            late = _overdue(work.now, backlog.due_since) if is_due else 0
            since.add_metric((program.code, kind), late)
            dead.add_metric((program.code, kind), backlog.dead)
    yield from (waiting, since, dead)


def _receivers(work: Work) -> Iterator[Metric]:
    codes = {program.id: program.code for program in programs.all_programs(work)}
    delivered = CounterMetricFamily(
        "adapter_events_delivered", "Events that a program's system has taken.", labels=("program",)
    )
    failures = GaugeMetricFamily(
        "adapter_events_failures",
        "Attempts to tell a program's system that failed since it last took something.",
        labels=("program",),
    )
    paused = GaugeMetricFamily(
        "adapter_events_paused", "Whether somebody has paused it.", labels=("program",)
    )
    for program_id, one in outbox.all_receivers(work).items():
        label = (codes.get(program_id, ""),)
        delivered.add_metric(label, one.delivered)
        failures.add_metric(label, one.failures)
        paused.add_metric(label, int(one.paused_at is not None))
    yield from (delivered, failures, paused)


def _business(work: Work) -> Iterator[Metric]:
    """From the roll-ups, whose rows are as many as days, channels and kinds of figures."""
    members = GaugeMetricFamily(
        "adapter_members_joined", "Members who ever joined.", labels=("program",)
    )
    cards = GaugeMetricFamily("adapter_cards_issued", "Cards ever issued.", labels=("program",))
    points = GaugeMetricFamily(
        "adapter_points_outstanding", "Points that members hold.", labels=("program",)
    )
    worth = GaugeMetricFamily(
        "adapter_points_outstanding_money",
        "What they are worth, in whole units of the program's currency.",
        labels=("program", "currency"),
    )
    credit = GaugeMetricFamily(
        "adapter_credit_outstanding_money",
        "Credit that members hold, in whole units of the program's currency.",
        labels=("program", "currency"),
    )
    counted = _totals(work)
    for program in programs.all_programs(work):
        try:
            terms = program.terms()
        except (KeyError, ValueError):  # a time zone this machine does not know: doctor tells
            continue
        held, owed = (
            sum(counted.get((program.id, one, unit), (0, 0))[1] for one in POINTS)
            for unit in (terms.points.code, CREDIT.code)
        )
        members.add_metric((program.code,), _count(counted, program.id, Measure.MEMBERS))
        cards.add_metric((program.code,), _count(counted, program.id, Measure.CARDS))
        points.add_metric((program.code,), float(Amount(held, terms.points).whole))
        parts = 10 ** programs.money_decimals(terms.currency)
        money = held * terms.settings.point_value_minor / parts
        worth.add_metric((program.code, terms.currency), money)
        credit.add_metric((program.code, terms.currency), owed / parts)
    as_of = GaugeMetricFamily(
        "adapter_figures_timestamp_seconds", "Up to when these five have been reckoned."
    )
    if (instant := stats.state(work)[0]) is not None:
        as_of.add_metric((), instant.timestamp())
    yield from (members, cards, points, worth, credit, as_of)


def _totals(work: Work) -> Counted:
    figures = stats.DailyFigure
    wanted = (*POINTS, Measure.MEMBERS, Measure.CARDS)
    found = (
        select(
            figures.program_id,
            figures.measure,
            figures.unit,
            func.sum(figures.count),
            func.sum(figures.amount_minor),
        )
        .where(figures.measure.in_(wanted))
        .group_by(figures.program_id, figures.measure, figures.unit)
    )
    return {
        (program_id, measure, unit): (int(count), int(amount))
        for program_id, measure, unit, count, amount in work.session.execute(found)
    }


def _count(counted: Counted, program_id: UUID, measure: Measure) -> int:
    return sum(
        count
        for (program, of, _unit), (count, _amount) in counted.items()
        if program == program_id and of == measure
    )


def _overdue(now: datetime, since: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


READ: tuple[Callable[[Work], Iterable[Metric]], ...] = (
    _processes,
    _jobs,
    _outbox,
    _receivers,
    _business,
)
