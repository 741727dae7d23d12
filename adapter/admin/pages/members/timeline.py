"""All that ever happened to a member's points, through whichever platform, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import DateField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from adapter.admin.access import needs, program
from adapter.admin.console import console
from adapter.admin.forms import FilterForm, no_control_characters, not_before_since
from adapter.admin.i18n import _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.pages.members.cells import cell
from adapter.admin.pages.members.doing import find
from adapter.admin.pages.members.search import key_of, name_of
from adapter.admin.render import shown
from adapter.admin.words import (
    CHANNELS,
    KINDS,
    UNITS,
    channel_words,
    meant,
    reason_words,
    unit_words,
)
from adapter.admin.writing import SAY, plain_amount, shown_amount, shown_day
from adapter.core import ledger, programs, support
from adapter.core.amounts import Amount
from adapter.core.errors import UnknownEntry
from adapter.core.ledger import Entry, Lot, Moved
from adapter.core.programs import ProgramTerms
from adapter.core.staff import Permission
from adapter.core.support import Movement, Wanted
from adapter.web.work import reading


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown: what it moved, and what the member had after it."""

    entry: Entry
    unit: str
    moved: Amount
    available: Amount
    total: Amount
    within: str
    lots: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What kind of entry it is, in the language of this request."""
        return str(KINDS[self.entry.kind])

    @property
    def reason(self) -> str:
        """Why it was made, in the language of this request where it is ours."""
        return reason_words(self.entry.reason)

    @property
    def source(self) -> str:
        """Through what it came, where and by whom."""
        entry = self.entry
        known = (channel_words(entry.channel), entry.outlet_code, entry.terminal, entry.actor)
        return ", ".join(filter(None, known))


def line_of(movement: Movement, terms: ProgramTerms) -> Line:
    """A line of the timeline."""
    unit = terms.unit(movement.unit)
    return Line(
        movement.entry,
        movement.unit,
        Amount(movement.moved_minor, unit),
        Amount(movement.after.available, unit),
        Amount(movement.after.total, unit),
        support.within(movement),
        tuple(_lot(lot, moved, terms) for lot, moved in movement.lots),
        tuple(_("%(rule)s, version %(version)s", rule=r, version=v) for r, v in movement.rules),
    )


def _lot(lot: Lot, moved: Moved, terms: ProgramTerms) -> str:
    """What was done to a lot: `+10, until 1 Jan 2027`."""
    minor = moved.remaining_minor or -moved.reserved_minor
    said = shown_amount(Amount(minor, terms.unit(lot.unit)), signed=True)
    if lot.expires_at is None:
        return _("%(amount)s, for ever", amount=said)
    day = programs.last_day(lot.expires_at, terms.timezone)
    return _("%(amount)s, until %(day)s", amount=said, day=shown_day(day))


class TimelineForm(FilterForm):
    """What of a timeline is wanted."""

    kind = SelectField(
        _l("Kind"),
        choices=[
            SelectChoice("", _l("all")),
            *(SelectChoice(str(kind), words) for kind, words in KINDS.items()),
        ],
        default="",
    )
    unit = StringField(_l("Unit"), validators=[Optional(), Length(max=32), no_control_characters])
    channel = StringField(
        _l("Platform"), validators=[Optional(), Length(max=32), no_control_characters]
    )
    outlet = StringField(
        _l("Outlet"), validators=[Optional(), Length(max=255), no_control_characters]
    )
    since = DateField(_l("From the day"), validators=[Optional()])
    until = DateField(_l("To the day"), validators=[Optional(), not_before_since])


def wanted(form: FilterForm) -> Wanted:
    """The filters as the core understands them; days are the program's."""
    zone = program().timezone
    since: date | None = form["since"].data
    until: date | None = form["until"].data
    return Wanted(
        kind=form["kind"].data or None,
        unit=meant(form["unit"].data or "", UNITS) or None,
        channel=meant(form["channel"].data or "", CHANNELS) or None,
        outlet_code=form["outlet"].data or None,
        since=programs.start_of(since, zone) if since else None,
        before=programs.end_of(until, zone) if until else None,
    )


def _rows(form: FilterForm, after: str | None, limit: int) -> Sequence[Line]:
    member_id = UUID(str((request.view_args or {})["member_id"]))
    terms = program()
    with reading() as work:
        found = support.history(work, member_id, wanted(form), after=key_of(after), limit=limit)
        return [line_of(one, terms) for one in found]


def _kind(line: Line) -> Markup:
    return cell("link", url_for("admin.entries_show", entry_id=line.entry.id), line.kind)


COLUMNS: Sequence[Column[Line]] = (
    Column(
        "at",
        _l("When"),
        lambda line: cell("when", line.entry.occurred_at),
        csv=lambda line: line.entry.occurred_at,
    ),
    Column("entry", _l("Entry"), lambda line: str(line.entry.id), is_shown=False),
    Column("kind", _l("What"), _kind, csv=lambda line: line.entry.kind),
    Column("reason", _l("Reason"), lambda line: line.reason, csv=lambda line: line.entry.reason),
    Column(
        "moved",
        _l("Moved"),
        lambda line: cell("moved", line),
        csv=lambda line: plain_amount(line.moved),
        is_number=True,
    ),
    Column("unit", _l("Unit"), lambda line: unit_words(line.unit), csv=lambda line: line.unit),
    Column(
        "available",
        _l("Spendable after it"),
        lambda line: cell("amount_of", line.available),
        csv=lambda line: plain_amount(line.available),
        is_number=True,
    ),
    Column(
        "total",
        _l("Total after it"),
        lambda line: cell("amount_of", line.total),
        csv=lambda line: plain_amount(line.total),
        is_number=True,
    ),
    Column("lots", _l("Lots"), lambda line: "; ".join(line.lots)),
    Column("rules", _l("Rules"), lambda line: "; ".join(line.rules)),
    Column(
        "channel",
        _l("Platform"),
        lambda line: channel_words(line.entry.channel),
        csv=lambda line: line.entry.channel,
    ),
    Column("outlet", _l("Outlet"), lambda line: line.entry.outlet_code),
    Column("terminal", _l("Till"), lambda line: line.entry.terminal),
    Column("actor", _l("By whom"), lambda line: line.entry.actor),
)


@console.get("/p/<code>/members/<uuid:member_id>/timeline")
@needs(Permission.VIEW)
def members_timeline(member_id: UUID) -> ResponseReturnValue:
    """A member's movements, the newest first, as many as are wanted."""
    with reading() as work:
        member = find(work, member_id)
        name = name_of(member)
    listing = Listing(
        f"timeline-{member_id}", COLUMNS, _rows, lambda line: str(line.entry.id), TimelineForm
    )
    return listing.reply("members/timeline.html", member=member, name=name)


@console.get("/p/<code>/entries/<uuid:entry_id>")
@needs(Permission.VIEW)
def entries_show(entry_id: UUID) -> ResponseReturnValue:
    """One line of a timeline, explained in words."""
    with reading() as work:
        told = ledger.explain(work, entry_id)
        if told.entry.program_id != program().id:
            raise UnknownEntry("no entry of the program has this id")
        words = support.sentences(told, program(), SAY)
        member = find(work, told.entry.member_id)
        return shown(
            "members/entry.html",
            entry=told.entry,
            kind=KINDS[told.entry.kind],
            words=words,
            member=member,
            name=name_of(member),
            may_be_reversed=support.is_reversible(told),
        )
