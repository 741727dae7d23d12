"""What a field may hold. Nothing is turned into anything else on the way (3.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, missing

from adapter.core.amounts import LARGEST_MINOR
from adapter.web.described import NOT_BLANK, Fragment
from adapter.web.shapes import (
    LONGEST_TEXT,
    MOST_DECIMALS,
    decimals,
    each,
    exact_number,
    is_email,
    plain,
)

# One fault is told. A few are gathered, for that of an element comes before those within others.
MOST_FAULTS = 10
POSITIVE, NEGATIVE = "a positive number", "a negative number"
NOT_NEGATIVE = "greater than or equal to 0"
# What marshmallow itself finds wrong.
WORDS: dict[str, Any] = {"required": "is required", "invalid": "must be an array"}
EMPTY = "is not allowed to be empty"
_PHONE_MARKS = str.maketrans("", "", " \t-.()")
_MARK = r"[ \t\-.()]"
# Dates as they are told to whoever connects to us; which days a month has is looked at as well.
_DAY_TOLD = r"[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME_TOLD = r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
_ZONE_TOLD = r"(Z|[+\-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
_DIGITS = re.compile(r"\+?[0-9]{6,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class Field(fields.Field[Any]):
    """A field that may be left out, must be there, or must be there `unless` another one is."""

    def __init__(self, *, unless: str = "", **kwargs: Any) -> None:
        super().__init__(error_messages=WORDS, **kwargs)
        self.unless = unless

    def _validate_missing(self, value: Any) -> None:
        # A null is no value of any type; only lists can hold one here.
        if value is missing and self.required:
            raise self.make_error("required")

    def deserialize(
        self, value: Any, attr: Any = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """The value, if it is one."""
        if value is missing and self.unless and self.unless not in (data or {}):
            raise self.make_error("required")
        return super().deserialize(value, attr, data, **kwargs)


class Text(Field):
    """A text that says something."""

    def __init__(self, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be a string")
        if not value.strip():
            raise ValidationError(EMPTY)
        if len(value) > self.longest:
            raise ValidationError(
                f"length must be less than or equal to {self.longest} characters long"
            )
        return value

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "string", "maxLength": self.longest, "pattern": NOT_BLANK}


class Choice(Text):
    """One of a few words; those of them that are read in this shape may be told as `here`."""

    def __init__(self, *choices: str, here: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = choices
        self.here = here or choices

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.choices:
            raise ValidationError(f"must be one of [{', '.join(self.choices)}]")
        return text

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "string", "enum": list(self.here)}


class Phone(Text):
    """3.5: the digits of a phone; a plus in front is kept, for it says how they are to be read."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        found = text.translate(_PHONE_MARKS)
        if not _DIGITS.fullmatch(found):
            raise ValidationError("must be a valid phone number")
        return found

    def described(self) -> Fragment:
        """Its shape."""
        pattern = rf"^{_MARK}*(\+{_MARK}*)?([0-9]{_MARK}*){{6,15}}$"
        return super().described() | {"pattern": pattern}


class Email(Text):
    """3.6: something that looks like an address, without blanks around it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).strip()
        if not is_email(text):
            raise ValidationError("must be a valid email")
        return text

    def described(self) -> Fragment:
        """Its shape."""
        pattern = r"^\s*[^@\s\x1c-\x1f\x85]+@[^@\s\x1c-\x1f\x85]+\.[^@\s\x1c-\x1f\x85]+\s*$"
        return super().described() | {"pattern": pattern}


class Flag(Field):
    """True or false, and no word for either."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be a boolean")
        return value

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "boolean"}


class Number(Field):
    """A number above zero, written with a reasonable number of figures."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        number = _safe(value)
        if number <= 0:
            raise ValidationError(f"must be {POSITIVE}")
        if decimals(plain(number)) > MOST_DECIMALS:
            raise ValidationError(f"must have no more than {MOST_DECIMALS} decimal places")
        return plain(number)

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "number", "minimum": 10**-MOST_DECIMALS, "maximum": LARGEST_MINOR}


class Whole(Field):
    """3.1: a whole number of the smallest money unit; `300.0` is one."""

    SIGNS: ClassVar[Mapping[str, Callable[[int], bool]]] = {
        POSITIVE: lambda whole: whole > 0,
        NEGATIVE: lambda whole: whole < 0,
        NOT_NEGATIVE: lambda whole: whole >= 0,
    }

    def __init__(self, sign: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sign = sign

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        number = _safe(value)
        if number != number.to_integral_value():
            raise ValidationError("must be an integer")
        whole = int(number)
        if self.sign and not self.SIGNS[self.sign](whole):
            raise ValidationError(f"must be {self.sign}")
        return whole

    def described(self) -> Fragment:
        """Its shape."""
        least = {POSITIVE: 1, NOT_NEGATIVE: 0}.get(self.sign, -LARGEST_MINOR)
        most = -1 if self.sign == NEGATIVE else LARGEST_MINOR
        return {"type": "integer", "minimum": least, "maximum": most}


class Instant(Field):
    """3.2: a date and a time; without a zone it is UTC."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        found = _INSTANT.fullmatch(_dated(value))
        if found:
            with suppress(ValueError, OverflowError):
                return datetime.fromisoformat(found[1] + (found[2] or "Z")).astimezone(UTC)
        raise ValidationError("must be in ISO 8601 date format")

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "string", "pattern": rf"^\s*{_DAY_TOLD}{_TIME_TOLD}{_ZONE_TOLD}\s*$"}


class Day(Field):
    """4.2: a day of the calendar; of a date with a time, the date as it is written."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        text = _dated(value)
        if _DAY.fullmatch(text) or _INSTANT.fullmatch(text):
            with suppress(ValueError):
                datetime.fromisoformat(text)
                return date.fromisoformat(text[:10])
        raise ValidationError("must be in ISO 8601 date format")

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "string", "pattern": rf"^\s*{_DAY_TOLD}({_TIME_TOLD}{_ZONE_TOLD})?\s*$"}


class Object(fields.Nested, Field):
    """An object of its own shape."""

    def recognize(self, value: Any) -> None:
        """Refuse what is no such thing at all, whatever may be wrong within."""
        if not isinstance(value, dict):
            raise ValidationError("must be an object")


class Verbatim(Field):
    """An object whose content is the sender's own affair."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("must be an object")
        return value

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "object"}


class Array(fields.List, Field):
    """A list of one kind of thing; after a few that are wrong, no more of them are looked at."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if isinstance(self.inner, Object):
            # Such an element is a fault of the list itself, and comes before those within others.
            each(self.inner.recognize, value, most_faults=1)
        return each(partial(self.inner.deserialize, **kwargs), value, most_faults=MOST_FAULTS)


def _safe(value: Any) -> Decimal:
    number = exact_number(value)
    if not -LARGEST_MINOR <= number <= LARGEST_MINOR:
        raise ValidationError("must be a safe number")
    return number


def _dated(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("must be a string")
    if not value.strip():
        raise ValidationError(EMPTY)
    return value.strip()
