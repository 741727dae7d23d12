"""Webhooks: how the partner's systems are told of events, and what can be done if they are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from adapter import delivery
from adapter.admin import cells
from adapter.admin.access import actor, needs, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, FilterForm, ReasonForm, choices, not_before_since
from adapter.admin.i18n import _, _l, ngettext
from adapter.admin.listing import Column, Listing
from adapter.admin.render import page
from adapter.admin.settings import settings
from adapter.core import outbox, programs, trail
from adapter.core.outbox import Choice, EventType, OutboxEvent, Receiver
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.delivery import State
from adapter.web.request_log import request_id
from adapter.web.work import database, reading

STATES = {
    State.LISTENING: (_l("is told"), "success"),
    State.AWAY: (_l("does not answer"), "danger"),
    State.PAUSED: (_l("paused"), "warning"),
}
HINT = 12  # letters of the signing secret, of which the first six are the same for all
DEAD, EVENT, MEMBER, PERIOD = "dead", "event", "member", "period"


class DeadFilters(FilterForm):
    """Of which type."""

    type = SelectField(
        _l("Type"),
        choices=choices([("", _l("any")), *((one.value, one.value) for one in EventType)]),
        default="",
    )


class ReplayForm(ReasonForm):
    """Which events are told once more, and why."""

    which = RadioField(
        _l("Which events"),
        choices=choices(
            [
                (DEAD, _l("those that were given up")),
                (EVENT, _l("one, by its id")),
                (MEMBER, _l("those of one member, by their id")),
                (PERIOD, _l("those of some days")),
            ]
        ),
        default=DEAD,
    )
    id = StringField(_l("Id of the event or the member"), validators=[Length(max=64)])
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("To"), validators=[Optional(), not_before_since])

    def validate_id(self, field: StringField) -> None:
        """An id, where one is needed.

        Raises:
            ValidationError: It is missing, or none.
        """
        if self.which.data in (EVENT, MEMBER) and _id_of(field.data or "") is None:
            raise ValidationError(_("This is no id."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all of it can be used; a field that is empty is asked for nothing itself."""
        is_fine = bool(super().validate(extra_validators))
        if self.which.data == PERIOD and self.since.data is None and not self.since.errors:
            self.blame("since", _("Say from which day."))
            return False
        return is_fine


@console.get("/p/<code>/webhooks", endpoint="webhooks")
@needs(Permission.VIEW)
def webhooks_page() -> ResponseReturnValue:
    """How it goes with the program's receiver: backlog, rate, errors, and what was given up."""
    listing = Listing(
        "dead-events",
        columns=COLUMNS,
        filters=DeadFilters,
        rows=_rows,
        key=lambda event: str(event.id),
    )
    with reading() as work:
        standing = delivery.standing_of(work, program().id)
        held_up = outbox.held_up(work, program().id)
    secret = delivery.shown(delivery.secret_of(settings().secret_key, program().id))
    words, badge = STATES[standing.state] if standing else ("", "")
    return listing.reply(
        "webhooks/list.html",
        standing=standing,
        state_words=words,
        badge=badge,
        held_up=held_up,
        hint=f"{secret[:HINT]}…",
    )


@console.route("/p/<code>/webhooks/pause", methods=["GET", "POST"])
@needs(Permission.WEBHOOKS)
def webhooks_pause() -> ResponseReturnValue:
    """Have the receiver be told nothing for a while."""

    def act(work: Work, program_id: UUID) -> Receiver:
        return outbox.pause(work, program_id, by=actor(), reason=form.reason.data or "")

    form = ReasonForm()
    return _ask(form, act, "webhook.pause", title=_("Pause"), done=_("Events wait from now on."))


@console.route("/p/<code>/webhooks/resume", methods=["GET", "POST"])
@needs(Permission.WEBHOOKS)
def webhooks_resume() -> ResponseReturnValue:
    """Have the receiver be told again."""
    done = _("Events are told again, those that waited first.")
    return _ask(ReasonForm(), outbox.resume, "webhook.resume", title=_("Resume"), done=done)


