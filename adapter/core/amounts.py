"""Points, money, stamps, visits: whole numbers of the smallest part of a unit, never floats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import total_ordering

from adapter.core.errors import InvalidAmount

# Far above any honest balance, far below the 64 bits of a column: sums cannot overflow.
LARGEST_MINOR = 10**15
# More figures than any number of ours has; Python refuses to make an integer of thousands.
MOST_FIGURES = 100
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted, and how many decimals its whole has."""

    code: str
    decimals: int = 0


POINTS = Unit("points", 2)
CREDIT = Unit("credit", 0)  # money, in the smallest money unit already


@total_ordering
@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number of the smallest part of a unit."""

    minor: int
    unit: Unit

    @classmethod
    def parse(cls, text: str | Decimal | int, unit: Unit) -> Amount:
        """The amount written as `12.50`.

        Raises:
            InvalidAmount: Not a finite number, too many decimals, or out of range.
        """
        # Decimal itself also takes underscores, spaces around, and the digits of any script.
        if isinstance(text, str) and not _NUMBER.fullmatch(text):
            raise InvalidAmount("not a number")
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise InvalidAmount("not a number") from None
        return cls(_scaled(number, unit), unit)

    @classmethod
    def zero(cls, unit: Unit) -> Amount:
        """Nothing of a unit."""
        return cls(0, unit)

    @property
    def whole(self) -> Decimal:
        """The number of whole units, exactly."""
        return Decimal(self.minor).scaleb(-self.unit.decimals)

    def __str__(self) -> str:
        """Plain decimal notation without trailing zeros: `370`, `12.5`, `-40`."""
        text = format(self.whole, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text

    def __bool__(self) -> bool:
        return self.minor != 0

    def __neg__(self) -> Amount:
        return Amount(-self.minor, self.unit)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.minor + self._same(other).minor, self.unit)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.minor - self._same(other).minor, self.unit)

    def __lt__(self, other: Amount) -> bool:
        return self.minor < self._same(other).minor

    def _same(self, other: Amount) -> Amount:
        if not isinstance(other, Amount) or other.unit != self.unit:
            raise TypeError(f"{self.unit.code} cannot be reckoned with {other!r}")
        return other


def _scaled(number: Decimal, unit: Unit) -> int:
    # In integers throughout: decimal's own scaling rounds to its context's precision.
    if not number:
        return 0
    # Magnitude first: writing 1e999999 out would take all the memory there is.
    if not number.is_finite() or number.adjusted() > 15:
        raise InvalidAmount("out of range")
    sign, figures, exponent = number.as_tuple()
    if len(figures) > MOST_FIGURES:
        raise InvalidAmount("out of range")
    shift = int(exponent) + unit.decimals
    plain = int("".join(map(str, figures)))
    if shift >= 0:
        minor: int = plain * 10**shift
    elif -shift > len(figures) or plain % 10**-shift:
        raise InvalidAmount(f"{unit.code} have at most {unit.decimals} decimals")
    else:
        minor = plain // 10**-shift
    if minor > LARGEST_MINOR:
        raise InvalidAmount("out of range")
    return -minor if sign else minor
