"""The shape of conditions and discounts: what rules, deals and benefits have in common."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from adapter.core.programs import WEEKDAYS, DiscountTerms
from adapter.programfile import fields as read
from adapter.programfile.fields import MESSAGES, Value, setting
from adapter.programfile.shapes import Shape
from adapter.programfile.shown import ordered

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_DISCOUNTS = ("percent", "amount_minor", "free_item")


def number(value: Any) -> str:
    """Reads a number of zero or more, and keeps it as it is written."""
    if read.decimal(value) < 0:
        raise ValidationError("may not be below zero")
    if not _NUMBER.fullmatch(value):
        raise ValidationError("has more than 12 digits, or more than 8 decimals")
    return str(value)


def above_zero(value: Any) -> str:
    """Reads a number above zero, and keeps it as it is written."""
    if not read.decimal(number(value)):
        raise ValidationError("must be above zero")
    return str(value)


def some_points(value: Any) -> str:
    """Reads points above zero, and keeps them as they are written."""
    read.points(above_zero(value))
    return str(value)


def texts(inner: Any) -> fields.List:
    """A list of texts that may be left out; an empty one is as good as none."""
    return fields.List(Value(inner), error_messages=MESSAGES)


def _percent(value: Any) -> str:
    if not 0 < read.decimal(number(value)) <= 100:
        raise ValidationError("must be above 0 and at most 100")
    return str(value)


def _yes(value: Any) -> bool:
    if value is not True:
        raise ValidationError("must be true, or left out")
    return True


def _tier(value: Any) -> str:
    return known_tier(read.text()(value))


def known_tier(code: str) -> str:
    """Reads the code of a tier that the file declares, or that is there.

    Raises:
        ValidationError: Nobody declared it.
    """
    if code not in setting().tiers:
        raise ValidationError("is not a tier of this program")
    return code


def _weekday(value: Any) -> str:
    if value not in WEEKDAYS:
        raise ValidationError("must be one of " + ", ".join(WEEKDAYS))
    return str(value)


def _hours(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValidationError('must be a start and an end, such as ["08:00", "11:30"]')
    if not all(isinstance(text, str) and _HOUR.fullmatch(text) for text in value):
        raise ValidationError("must be times of the day written HH:MM")
    if value[0] in (value[1], "24:00"):
        raise ValidationError("are no time at all")
    return value


def _day(value: Any) -> str:
    return read.day(value).isoformat()


class Occasions(Shape):
    """For whom, where and when something holds."""

    tiers = texts(_tier)
    segments = texts(read.name())
    outlets = texts(read.name())
    weekdays = texts(_weekday)
    hours = Value(_hours)
    starts_on = Value(_day)
    ends_on = Value(_day)

    @validates_schema
    def ends_after_its_start(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse days that never come."""
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            raise ValidationError({"ends_on": ["is before starts_on"]})


class Conditions(Occasions):
    """What must be bought besides, and which lines of it count."""

    items = texts(read.name())
    departments = texts(read.name())
    tags = texts(read.name())
    except_items = texts(read.name())
    except_departments = texts(read.name())
    except_tags = texts(read.name())
    min_total_minor = Value(read.integer(0))
    basket_tags = texts(read.name())


class Discount(Conditions):
    """What is taken off, in one way at most."""

    percent = Value(_percent)
    amount_minor = Value(read.integer(1))
    free_item = Value(_yes)
    max_discount_minor = Value(read.integer(1))

    @validates_schema
    def one_discount(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse several discounts, and a limit of none."""
        given = [key for key in _DISCOUNTS if key in data]
        if len(given) > 1:
            raise ValidationError({given[1]: [f"is a second discount, beside {given[0]}"]})
        if not given and "max_discount_minor" in data:
            raise ValidationError({"max_discount_minor": ["limits a discount that is not given"]})


def keys_of(shape: Shape) -> tuple[str, ...]:
    """The keys of a shape in the order in which people read them: conditions come last."""
    own = [key for key in shape.fields if key not in CONDITION_KEYS]
    return (*own, *(key for key in CONDITION_KEYS if key in shape.fields))


_OCCASION_KEYS = tuple(Occasions().fields)
_LINE_KEYS = tuple(key for key in Conditions().fields if key not in _OCCASION_KEYS)
CONDITION_KEYS = _LINE_KEYS + _OCCASION_KEYS
DISCOUNT_KEYS = keys_of(Discount())


def discount_terms(data: dict[str, Any]) -> dict[str, Any]:
    """What of an object is its discount and the conditions for it, as it is kept.

    Raises:
        ValidationError: Nobody could reckon with it.
    """
    terms = ordered(data, DISCOUNT_KEYS)
    try:
        DiscountTerms.of(terms)
    except ValueError as error:
        raise ValidationError(str(error)) from None
    return terms
