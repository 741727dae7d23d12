"""The values of a program file, read strictly: a text is a text, and a number is a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from marshmallow import ValidationError, fields

from adapter.core import phones, programs
from adapter.core.amounts import LARGEST_MINOR, Amount, Unit
from adapter.core.errors import Invalid
from adapter.core.programs import ProgramTerms

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_UNIT = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PHONE = re.compile(r"[+0-9 ().\-\u00a0/]{1,64}")

MESSAGES: dict[str, Any] = {
    "required": "is missing",
    "null": "may not be null",
    "invalid": "must be a list",
    "type": "must be an object",
    "unknown": "is not a known key",
}

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Setting:
    """What values are read in the light of: a program's terms, the instant of the load, and the
    tiers that the file declares or that are there.
    """

    terms: ProgramTerms
    now: datetime
    tiers: frozenset[str] = frozenset()


_setting: ContextVar[Setting] = ContextVar("setting")


@contextmanager
def reading_in(setting: Setting) -> Iterator[None]:
    """Read values in the light of this program while the block lasts."""
    token = _setting.set(setting)
    try:
        yield
    finally:
        _setting.reset(token)


def setting() -> Setting:
    """What values are read in the light of now."""
    return _setting.get()


class Value(fields.Field[Any]):
    """A value read by a function, which raises `Invalid` or `ValidationError` at a wrong one."""

    default_error_messages = MESSAGES

    def __init__(self, read: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._read = read

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return self._read(value)
        except Invalid as error:
            raise ValidationError(str(error)) from None


def text(longest: int = 255, *, shortest: int = 0) -> Callable[[Any], str]:
    """Reads a text of so many characters, which a database can keep."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be a text")
        if "\0" in value:
            raise ValidationError("may not hold the character NUL")
        if not shortest <= len(value) <= longest:
            empty = shortest and not value
            raise ValidationError(
                "may not be empty" if empty else f"has more than {longest} characters"
            )
        return value

    return read


def name(longest: int = 255) -> Callable[[Any], str]:
    """Reads a text by which something is found: not empty, no blanks around it."""
    plain = text(longest, shortest=1)

    def read(value: Any) -> str:
        found = plain(value)
        if found != found.strip() or not found.isprintable():
            raise ValidationError("may not hold control characters, or blanks around it")
        return found

    return read


def known_as(longest: int = 255) -> Callable[[Any], str]:
    """Reads a name somebody else gave: not blank, and otherwise whatever they like."""
    plain = text(longest, shortest=1)

    def read(value: Any) -> str:
        if not plain(value).strip():
            raise ValidationError("may not be blank")
        return str(value)

    return read


def one_of(kind: type[E]) -> Callable[[Any], E]:
    """Reads one of these words."""

    def read(value: Any) -> E:
        try:
            return kind(value)
        except ValueError:
            raise ValidationError("must be one of " + ", ".join(kind)) from None

    return read


def boolean(value: Any) -> bool:
    """Reads true or false."""
    if not isinstance(value, bool):
        raise ValidationError("must be true or false")
    return value


def integer(least: int, most: int = LARGEST_MINOR) -> Callable[[Any], int]:
    """Reads a whole number, written as one."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("must be a whole number")
        if not least <= value <= most:
            raise ValidationError(f"must be between {least} and {most}")
        return value

    return read


def decimal(value: Any) -> Decimal:
    """Reads a number written as text, such as "0.1"."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValidationError('must be a number written as text, such as "12.5"')
    return Decimal(value)


def minor(value: Any, unit: Unit) -> int:
    """An amount in the smallest part of its unit: points as text, everything else whole."""
    if unit.code != "points" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return Amount.parse(decimal(value), unit).minor


def points(value: Any) -> int:
    """Reads points with as many decimals as the program's have."""
    return minor(value, setting().terms.points)


def unit(code: Any) -> Unit:
    """The unit of this code.

    Raises:
        ValidationError: It cannot be one.
    """
    if not isinstance(code, str) or not _UNIT.fullmatch(code):
        raise ValidationError("is not a unit: small letters, digits and _")
    return setting().terms.unit(code)


def day(value: Any) -> date:
    """Reads a day of the calendar."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValidationError("must be a day written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValidationError("is not a day of the calendar") from None


def last_day(value: Any) -> datetime:
    """Reads a last valid day as the instant at which it is over where the program lives."""
    try:
        return programs.end_of(day(value), setting().terms.timezone)
    except OverflowError:
        raise ValidationError("is not a day of the calendar") from None


def first_day(value: Any) -> datetime:
    """Reads a first valid day as the instant at which it begins where the program lives."""
    try:
        return programs.start_of(day(value), setting().terms.timezone)
    except OverflowError:
        raise ValidationError("is not a day of the calendar") from None


def instant(value: Any) -> datetime:
    """Reads an instant with its distance from UTC."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValidationError("must be an instant written 2025-02-14T10:00:00Z")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationError("is not an instant of the calendar") from None


def phone(value: Any) -> str:
    """Reads a phone in the core form, as a till of the program's country would where need be.

    Behind a plus the country code stands first, and nothing is guessed.
    """
    if not isinstance(value, str):
        raise ValidationError("must be a phone written as text")
    if not _PHONE.fullmatch(value):
        raise ValidationError("must be a phone such as +7 921 666-88-99")
    return read_phone(value.strip(), setting().terms.country)


def read_phone(given: str, country: str) -> str:
    """The core form of a phone of the file."""
    return phones.read(given, country)


def plain(value: Any) -> Any:
    """Reads whatever JSON a database column keeps exactly."""
    if isinstance(value, Decimal):
        raise ValidationError("a number with a fraction must be written as text")
    if isinstance(value, int) and abs(value) > LARGEST_MINOR:
        raise ValidationError("is too large a number")
    if isinstance(value, str):
        return text(100_000)(value)
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {text()(key): plain(entry) for key, entry in value.items()}
    return value


def plain_object(value: Any) -> dict[str, Any]:
    """Reads an object of whatever JSON a database column keeps exactly."""
    if not isinstance(value, dict):
        raise ValidationError("must be an object")
    found: dict[str, Any] = plain(value)
    return found