def _ask(
    form: ReasonForm,
    act: Callable[[Work, UUID], Receiver],
    action: str,
    *,
    title: str,
    done: str,
) -> ResponseReturnValue:
    if not form.is_submitted():
        return page("webhooks/ask.html", form=form, title=title)
    if not form.validate():
        return page("webhooks/ask.html", form=form, title=title), INVALID

    def unit(work: Work) -> None:
        before = {"paused": outbox.receiver(work, program().id).paused_at is not None}
        after = {"paused": act(work, program().id).paused_at is not None}
        _record(work, action, form, before=before, after=after)

    database().run(unit)
    flash(done, "success")
    return redirect(url_for("admin.webhooks"), 303)


@console.route("/p/<code>/webhooks/replay", methods=["GET", "POST"])
@needs(Permission.WEBHOOKS)
def webhooks_replay() -> ResponseReturnValue:
    """Tell of events once more, each at the end of its member's line."""
    form = ReplayForm()
    if not form.is_submitted():
        event = _id_of(request.args.get("event", ""))
        if event is not None:
            form.which.data, form.id.data = EVENT, str(event)
        return page("webhooks/replay.html", form=form)
    if not form.validate():
        return page("webhooks/replay.html", form=form), INVALID
    choice = _choice(form)
    with reading() as work:
        if choice.event_id and outbox.event_by_id(work, program().id, choice.event_id) is None:
            form.blame("id", _("There is no such event."))
            return page("webhooks/replay.html", form=form), INVALID
    count = delivery.replay_all(database(), choice)
    told = {"events": count} | choice.told()
    database().run(lambda work: _record(work, "webhook.replay", form, after=told))
    flash(
        ngettext(
            "%(number)s event is told once more.", "%(number)s events are told once more.", count
        ),
        "success" if count else "info",
    )
    return redirect(url_for("admin.webhooks"), 303)


def _choice(form: ReplayForm) -> Choice:
    which, wanted = form.which.data, _id_of(form.id.data or "")
    zone = program().timezone
    since: date | None = form.since.data if which == PERIOD else None
    until: date | None = form.until.data if which == PERIOD else None
    return Choice(
        program().id,
        dead=which == DEAD,
        event_id=wanted if which == EVENT else None,
        member_id=wanted if which == MEMBER else None,
        since=programs.start_of(since, zone) if since else None,
        before=programs.end_of(until, zone) if until else None,
    )


def _record(work: Work, action: str, form: ReasonForm, **more: Any) -> None:
    trail.record(
        work,
        actor=actor(),
        action=action,
        subject_kind="webhook",
        subject_id=program().id,
        program_id=program().id,
        reason=form.reason.data or "",
        request_id=request_id(),
        **more,
    )


def _rows(form: DeadFilters, after: str | None, limit: int) -> Sequence[OutboxEvent]:
    before = _id_of(after) if after else None
    if after and before is None:
        raise NotFound
    with reading() as work:
        return outbox.dead_events(
            work, program().id, topic=form.type.data or "", before=before, limit=limit
        )


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _member(event: OutboxEvent) -> Markup | str:
    if event.member_id is None:
        return ""
    return cells.link(event.member_id, "members_show", member_id=event.member_id)


def _event(event: OutboxEvent) -> Markup:
    return cells.link(event.id, "webhooks_replay", event=event.id)


COLUMNS: list[Column[OutboxEvent]] = [
    Column(
        "told",
        _l("Happened"),
        lambda event: cells.moment(event.created_at, seconds=True),
        csv=lambda event: event.created_at,
    ),
    Column("type", _l("Type"), lambda event: event.topic),
    Column("member", _l("Member"), _member, csv=lambda event: event.member_id or ""),
    Column("attempts", _l("Attempts"), lambda event: event.attempts, is_number=True),
    Column("error", _l("Last error"), lambda event: event.last_error),
    Column(
        "ended",
        _l("Given up"),
        lambda event: cells.moment(event.ended_at, seconds=True),
        csv=lambda event: event.ended_at,
    ),
    Column("event", _l("Event"), _event, csv=lambda event: event.id),
]
