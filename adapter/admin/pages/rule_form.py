"""The forms of rules: one for each kind, with what every field means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from adapter.admin.forms import ConsoleForm, choices
from adapter.admin.i18n import Lazy, _l
from adapter.core.programs import Rounding
from adapter.programfile.editing import CONDITION_KEYS, RuleKind
from adapter.programfile.rule_schemas import Period, rule_keys

_SHORT, _LONG = Length(max=300), Length(max=20_000)
KINDS: dict[str, Lazy] = {
    RuleKind.SPENDING: _l("points for money spent"),
    RuleKind.MULTIPLIER: _l("times the points of other rules"),
    RuleKind.EVENT: _l("points or a benefit for an event"),
}
KIND = SelectField(_l("Kind"), choices=choices(KINDS.items()))
PERIODS: dict[str, Lazy] = {
    Period.EVER: _l("ever"),
    Period.DAY: _l("a day"),
    Period.WEEK: _l("a week"),
    Period.MONTH: _l("a month"),
    Period.YEAR: _l("a year"),
}
ROUNDINGS: dict[str, Lazy] = {
    Rounding.DOWN: _l("down"),
    Rounding.UP: _l("up"),
    Rounding.HALF_UP: _l("to the nearest, a half up"),
    Rounding.HALF_EVEN: _l("to the nearest, a half to the even one"),
}
LISTS = (
    "items",
    "departments",
    "tags",
    "except_items",
    "except_departments",
    "except_tags",
    "basket_tags",
    "tiers",
    "segments",
    "outlets",
    "weekdays",
)
DECIMALS = (
    "points_per_unit",
    "factor",
    "max_points_per_transaction",
    "max_points_per_day",
    "round_to",
    "points",
)
NUMBERS = ("min_total_minor", "limit")


def _list(title: Lazy, about: Lazy) -> Any:
    return TextAreaField(title, [_LONG], description=about, render_kw={"rows": 2})


_ONE_A_LINE = _l("One a line; empty: all.")


class RuleForm(ConsoleForm):
    """Every field that a rule of some kind may have; `form_of` leaves those of one kind."""

    seen = HiddenField()
    code = StringField(
        _l("Code"), [DataRequired(), _SHORT], description=_l("By which the ledger names it.")
    )
    points_per_unit = StringField(
        _l("Points for each whole unit of money"), [_SHORT], description=_l("Such as 0.1.")
    )
    factor = StringField(
        _l("Times the points of other rules"), [_SHORT], description=_l("Such as 2 or 1.5.")
    )
    on_top = BooleanField(
        _l("On top of other rules"),
        description=_l("Otherwise a line earns by its most specific rule alone."),
    )
    max_points_per_transaction = StringField(
        _l("At most for a sale"), [_SHORT], description=_l("Points; empty: no limit.")
    )
    max_points_per_day = StringField(
        _l("At most for a member in a day"), [_SHORT], description=_l("Points; empty: no limit.")
    )
    rounding = SelectField(
        _l("Rounding"),
        choices=choices([("", _l("down, as usual")), *ROUNDINGS.items()]),
        default="",
    )
    round_to = StringField(
        _l("Rounded to"),
        [_SHORT],
        description=_l("Points; empty: the smallest part of a point."),
    )
    event = StringField(_l("Event"), [_SHORT], description=_l("As the platform calls it."))
    sub_event = StringField(_l("Its sub-type"), [_SHORT], description=_l("Empty: any."))
    points = StringField(_l("Points"), [_SHORT], description=_l("For each time; empty: none."))
    benefit = TextAreaField(
        _l("Benefit"),
        [_LONG],
        description=_l("As in the program file, an object in JSON; empty: none."),
    )
    limit = StringField(
        _l("How often"), [_SHORT], description=_l("For a member, in the period; empty: no limit.")
    )
    period = SelectField(
        _l("Period of the limit"),
        choices=choices([("", _l("ever, as usual")), *PERIODS.items()]),
        default="",
    )
    items = _list(_l("For these items"), _ONE_A_LINE)
    departments = _list(_l("And for these departments"), _ONE_A_LINE)
    tags = _list(_l("And for items with these tags"), _ONE_A_LINE)
    except_items = _list(_l("Not these items"), _l("One a line; empty: none."))
    except_departments = _list(_l("Not these departments"), _l("One a line; empty: none."))
    except_tags = _list(_l("Not items with these tags"), _l("One a line; empty: none."))
    min_total_minor = StringField(
        _l("Smallest basket"),
        [_SHORT],
        description=_l("In the smallest part of the currency; empty: any."),
    )
    basket_tags = _list(_l("Only baskets with these tags"), _ONE_A_LINE)
    tiers = _list(_l("Only members of these tiers"), _l("Codes, one a line; empty: all."))
    segments = _list(_l("Only members of these segments"), _ONE_A_LINE)
    outlets = _list(_l("Only at these outlets"), _l("Codes, one a line; empty: all."))
    weekdays = _list(_l("Only on these weekdays"), _l("mon, tue, …, one a line; empty: all."))
    hours = StringField(
        _l("Only at these hours"), [_SHORT], description=_l("Such as 08:00-11:30; empty: all day.")
    )
    starts_on = StringField(
        _l("First day"), [_SHORT], description=_l("Such as 2026-05-04; empty: from now on.")
    )
    ends_on = StringField(_l("Last day"), [_SHORT], description=_l("Empty: for ever."))


def form_of(kind: str, *, is_new: bool) -> type[RuleForm]:
    """The form of a rule of one kind; only a new one has a code to be given."""
    keys = {"seen", *rule_keys(kind), *(["code"] if is_new else [])}
    gone = {name: None for name in dir(RuleForm) if _is_field(name) and name not in keys}
    return type("RuleForm", (RuleForm,), gone)


def _is_field(name: str) -> bool:
    return hasattr(getattr(RuleForm, name), "field_class")


def own_fields(kind: str) -> list[str]:
    """The fields of a kind that say what is given."""
    return [key for key in rule_keys(kind) if key not in CONDITION_KEYS]


def condition_fields(kind: str) -> list[str]:
    """The fields of a kind that say when."""
    return [key for key in rule_keys(kind) if key in CONDITION_KEYS]


def field_of(path: str) -> Any:
    """The field that is about a part of a rule's document, if one is."""
    name = path.split(".")[1] if "." in path else path
    field = KIND if name == "kind" else getattr(RuleForm, name, None)
    return field if hasattr(field, "field_class") else None


