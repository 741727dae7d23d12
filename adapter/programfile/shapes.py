"""What the schemas of a program file have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from adapter.core.cards import BarcodeType, CardState, barcodes, numbers
from adapter.core.errors import InvalidBarcode, InvalidNumber
from adapter.programfile import fields as read
from adapter.programfile.fields import MESSAGES, Value
from adapter.programfile.given import GivenCard


class Shape(Schema):
    """An object of the file: a key it does not know is a fault."""

    class Meta:
        unknown = RAISE

    error_messages = MESSAGES


def required(read: Callable[[Any], Any]) -> Value:
    """A value that must be there."""
    return Value(read, required=True)


def optional(read: Callable[[Any], Any], default: Any = None) -> Value:
    """A value that may be left out, or be null where nothing is its default."""
    return Value(read, load_default=default, allow_none=default is None)


def many(inner: fields.Field[Any] | type[Schema]) -> fields.List:
    """A list that may be left out."""
    entry = inner if isinstance(inner, fields.Field) else one(inner)
    return fields.List(entry, load_default=(), error_messages=MESSAGES)


def one(shape: type[Schema], **kwargs: Any) -> fields.Nested:
    """An object."""
    return fields.Nested(shape, error_messages=MESSAGES, **kwargs)


class Barcode(Shape):
    """What a till scans."""

    type = required(read.one_of(BarcodeType))
    number = required(read.name(barcodes.LONGEST))


def card_number(value: Any) -> str:
    """Reads the number of a card."""
    number = read.name(barcodes.LONGEST)(value)
    try:
        numbers.check_number(number)
    except InvalidNumber as error:
        raise ValidationError(str(error)) from None
    return number


def card(data: dict[str, Any]) -> GivenCard:
    """The card, whose barcode is its number as CODE_128 unless another is given."""
    barcode = data.get("barcode") or {"type": BarcodeType.CODE_128, "number": data["number"]}
    try:
        barcodes.check(barcode["type"], barcode["number"])
    except InvalidBarcode as error:
        where = ["barcode", "number"] if data.get("barcode") else ["number"]
        raise ValidationError(_at(where, str(error))) from None
    state = data.get("state")
    return GivenCard(
        number=data["number"],
        barcode_type=barcode["type"],
        barcode_number=barcode["number"],
        state=state or CardState.ACTIVE,
        has_state=state is not None,
    )


def _at(where: list[str], what: str) -> dict[str, Any]:
    messages: Any = [what]
    for key in reversed(where):
        messages = {key: messages}
    found: dict[str, Any] = messages
    return found
