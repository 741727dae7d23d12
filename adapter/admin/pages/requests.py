"""Requests: every exchange with a platform, what it did, and what it would do now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import current_app
from flask import request as http_request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from adapter.admin import cells
from adapter.admin.access import needs, person, program
from adapter.admin.console import console
from adapter.admin.forms import FilterForm, WholeNumberField, choices, not_before_since
from adapter.admin.i18n import _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.render import page
from adapter.admin.words import ACCOUNTS, KINDS
from adapter.core import exchanges, programs
from adapter.core.amounts import Amount
from adapter.core.exchanges import Effect, Exchange, Filters, Outcome
from adapter.core.staff import Permission
from adapter.protocols import PROTOCOLS
from adapter.web.refilling import NotKept, as_curl, fill_nothing, refilled
from adapter.web.replay import Replayed, entries_of, protocol_of, replay
from adapter.web.work import Work, reading

OUTCOMES = (
    ("", _l("any")),
    (Outcome.OK, _l("answered")),
    (Outcome.REFUSED, _l("refused")),
    (Outcome.FAILED, _l("failed")),
)


SPOKEN = [("", _l("any")), *((protocol.name, protocol.title) for protocol in PROTOCOLS)]


class RequestFilters(FilterForm):
    """Of which protocol, how they ended, from where, about whom, and when."""

    protocol = SelectField(_l("Protocol"), choices=choices(SPOKEN), default="")
    outcome = SelectField(_l("Ended"), choices=choices(OUTCOMES), default="")
    status = WholeNumberField(
        _l("Status"),
        validators=[Optional(), NumberRange(1, 599)],
        description=_l("200, or 4 for all from 400 to 499"),
    )
    refusal = StringField(
        _l("Refusal"), validators=[Length(max=64)], description=_l("Its name, or the vendor's code")
    )
    outlet = StringField(_l("Outlet"), validators=[Length(max=255)])
    terminal = StringField(_l("Terminal"), validators=[Length(max=255)])
    credential = StringField(_l("Credential (id)"), validators=[Length(max=64)])
    member = StringField(_l("Member (id)"), validators=[Length(max=64)])
    request = StringField(_l("Request id"), validators=[Length(max=64)])
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("To"), validators=[Optional(), not_before_since])

    def validate_credential(self, field: StringField) -> None:
        """An id, if anything.

        Raises:
            ValidationError: It is none.
        """
        _checked_id(field.data)

    def validate_member(self, field: StringField) -> None:
        """An id, if anything.

        Raises:
            ValidationError: It is none.
        """
        _checked_id(field.data)


@dataclass(frozen=True)
class Leg:
    """What an entry did to one balance, fit to be shown."""

    entry_id: UUID
    kind: str
    role: str
    amount: Amount
    before: Amount
    after: Amount


@console.get("/p/<code>/requests", endpoint="requests")
@needs(Permission.REQUESTS)
def requests_list() -> ResponseReturnValue:
    """The exchanges of the program, the latest first; with them, for who sees all programs, those
    of nobody who was recognised.
    """
    listing = Listing(
        "requests",
        columns=COLUMNS,
        filters=RequestFilters,
        rows=_rows,
        key=lambda exchange: str(exchange.id),
    )
    return listing.reply(title=_("Requests"))


@console.get("/p/<code>/requests/<uuid:exchange_id>")
@needs(Permission.REQUESTS)
def requests_show(exchange_id: UUID) -> ResponseReturnValue:
    """One exchange: what was asked and answered, masked, and what it did to the ledger."""
    return _shown(exchange_id)


@console.post("/p/<code>/requests/<uuid:exchange_id>/replay")
@needs(Permission.REQUESTS, Permission.REPLAY)
def requests_replay(exchange_id: UUID) -> ResponseReturnValue:
    """The same exchange, rehearsed in a transaction that is rolled back."""
    with reading() as work:
        found = _found(work, exchange_id)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        again = replay(app, found)
    except NotKept as reason:
        return _shown(exchange_id, not_kept=str(reason)), 422
    return _shown(exchange_id, again=again)


def _shown(exchange_id: UUID, *, again: Replayed | None = None, not_kept: str = "") -> str:
    with reading() as work:
        found = _found(work, exchange_id)
        did = _legs(exchanges.effects(work, entries_of(found)))
        caller = exchanges.caller_of(work, found)
        curl = _curl(found, caller.name if caller else "")
    return page(
        "requests/show.html",
        exchange=found,
        did=did,
        would_do=_legs(again.would_do) if again else [],
        again=again,
        not_kept=not_kept,
        curl=curl,
        parts=[(title, text) for title, text in _parts(found) if text],
        answer=_pretty(again.body) if again else "",
        may_replay=person().may(Permission.REPLAY),
    )


def _found(work: Work, exchange_id: UUID) -> Exchange:
    found = exchanges.by_id(work, program().id, exchange_id, and_of_none=_sees_all())
    if found is None:
        raise NotFound
    return found


def _parts(exchange: Exchange) -> Iterable[tuple[str, str]]:
    yield _("Path"), _pretty(exchange.path)
    yield _("Query"), _pretty(exchange.query)
    yield _("Headers"), _pretty(exchange.headers)
    yield _("Request body"), _pretty(exchange.request_body)
    yield _("Answer"), _pretty(exchange.response_body)


def _pretty(text: str | None) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2) if text else ""


def _curl(exchange: Exchange, name: str) -> str:
    """The request as a command line, in which what is a member's is not filled in."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        request = refilled(exchange, fill_nothing)
        return as_curl(request, protocol_of(app, exchange), name, url=http_request.host_url)
    except NotKept:
        return ""


