"""The QR code of a Russian fiscal receipt: `t=…&s=…&fn=…&i=…&fp=…&n=…`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from adapter.core.amounts import Amount, Unit
from adapter.core.errors import InvalidAmount, InvalidReceipt

_MONEY = Unit("money", 2)
_LONGEST = 512
_MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class FiscalReceipt:
    """Which receipt it is (`key`: storage, document and sign), and its sum in kopecks if told."""

    key: str
    sum_minor: int | None


def parse(text: str) -> FiscalReceipt:
    """The receipt a QR code's text speaks of.

    Raises:
        InvalidReceipt: The text is not of the fiscal form.
    """
    if len(text) > _LONGEST:
        raise InvalidReceipt("too long for a fiscal receipt")
    try:
        parts = dict(parse_qsl(text.strip(), max_num_fields=_MOST_PARTS))
    except ValueError:
        raise InvalidReceipt("too many parts for a fiscal receipt") from None
    numbers = [parts.get(name, "") for name in ("fn", "i", "fp")]
    if not all(number.isascii() and number.isdigit() and len(number) <= 20 for number in numbers):
        raise InvalidReceipt("a fiscal receipt has the numbers fn, i and fp")
    return FiscalReceipt(key=":".join(numbers), sum_minor=_sum(parts.get("s")))


def _sum(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return Amount.parse(text, _MONEY).minor
    except InvalidAmount:
        raise InvalidReceipt("the sum of a fiscal receipt is a number") from None
