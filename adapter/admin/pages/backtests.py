"""A draft tried on past sales: what it would have given beside what was given; nothing changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound
from wtforms import SelectField

from adapter.admin import csvfile
from adapter.admin.access import actor, needs, person, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, choices
from adapter.admin.i18n import _l
from adapter.admin.pages.figures import Figure, Series
from adapter.admin.pages.home import PeriodForm
from adapter.admin.pages.rules import Known, known_rule
from adapter.admin.render import shown
from adapter.admin.writing import shown_amount, shown_day, shown_money
from adapter.core import programs, stats, trail
from adapter.core.amounts import Amount
from adapter.core.programs import EarnTerms
from adapter.core.staff import Permission
from adapter.core.stats import Backtest
from adapter.db import Work
from adapter.web.request_log import request_id
from adapter.web.work import database, reading, unit_of_work

MOST = (2_000, 10_000, 30_000)


class BacktestForm(PeriodForm):
    """On which days, and on how many sales at most."""

    most = SelectField(
        _l("At most"),
        choices=choices((str(most), _l("%(sales)s sales", sales=most)) for most in MOST),
        default=str(MOST[0]),
    )


@console.get("/p/<code>/rules/backtest/<path:rule>")
@needs(Permission.FIGURES)
def rules_backtest(rule: str) -> ResponseReturnValue:
    """Try a draft on the sales of some days, when days are given."""
    with reading() as work:
        known = known_rule(work, rule)
        if known.draft is None or known.kind == "event":
            raise NotFound
        terms = _terms(work)
    draft = EarnTerms.of(
        rule,
        (known.rule.version if known.rule else 0) + 1,
        known.drafted["kind"],
        known.drafted["terms"],
    )
    form = BacktestForm.from_address()
    if not form.validate():
        return _page(known, form, None), INVALID
    if "most" not in request.args:
        form.first.data, form.last.data = form.period.first, form.period.last
        return _page(known, form, None)
    result = stats.backtest(
        database(),
        program(),
        stats.with_draft(terms, draft),
        form.period,
        most=int(form.most.data or MOST[0]),
    )
    if request.args.get("format") == "csv":
        return _file(known, form, result)
    return _page(known, form, result)


def _terms(work: Work) -> list[EarnTerms]:
    return [
        EarnTerms.of(one.code, one.version, one.kind, one.terms)
        for one in programs.earn_rules(work, program().id)
        if one.kind != "event"
    ]


def _page(known: Known, form: BacktestForm, result: Backtest | None) -> str:
    address: dict[str, Any] = {**form.given, "rule": known.code, "format": "csv"}
    return shown(
        "rules/backtest.html",
        known=known,
        form=form,
        result=result,
        figure=_by_day(result) if result else None,
        points=_points,
        worth=_worth,
        file=url_for("admin.rules_backtest", **address),
    )


def _file(known: Known, form: BacktestForm, result: Backtest) -> ResponseReturnValue:
    if not person().may(Permission.DOWNLOAD):
        raise Forbidden
    with unit_of_work() as work:
        trail.record(
            work,
            actor=actor(),
            action="list.download",
            subject_kind="list",
            subject_id=None,
            program_id=program().id,
            after={"list": f"backtest of {known.code}", "filters": sorted(form.given)},
            request_id=request_id(),
        )
    figure = _by_day(result)
    response = Response("".join(csvfile.lines(figure.heads, figure.lines())), mimetype="text/csv")
    name = f"{program().code}-backtest-{form.period.first}-{form.period.last}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _by_day(result: Backtest) -> Figure:
    days = sorted(result.by_day)
    found = [result.by_day[day] for day in days]
    decimals = program().points.decimals
    return Figure(
        "backtest",
        _l("Points by day"),
        _l("What was given then, and what would have been given."),
        "bar",
        _l("Day"),
        [(shown_day(day), day.isoformat()) for day in days],
        [
            Series(_l("Then"), [_whole(one.then_minor) for one in found], decimals),
            Series(_l("With the draft"), [_whole(one.now_minor) for one in found], decimals),
            Series(
                _l("Difference"),
                [_whole(one.difference_minor) for one in found],
                decimals,
                is_charted=False,
            ),
            Series(_l("Sales"), [one.sales for one in found], is_charted=False),
        ],
    )


def _whole(minor: int) -> Decimal:
    return Amount(minor, program().points).whole


def _points(minor: int, *, signed: bool = False) -> str:
    return shown_amount(Amount(minor, program().points), signed=signed)


def _worth(minor: int) -> str:
    """What so many smallest parts of a point cost, in money."""
    return shown_money(minor * program().settings.point_value_minor, signed=True)