def _legs(effects: Iterable[Effect]) -> list[Leg]:
    return [
        Leg(
            effect.entry.id,
            str(KINDS[effect.entry.kind]),
            str(ACCOUNTS[leg.role]),
            leg.amount,
            leg.before,
            leg.after,
        )
        for effect in effects
        for leg in effect.legs
    ]


def _rows(form: RequestFilters, after: str | None, limit: int) -> Sequence[Exchange]:
    key = _id_of(after) if after else None
    if after and key is None:
        raise NotFound
    filters = Filters(
        protocol=form.protocol.data or "",
        status=form.status.data,
        outcome=Outcome(form.outcome.data) if form.outcome.data else None,
        refusal=form.refusal.data or "",
        outlet=form.outlet.data or "",
        terminal=form.terminal.data or "",
        credential_id=_id_of(form.credential.data or ""),
        member_id=_id_of(form.member.data or ""),
        request_id=form.request.data or "",
        since=_start(form.since.data),
        until=_end(form.until.data),
    )
    with reading() as work:
        return exchanges.recent(
            work, program().id, filters, and_of_none=_sees_all(), after=key, limit=limit
        )


def _sees_all() -> bool:
    """Whether they may look at what is of no program, since theirs are all."""
    return person().program_codes is None


def _start(day: date | None) -> Any:
    return programs.start_of(day, program().timezone) if day else None


def _end(day: date | None) -> Any:
    return programs.end_of(day, program().timezone) if day else None


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _checked_id(text: str | None) -> None:
    if text and _id_of(text) is None:
        raise ValidationError(_("This is no id."))


def _call(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.rule or '?'}"


def _refusal(exchange: Exchange) -> str:
    return " ".join(part for part in (exchange.refusal, exchange.code) if part)


def _outcome(exchange: Exchange) -> Markup:
    titles = dict(OUTCOMES)
    return Markup('<span class="console-outcome-{}">{} {}</span>').format(
        exchange.outcome, exchange.status, titles[exchange.outcome]
    )


def _member(exchange: Exchange) -> Markup | str:
    if exchange.member_id is None:
        return ""
    return cells.link(_("member"), "members_show", member_id=exchange.member_id)


COLUMNS: list[Column[Exchange]] = [
    Column(
        "at",
        _l("When"),
        lambda one: cells.link(
            cells.moment(one.at, seconds=True), "requests_show", exchange_id=one.id
        ),
        csv=lambda one: one.at,
    ),
    Column("protocol", _l("Protocol"), lambda one: one.protocol),
    Column("call", _l("Call"), _call),
    Column("status", _l("Status"), _outcome, csv=lambda one: one.status),
    Column("refusal", _l("Refusal"), _refusal),
    Column(
        "ms",
        _l("Milliseconds"),
        lambda one: f"{one.duration_us / 1000:.1f}",
        is_number=True,
    ),
    Column("outlet", _l("Outlet"), lambda one: one.outlet),
    Column("terminal", _l("Terminal"), lambda one: one.terminal),
    Column("member", _l("Member"), _member, csv=lambda one: one.member_id or ""),
    Column("credential", _l("Credential (id)"), lambda one: one.credential_id, is_shown=False),
    Column("request", _l("Request id"), lambda one: one.request_id, is_shown=False),
    Column("id", _l("Id"), lambda one: one.id, is_shown=False),
]
