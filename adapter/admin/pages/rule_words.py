"""Rules and deals in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import get_day_names
from babel.numbers import format_percent

from adapter.admin.i18n import Lazy, _, _l, locale, ngettext
from adapter.admin.pages.rule_form import LISTS, PERIODS, ROUNDINGS, field_of
from adapter.admin.pages.versions import title, value_words
from adapter.admin.writing import SAY, shown_day, shown_money
from adapter.core.programs import WEEKDAYS, Rounding
from adapter.programfile.editing import RuleKind
from adapter.programfile.rule_schemas import Period

SMALLEST = _l("the smallest part of a point")
# What no field of the form is about: what a deal takes off.
DISCOUNTS: dict[str, Lazy] = {
    "percent": _l("Part that is taken off"),
    "amount_minor": _l("Money that is taken off"),
    "free_item": _l("One item is free"),
    "max_discount_minor": _l("At most is taken off"),
}


def in_words(kind: str, terms: Mapping[str, Any], currency: str) -> Iterator[str]:
    """A rule in sentences."""
    if kind == RuleKind.SPENDING:
        yield _(
            "%(points)s for each %(currency)s.",
            points=SAY.points(Decimal(terms["points_per_unit"])),
            currency=currency,
        )
    elif kind == RuleKind.MULTIPLIER:
        yield _("%(factor)s times the points of other rules.", factor=_decimal(terms["factor"]))
    else:
        event = " / ".join(filter(None, (terms.get("event"), terms.get("sub_event"))))
        if "points" in terms:
            points = SAY.points(Decimal(terms["points"]))
            yield _("%(points)s for the event %(event)s.", points=points, event=event)
        if "benefit" in terms:
            name = terms["benefit"].get("name", "")
            yield _("The benefit “%(name)s” for the event %(event)s.", name=name, event=event)
        if "limit" in terms:
            yield ngettext(
                "At most %(number)s time (%(period)s).",
                "At most %(number)s times (%(period)s).",
                terms["limit"],
                period=PERIODS[terms.get("period", Period.EVER)],
            )
    if terms.get("on_top"):
        yield _("On top of other rules.")
    if "max_points_per_transaction" in terms:
        yield _(
            "At most %(points)s for a sale.", points=_decimal(terms["max_points_per_transaction"])
        )
    if "max_points_per_day" in terms:
        yield _(
            "At most %(points)s for a member in a day.",
            points=_decimal(terms["max_points_per_day"]),
        )
    if "rounding" in terms or "round_to" in terms:
        step = terms.get("round_to")
        yield _(
            "Rounded %(how)s to %(step)s.",
            how=ROUNDINGS[terms.get("rounding", Rounding.DOWN)],
            step=_decimal(step) if step else SMALLEST,
        )
    yield from _conditions_in_words(terms)


def _conditions_in_words(terms: Mapping[str, Any]) -> Iterator[str]:
    for name in (*LISTS, "min_total_minor", "hours", "starts_on", "ends_on"):
        if terms.get(name):
            # A day ends with a full stop of its own in some languages.
            yield f"{term_words(name, terms[name]).removesuffix('.')}."


def term_words(name: str, value: Any) -> str:
    """A term of a rule or a deal with what it is called: `Smallest basket: 500.00 RUB`."""
    if name.endswith("_minor"):
        value = shown_money(value)
    elif name == "weekdays":
        names = get_day_names("abbreviated", locale=locale())
        value = [names[day] for day in sorted(map(WEEKDAYS.index, value))]
    elif name == "hours":
        value = "–".join(value)
    elif name in ("starts_on", "ends_on"):
        value = shown_day(date.fromisoformat(value))
    elif name == "percent":
        value = format_percent(Decimal(value) / 100, format="#,##0.########%", locale=locale())
    return f"{DISCOUNTS.get(name) or title(field_of, name)}: {value_words(value)}"


def _decimal(text: str) -> str:
    return SAY.number(Decimal(text))