def filled(terms: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says of a rule as it is."""
    found: dict[str, Any] = {}
    for name, value in terms.items():
        if name == "hours":
            found[name] = "-".join(value)
        elif name == "benefit":
            found[name] = json.dumps(value, ensure_ascii=False, indent=1)
        elif name in LISTS:
            found[name] = "\n".join(value)
        else:
            found[name] = value if isinstance(value, bool) else str(value)
    return found


def given(form: RuleForm, kind: str, code: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as the program file would say it; what was left empty is not said."""
    found: dict[str, Any] = {"code": code, "kind": kind}
    for name in rule_keys(kind):
        value = _value(name, form[name].data)
        if value is not None and (value is not False or name in before):
            found[name] = value
    return found


def _value(name: str, typed: Any) -> Any:
    if isinstance(typed, bool):
        return typed
    if not typed:
        return None
    if name in LISTS:
        return [line.strip() for line in typed.splitlines() if line.strip()] or None
    if name in DECIMALS:
        return typed.replace(",", ".")
    if name in NUMBERS:
        return int(typed) if re.fullmatch(r"-?[0-9]{1,18}", typed) else typed
    if name == "hours":
        return [part.strip() for part in re.split(r"[-–]", typed)]
    if name == "benefit":
        try:
            return json.loads(typed)
        except ValueError:
            return typed
    return typed
