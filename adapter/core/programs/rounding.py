"""How fractions become whole numbers: each place that rounds names its direction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, Inexact
from enum import StrEnum
from fractions import Fraction

_EXACT = Context(prec=150, traps=[Inexact])
_HALF = Fraction(1, 2)


class Rounding(StrEnum):
    """Which of its two neighbours a number becomes; directions are those of its size."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


def rounded(number: Fraction, how: Rounding, *, step: int = 1) -> int:
    """The multiple of `step` that a number rounds to; below zero it is the mirror image."""
    steps, rest = divmod(abs(number) / step, 1)
    goes_up = {
        Rounding.DOWN: False,
        Rounding.UP: rest > 0,
        Rounding.HALF_UP: rest >= _HALF,
        Rounding.HALF_EVEN: rest > _HALF or (rest == _HALF and steps % 2 == 1),
    }
    size = (steps + goes_up[how]) * step
    return -size if number < 0 else size


def whole_shares(numerators: Iterable[int], denominator: int) -> list[int]:
    """Each share as a whole number next to it, such that no sum along the way is off by more.

    Where the exact shares add up to a whole number, so do these, to the same one.
    """
    shares: list[int] = []
    running = given = 0
    for numerator in numerators:
        running += numerator
        # To the nearest; a half goes away from zero, so that a return mirrors its sale.
        size = (2 * abs(running) + denominator) // (2 * denominator)
        reached = -size if running < 0 else size
        shares.append(reached - given)
        given = reached
    return shares


def scaled(parts: Sequence[int], whole: int) -> list[int]:
    """Parts of the same proportions that add up to `whole`, which lies between 0 and their sum."""
    before = sum(parts)
    if before == whole:
        return list(parts)
    signed = -whole if before < 0 else whole
    return whole_shares((part * signed for part in parts), abs(before))


def exact_text(number: Fraction) -> str:
    """A number of ours in plain decimal notation, all of it: they are products of decimals."""
    quotient = _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    return format(quotient, "f")
