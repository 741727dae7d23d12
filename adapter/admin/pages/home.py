"""Home: how a program fares, in pictures, with the same numbers in tables and files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from wtforms import DateField
from wtforms.validators import Optional, ValidationError

from adapter.admin import csvfile
from adapter.admin.access import actor, needs, person, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, FilterForm
from adapter.admin.i18n import Lazy, _, _l
from adapter.admin.pages.figures import Figure, figures
from adapter.admin.render import page
from adapter.admin.writing import shown_amount, shown_money, shown_number
from adapter.core import exchanges, programs, stats, trail
from adapter.core.amounts import Amount
from adapter.core.staff import Permission
from adapter.core.stats import Overview, Period
from adapter.web.request_log import request_id
from adapter.web.work import reading, unit_of_work

USUAL = 30
LONGEST = 366
CHOICES = (7, USUAL, 90, 365)


class PeriodForm(FilterForm):
    """From which day to which; without them the last thirty."""

    first = DateField(_l("From"), validators=[Optional()])
    last = DateField(_l("To"), validators=[Optional()])

    def validate_last(self, field: DateField) -> None:
        """The period is no longer than a year, and its last day not before the first.

        Raises:
            ValidationError: It is.
        """
        first, last = self.period_of(field.data)
        if last < first:
            raise ValidationError(_("The last day is before the first."))
        if (last - first).days >= LONGEST:
            raise ValidationError(
                _("Take at most %(days)s days at once.", days=LONGEST),
            )

    def period_of(self, last: date | None) -> tuple[date, date]:
        """The days given, or those that are usual."""
        end = last or today()
        try:
            return self.first.data or end - timedelta(USUAL - 1), end
        except OverflowError:
            raise ValidationError(_("There is no such day.")) from None

    @property
    def period(self) -> Period:
        """The days that are looked at."""
        return Period(*self.period_of(self.last.data))


@dataclass(frozen=True, slots=True)
class Tile:
    """A number to be seen at once."""

    title: Lazy | str
    number: str
    about: str = ""


@console.get("/p/<code>/home")
@needs(Permission.VIEW)
def home() -> ResponseReturnValue:
    """How the program fares in a period."""
    if not person().may(Permission.FIGURES):
        return page("figures/welcome.html")
    form = PeriodForm.from_address()
    if not form.validate():
        return page("figures/home.html", form=form, overview=None, figures=[], tiles=[]), INVALID
    overview, found = _found(form.period)
    form.first.data, form.last.data = form.period.first, form.period.last
    return page(
        "figures/home.html",
        form=form,
        overview=overview,
        figures=found,
        tiles=_tiles(overview),
        choices=_choices(),
        file_of=lambda name: url_for("admin.home_file", **{**form.given, "name": name}),
    )


@console.get("/p/<code>/home/<name>.csv")
@needs(Permission.FIGURES, Permission.DOWNLOAD)
def home_file(name: str) -> ResponseReturnValue:
    """The numbers of one picture as a file."""
    form = PeriodForm.from_address()
    if not form.validate():
        return page("figures/home.html", form=form, overview=None, figures=[], tiles=[]), INVALID
    _overview, found = _found(form.period)
    figure = next((one for one in found if one.name == name), None)
    if figure is None:
        raise NotFound
    with unit_of_work() as work:
        trail.record(
            work,
            actor=actor(),
            action="list.download",
            subject_kind="list",
            subject_id=None,
            program_id=program().id,
            after={"list": f"figures {name}", "filters": sorted(form.given)},
            request_id=request_id(),
        )
    lines = "".join(csvfile.lines(figure.heads, figure.lines()))
    response = Response(lines, mimetype="text/csv")
    file = f"{program().code}-{name}-{form.period.first}-{form.period.last}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=file)
    return response


def today() -> date:
    """The day it is where the program lives."""
    with reading() as work:
        return programs.local_day(work.now, program().timezone)


def _found(period: Period) -> tuple[Overview, list[Figure]]:
    with reading() as work:
        overview = stats.overview(work, program(), period)
        errors = exchanges.errors_by_protocol(
            work, program().id, since=period.first, until=period.last
        )
    return overview, figures(overview, program(), errors)


def _choices() -> list[tuple[int, str, bool]]:
    """The periods that end today: how many days, the address, whether it is the one shown."""
    end = today()
    found = []
    for days in CHOICES:
        first = end - timedelta(days - 1)
        address = url_for("admin.home", first=first.isoformat(), last=end.isoformat())
        is_shown = request.args.get("first") == first.isoformat()
        is_shown = is_shown and request.args.get("last") == end.isoformat()
        found.append((days, address, is_shown or (days == USUAL and not request.args)))
    return found


def _tiles(overview: Overview) -> list[Tile]:
    points, people = overview.points, overview.people

    def total(name: str) -> str:
        return shown_amount(
            sum((getattr(day, name) for day in points), Amount.zero(program().points))
        )

    return [
        Tile(
            _l("Points outstanding"),
            shown_amount(points[-1].outstanding),
            _("worth %(money)s", money=shown_money(points[-1].worth_minor)),
        ),
        Tile(_l("Credit outstanding"), shown_amount(points[-1].credit)),
        Tile(_l("Liability"), shown_money(points[-1].liability_minor)),
        Tile(_l("Issued"), total("issued")),
        Tile(_l("Redeemed"), total("redeemed")),
        Tile(_l("Expired"), total("expired")),
        Tile(_l("New cards"), shown_number(sum(day.new_cards for day in people))),
        Tile(_l("New members"), shown_number(sum(day.new_members for day in people))),
        Tile(_l("Active in 30 days"), shown_number(people[-1].active_30)),
        Tile(_l("Sales"), shown_number(sum(day.sales for day in people))),
    ]
