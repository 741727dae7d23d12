"""The audit: who changed what, when, why, and what it was before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound
from wtforms import DateField, StringField
from wtforms.validators import Length, Optional

from adapter.admin import cells
from adapter.admin.access import needs, person, program
from adapter.admin.console import console
from adapter.admin.forms import FilterForm, not_before_since
from adapter.admin.i18n import _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.pages.trail_words import ACTIONS, SUBJECTS, value_words
from adapter.admin.words import meant
from adapter.core import programs, trail
from adapter.core.staff import Permission
from adapter.core.trail import Change
from adapter.web.work import reading

# Where something of a kind is shown, by which name, and who may look.
PAGES = {
    "member": ("members_show", "member_id", Permission.VIEW),
    "credential": ("credentials_one", "credential_id", Permission.PLATFORMS),
    "request": ("requests_show", "exchange_id", Permission.REQUESTS),
    "user": ("people_one", "user_id", Permission.PEOPLE),
}
LONGEST_VALUE = 200  # of a value in the list; the file has all of it


class TrailFilters(FilterForm):
    """Who, what, about what, and when."""

    actor = StringField(_l("Who"), validators=[Length(max=255)], description="user:anna, cli:root")
    action = StringField(_l("Action"), validators=[Length(max=64)], description="points.adjust")
    subject = StringField(_l("About (id or kind)"), validators=[Length(max=64)])
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("To"), validators=[Optional(), not_before_since])


@console.get("/p/<code>/trail")
@needs(Permission.TRAIL)
def trail_list() -> ResponseReturnValue:
    """What was changed in a program; with it, for who sees all of them, what is of none."""
    listing = Listing(
        "trail",
        columns=COLUMNS,
        filters=TrailFilters,
        rows=_rows,
        key=lambda change: str(change.id),
    )
    return listing.reply(title=_("Audit"))


def _rows(form: TrailFilters, after: str | None, limit: int) -> Sequence[Change]:
    subject = form.subject.data or ""
    subject_id = _id_of(subject)
    sought = trail.Sought(
        program_id=program().id,
        and_of_none=person().program_codes is None,
        actor=form.actor.data or "",
        action=meant(form.action.data or "", ACTIONS),
        subject_kind="" if subject_id else meant(subject, SUBJECTS),
        subject_id=subject_id,
        since=_start(form.since.data),
        until=_end(form.until.data),
    )
    key = _id_of(after) if after else None
    if after and key is None:
        raise NotFound
    with reading() as work:
        return trail.changes(work, sought, after=key, limit=limit)


def _start(day: date | None) -> Any:
    return programs.start_of(day, program().timezone) if day else None


def _end(day: date | None) -> Any:
    return programs.end_of(day, program().timezone) if day else None


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _subject(change: Change) -> str:
    return f"{change.subject_kind} {change.subject_id or ''}".strip()


def _linked_subject(change: Change) -> str:
    """The same in words, leading to where it is shown if they may see that."""
    endpoint, name, needed = PAGES.get(change.subject_kind, ("", "", Permission.VIEW))
    is_here = change.program_id in (program().id, None) and change.subject_id is not None
    kind = SUBJECTS.get(change.subject_kind, change.subject_kind)
    words = f"{kind} {change.subject_id or ''}".strip()
    if not endpoint or not is_here or not person().may(needed):
        return words
    return cells.link(words, endpoint, **{name: change.subject_id})


def _what(change: Change) -> Markup:
    """Before and after, as the difference between them."""
    unit = (change.after or {}).get("unit")
    lines = [
        Markup('<li><code>{}</code>: <span class="console-was">{}</span> {}</li>').format(
            name,
            _short(name, was, unit),
            Markup('<span class="console-became">{}</span>').format(_short(name, now, unit)),
        )
        for name, was, now in trail.differences(change.before, change.after)
    ]
    if not lines:
        return Markup("")
    return Markup('<ul class="list-unstyled mb-0">{}</ul>').format(Markup("").join(lines))


def _short(name: str, value: Any, unit: object) -> str:
    text = value_words(name, _text(value), unit=unit)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _before(change: Change) -> str:
    return _as_text(change.before)


def _after(change: Change) -> str:
    return _as_text(change.after)


def _as_text(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else ""


COLUMNS: list[Column[Change]] = [
    Column(
        "when",
        _l("When"),
        lambda one: cells.moment(one.recorded_at, seconds=True),
        csv=lambda one: one.recorded_at,
    ),
    Column("who", _l("Who"), lambda one: one.actor),
    Column(
        "action",
        _l("Action"),
        lambda one: Markup("{} <code>{}</code>").format(ACTIONS.get(one.action, ""), one.action),
        csv=lambda one: one.action,
    ),
    Column("subject", _l("About"), _linked_subject, csv=_subject),
    Column("reason", _l("Reason"), lambda one: escape(one.reason), csv=lambda one: one.reason),
    Column("difference", _l("Before and after"), _what, csv=False),
    Column("before", _l("Before"), _before, is_shown=False),
    Column("after", _l("After"), _after, is_shown=False),
    Column("request", _l("Request"), lambda one: one.request_id, is_shown=False),
]
