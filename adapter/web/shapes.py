"""What several protocols ask of what they are sent; fields and words for faults are their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, validate

R = TypeVar("R")

# As far as the columns go in which a text is kept.
LONGEST_TEXT = 255
# More are nobody's quantity.
MOST_DECIMALS = 15

# Not `isprintable`, which would refuse the space that does not break, and joined emoji.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# More digits than JSON is read with.
_EXACT = Context(prec=200)


class StrictBoolean(fields.Boolean):
    """True or false, and no word for either."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class OutletCodes(fields.List[str]):
    """The codes of the only outlets that may call; any may, without a list."""

    def __init__(self) -> None:
        code = fields.String(validate=validate.Length(1, LONGEST_TEXT))
        super().__init__(code, allow_none=True)


def is_line(text: str, *, longest: int = LONGEST_TEXT) -> bool:
    """Whether a text is short enough and has no control characters."""
    return len(text) <= longest and not _CONTROL.search(text)


def is_email(text: str) -> bool:
    """Whether a text looks like an address and can be kept."""
    # Without case, as it is compared, some letters are two.
    return bool(_EMAIL.fullmatch(text)) and len(text.lower()) <= LONGEST_TEXT


def exact_number(value: Any) -> Decimal:
    """A number of JSON; neither a text nor true is one.

    Raises:
        ValidationError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValidationError("must be a number")
    return Decimal(value)


def each(read: Callable[[Any], R], elements: Iterable[Any], *, most_faults: int) -> list[R]:
    """What is read of each element; after so many that are wrong, no more are looked at.

    Raises:
        ValidationError: Some are wrong: its messages are theirs, by their places.
    """
    found: list[R] = []
    faults: dict[int, Any] = {}
    for place, element in enumerate(elements):
        try:
            found.append(read(element))
        except ValidationError as error:
            faults[place] = error.messages
            if len(faults) == most_faults:
                break
    if faults:
        raise ValidationError(faults)
    return found


def plain(number: Decimal) -> Decimal:
    """The number in its one notation: 2, 2.0 and 2e0 are the same, also as texts."""
    return Decimal(format(number.normalize(_EXACT), "f"))


def decimals(number: Decimal) -> int:
    """How many decimals a number is written with."""
    return len(format(number, "f").partition(".")[2])
