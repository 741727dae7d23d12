"""What time makes due: which processes see to it, what they did, and having it done now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from wtforms import SelectField

from adapter import jobs
from adapter.admin import cells
from adapter.admin.access import actor, needs
from adapter.admin.console import console
from adapter.admin.forms import INVALID, FilterForm, ReasonForm, choices
from adapter.admin.i18n import Lazy, _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.render import page
from adapter.admin.words import channel_words
from adapter.admin.writing import shown_number
from adapter.core import runs, trail
from adapter.core.runs import JobRun, RunOutcome
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.web.request_log import request_id
from adapter.web.work import database, reading

NAMES = {
    "reservations": _l("Reservations past their deadline"),
    "lots": _l("Points that expire or become active"),
    "merged members": _l("What came to members that were merged"),
    "card numbers": _l("Reserved card numbers that nobody took"),
    "figures": _l("Figures for the charts"),
    "old messages": _l("Old messages of platforms"),
    "old codes": _l("Old one-time codes"),
    "old outbox": _l("Old messages to others"),
    "old events": _l("Old events that were told"),
    "old exchanges": _l("Old entries of the request log"),
    "old sessions": _l("Sessions that are over"),
    "old runs": _l("Old entries of this page"),
}
PROCESSES = {runs.WORKER: _l("worker")}
OUTCOMES = {
    RunOutcome.DONE: _l("done"),
    RunOutcome.PARTLY: _l("partly done"),
    RunOutcome.FAILED: _l("failed"),
    RunOutcome.LOST: _l("lost"),
}
BADGES = {RunOutcome.DONE: "success", RunOutcome.PARTLY: "warning", None: "info"}


class RunFilters(FilterForm):
    """Which job."""

    job = SelectField(
        _l("Job"), choices=choices([("", _l("All of them")), *NAMES.items()]), default=""
    )


class AskForm(ReasonForm):
    """A job that is wanted now, and why."""

    job = SelectField(_l("Job"), choices=choices(NAMES.items()))


@console.get("/p/<code>/jobs", endpoint="jobs")
@needs(Permission.VIEW)
def jobs_list() -> ResponseReturnValue:
    """What is due, what was done, and who does it; of all programs, for they share it."""
    listing = Listing(
        "jobs", columns=COLUMNS, filters=RunFilters, rows=_rows, key=lambda run: str(run.id)
    )
    with reading() as work:
        standings, beats, now = jobs.standings(work), runs.heartbeats(work), work.now
        processes = [(beat, runs.is_alive(work, beat)) for beat in beats]
        is_done = any(runs.does_jobs(work, beat) for beat in beats)
    return listing.reply(
        "jobs/list.html",
        standings=standings,
        processes=processes,
        is_served=any(alive and beat.kind == runs.WORKER for beat, alive in processes),
        is_done=is_done,
        no_jobs=runs.NO_JOBS,
        now=now,
        name_of=name_of,
        outcome_of=outcome_of,
        lasting=lasting,
        process_words=lambda kind: PROCESSES.get(kind, kind),
    )


@console.route("/p/<code>/jobs/ask", methods=["GET", "POST"])
@needs(Permission.JOBS)
def jobs_ask() -> ResponseReturnValue:
    """Have a job done now, by whichever worker looks next: a page waits for none."""
    form = AskForm()
    if not form.is_submitted():
        wanted = request.args.get("job", "")
        form.job.data = wanted if wanted in NAMES else form.job.data
        return page("jobs/ask.html", form=form)
    if not form.validate():
        return page("jobs/ask.html", form=form), INVALID
    if database().run(lambda work: _ask(work, form.job.data, form.reason.data)):
        flash(_("It is asked for, and done when a worker looks next."), "success")
    else:
        flash(_("Somebody had asked for it already."), "info")
    return redirect(url_for("admin.jobs"), 303)


def _ask(work: Work, job: str, reason: str) -> bool:
    if not runs.ask(work, job=job, actor=actor()):
        return False
    trail.record(
        work,
        actor=actor(),
        action="job.ask",
        subject_kind="job",
        subject_id=None,
        program_id=None,
        reason=reason,
        after={"job": job},
        request_id=request_id(),
    )
    return True


def _rows(form: RunFilters, after: str | None, limit: int) -> Sequence[JobRun]:
    with reading() as work:
        last = _run(work, after) if after else None
        return runs.recent(work, job=form.job.data or "", after=last, limit=limit)


def _run(work: Work, key: str) -> JobRun:
    try:
        found = work.session.get(JobRun, UUID(key))
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found


def name_of(job: str) -> Lazy | str:
    """What a job does, in words; one of another version by its name."""
    return NAMES.get(job, job)


def outcome_of(run: JobRun) -> Markup:
    """How a run ended, or that it has not."""
    outcome = RunOutcome(run.outcome) if run.outcome else None
    words = OUTCOMES[outcome] if outcome else _l("under way")
    badge = BADGES.get(outcome, "danger")
    shown = Markup('<span class="badge text-bg-{}">{}</span>').format(badge, str(words))
    return shown + Markup(" <code>{}</code>").format(run.error) if run.error else shown


def lasting(run: JobRun) -> str:
    """How long a run took, or has taken so far."""
    return seconds_of((run.ended_at or run.seen_at) - run.started_at)


def seconds_of(duration: timedelta) -> str:
    """A short time, in words."""
    if duration < timedelta(seconds=1):
        return _("under a second")
    if duration < timedelta(minutes=2):
        return _("%(seconds)s s", seconds=int(duration.total_seconds()))
    return _("%(minutes)s min", minutes=int(duration.total_seconds() // 60))


def _counted(run: JobRun) -> str:
    done = sum(count for name, count in run.counts.items() if name != "failed")
    return shown_number(done)


def _failed(run: JobRun) -> str:
    return shown_number(run.counts.get("failed", 0))


COLUMNS: list[Column[JobRun]] = [
    Column(
        "began",
        _l("Began"),
        lambda run: cells.moment(run.started_at, seconds=True),
        csv=lambda run: run.started_at,
    ),
    Column("job", _l("Job"), lambda run: str(name_of(run.job)), csv=lambda run: run.job),
    Column("outcome", _l("Outcome"), outcome_of, csv=lambda run: run.outcome or ""),
    Column(
        "seconds",
        _l("Took"),
        lasting,
        csv=lambda run: ((run.ended_at or run.seen_at) - run.started_at).total_seconds(),
    ),
    Column("count", _l("Did"), _counted, is_number=True),
    Column("failed", _l("Failed"), _failed, is_number=True),
    Column("actor", _l("By"), lambda run: channel_words(run.actor), csv=lambda run: run.actor),
    Column(
        "pass",
        _l("In the log"),
        lambda run: Markup("<code>{}</code>").format(run.request_id),
        csv=lambda run: run.request_id,
    ),
]
