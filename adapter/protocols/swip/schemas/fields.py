"""What a field may hold: nothing is turned into anything else on the way.

A text is no number, and neither is true; a blank text where none has to be there is as good as
none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from adapter.core.amounts import LARGEST_MINOR, Amount, Unit
from adapter.core.errors import InvalidAmount
from adapter.protocols.swip.errors import BadRequestFields
from adapter.protocols.swip.mapping import customers
from adapter.protocols.swip.mapping.customers import LONGEST_DIGITS
from adapter.protocols.swip.mapping.orders import EPOCH
from adapter.web.described import NOT_BLANK, Fragment
from adapter.web.shapes import LONGEST_TEXT, MOST_DECIMALS, decimals, exact_number, plain

# A date of sale that lies elsewhere was not told in milliseconds.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
REQUIRED = "is required"
# What a phone is made of once it is in its normal form, whatever stands between (§4.2).
_MARK = r"[ \u00a0\t+\-().]"


def digits_of_a_phone(least: int, most: int) -> str:
    """The pattern of a text with so many digits and nothing but marks around them."""
    return rf"{_MARK}*([0-9]{_MARK}*){{{least},{most}}}"


class Field(fields.Field[Any]):
    """A field that has to be there, as `missing` says, or is `None` where it is not."""

    def __init__(self, *, required: bool = False, missing: str = REQUIRED, **kwargs: Any) -> None:
        if not required:
            kwargs["load_default"] = None  # and so is a null
        words: dict[str, Any] = {"required": missing, "null": missing}
        super().__init__(required=required, error_messages=words, **kwargs)


class Text(Field):
    """A text as it was sent."""

    def __init__(self, longest: int | None = LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        text = text_of(value)
        if not text.strip():
            if self.required:
                raise ValidationError("must not be empty")
            return None
        if self.longest is not None and len(text) > self.longest:
            raise ValidationError(f"must have at most {self.longest} characters")
        return text

    def described(self) -> Fragment:
        """Its shape."""
        shape: Fragment = {"type": "string"}
        if self.longest is not None:
            shape["maxLength"] = self.longest
        return shape | ({"pattern": NOT_BLANK} if self.required else {})


class Phone(Text):
    """A phone in its normal form (§4.2)."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        text = super()._deserialize(value)
        return text and phone_of(text)

    def described(self) -> Fragment:
        """Its shape; blanks are as good as nothing."""
        pattern = rf"^(\s*|{digits_of_a_phone(1, LONGEST_DIGITS)})$"
        return super().described() | {"pattern": pattern}


class Money(Field):
    """Money in whole roubles and kopecks, or in whatever the program's currency has, in its
    smallest parts; not below `lowest` of them.
    """

    def __init__(self, *, lowest: int = 0, **kwargs: Any) -> None:
        super().__init__(required=True, **kwargs)
        self.lowest = lowest
        self.decimals = 0

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        self.decimals = parent.decimals

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        try:
            minor = Amount.parse(exact_number(value), Unit("money", self.decimals)).minor
        except InvalidAmount:
            said = f"must have at most {self.decimals} decimals and be a sum that can be kept"
            raise ValidationError(said) from None
        if minor < self.lowest:
            raise ValidationError("must be above 0" if self.lowest else "must not be below 0")
        return minor

    def described(self) -> Fragment:
        """Its shape."""
        part = 10**-self.decimals if self.decimals else 1
        lowest, highest = self.lowest * part, LARGEST_MINOR * part
        return {"type": "number", "minimum": lowest, "maximum": highest, "multipleOf": part}


class Quantity(Field):
    """How much of it: above zero, with a reasonable number of decimals."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Decimal:
        number = exact_number(value)
        if not 0 < number <= LARGEST_MINOR:
            raise ValidationError("must be above 0 and a number that can be kept")
        if decimals(plain(number)) > MOST_DECIMALS:
            raise ValidationError(f"must have at most {MOST_DECIMALS} decimals")
        return plain(number)

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "number", "minimum": 10**-MOST_DECIMALS, "maximum": LARGEST_MINOR}


class Whole(Field):
    """A whole number, of whatever size and sign; `100.0` is one."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        return _whole(value)

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "integer"}


class Instant(Field):
    """Milliseconds since 1970."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> datetime:
        milliseconds = _whole(value)
        try:
            told = EPOCH + timedelta(milliseconds=milliseconds)
        except OverflowError:
            told = EPOCH
        if not EARLIEST <= told < LATEST:
            raise ValidationError("must be milliseconds since 1970")
        return told

    def described(self) -> Fragment:
        """Its shape."""
        least, beyond = ((moment - EPOCH) // MILLISECOND for moment in (EARLIEST, LATEST))
        return {"type": "integer", "minimum": least, "maximum": beyond - 1}


def text_of(value: Any) -> str:
    """A text, and nothing else.

    Raises:
        ValidationError: It is none.
    """
    if not isinstance(value, str):
        raise ValidationError("must be a string")
    return value


def phone_of(text: str) -> str:
    """A phone in its normal form (§4.2).

    Raises:
        ValidationError: It cannot be one.
    """
    try:
        return customers.phone(text)
    except BadRequestFields as fault:
        raise ValidationError(list(fault.faults.values())) from None


def _whole(value: Any) -> int:
    number = exact_number(value)
    if number != number.to_integral_value():
        raise ValidationError("must be an integer")
    return int(number)
