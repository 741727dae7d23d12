"""The shape of rules of earning, of deals and of tiers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from adapter.core.programs import EarnTerms, Rounding
from adapter.programfile import fields as read
from adapter.programfile.condition_schemas import (
    Conditions,
    Discount,
    Occasions,
    above_zero,
    discount_terms,
    keys_of,
    number,
    some_points,
)
from adapter.programfile.fields import Value
from adapter.programfile.shapes import Shape, one, required
from adapter.programfile.shown import ordered

CODE = 64
MOST_USES = 2**31 - 1


class RuleKind(StrEnum):
    """How something becomes points."""

    SPENDING = "spending"
    MULTIPLIER = "multiplier"
    EVENT = "event"


class Period(StrEnum):
    """In what time a limit counts."""

    EVER = "ever"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def _kind(value: Any) -> str:
    return str(read.one_of(RuleKind)(value))


class _Spending(Conditions):
    """So many points for each major unit of money."""

    code = required(read.name(CODE))
    kind = Value(_kind)
    points_per_unit = required(number)
    on_top = Value(read.boolean)
    max_points_per_transaction = Value(some_points)
    max_points_per_day = Value(some_points)
    rounding = Value(lambda value: str(read.one_of(Rounding)(value)))
    round_to = Value(some_points)


class _Multiplier(Conditions):
    """So many times the points of the spending rules."""

    code = required(read.name(CODE))
    kind = Value(_kind)
    factor = required(above_zero)


class _EventBenefit(Discount):
    """What an event brings besides points."""

    name = required(read.text(shortest=1))
    kind = Value(read.name(32))
    description = Value(read.text(4000))
    image = Value(read.text(1000))
    uses = Value(read.integer(1, MOST_USES), allow_none=True)
    valid_days = Value(read.integer(1, 36_500))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The benefit as it is kept; without a number of uses, as often as they like."""
        told = ordered(data, ("name", "kind", "description", "image", "valid_days"))
        uses = {"uses": data["uses"]} if "uses" in data else {}
        return told | uses | discount_terms(data)


class _Event(Occasions):
    """Points or a benefit for what a member does besides buying."""

    code = required(read.name(CODE))
    kind = Value(_kind)
    event = required(read.name(128))
    sub_event = Value(read.name())
    points = Value(some_points)
    benefit = one(_EventBenefit)
    limit = Value(read.integer(1, 1_000_000))
    period = Value(lambda value: str(read.one_of(Period)(value)))

    @validates_schema
    def gives_something(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a rule that gives nothing, and a period in which nothing is counted."""
        if "points" not in data and "benefit" not in data:
            raise ValidationError({"points": ["gives neither points nor a benefit"]})
        if "period" in data and "limit" not in data:
            raise ValidationError({"period": ["needs a limit beside it"]})


_SHAPES: dict[RuleKind, Shape] = {
    RuleKind.SPENDING: _Spending(),
    RuleKind.MULTIPLIER: _Multiplier(),
    RuleKind.EVENT: _Event(),
}


def earn_rule(value: Any) -> dict[str, Any]:
    """Reads a rule of earning: its `code`, its `kind`, and its `terms` as they are kept."""
    if not isinstance(value, dict):
        raise ValidationError("must be an object")
    try:
        kind = read.one_of(RuleKind)(value.get("kind", RuleKind.SPENDING))
    except ValidationError as error:
        raise ValidationError({"kind": error.messages}) from None
    data = _SHAPES[kind].load(value)
    terms = ordered(data, rule_keys(kind))
    if kind is not RuleKind.EVENT:
        try:
            EarnTerms.of(data["code"], 1, kind, terms)
        except ValueError as error:
            raise ValidationError(str(error)) from None
    return {"code": data["code"], "kind": str(kind), "terms": terms}


def rule_keys(kind: str) -> tuple[str, ...]:
    """The keys of a rule of this kind that say what it gives and when, in their order."""
    names = keys_of(_SHAPES[RuleKind(kind)])
    return tuple(name for name in names if name not in ("code", "kind"))


class Deal(Discount):
    """A discount that is given without being asked for."""

    code = required(read.name(CODE))
    name = Value(read.text(), load_default="")

    @validates_schema
    def takes_something_off(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a deal without a discount."""
        if not data.keys() & {"percent", "amount_minor", "free_item"}:
            raise ValidationError("needs one of percent, amount_minor, free_item")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Its `code`, its `name`, and its `terms` as they are kept."""
        return {"code": data["code"], "name": data["name"], "terms": discount_terms(data)}


class Tier(Shape):
    """A step that members may be on."""

    code = required(read.name(CODE))
    name = Value(read.text(), load_default="")
    rank = Value(read.integer(-1_000_000, 1_000_000), load_default=0)
