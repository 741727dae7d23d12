"""The arithmetic of one spending rule over the lines it takes, and how to show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from math import ceil, lcm
from typing import Any

from adapter.core.amounts import Unit
from adapter.core.programs.earn_terms import MultiplierTerms, SpendingTerms
from adapter.core.programs.rounding import Rounding, exact_text, rounded, whole_shares


@dataclass(frozen=True, slots=True)
class Taken:
    """A line that a rule takes: where it stands, what of it earns, and what multiplies that."""

    place: int | None  # in the basket; None is money that no line names
    reference: str
    base_minor: int
    multiplier: MultiplierTerms | None


@dataclass(frozen=True, slots=True)
class Scale:
    """The units of a reckoning: from money's smallest part to that of a point."""

    points: Unit
    money_decimals: int

    @property
    def minor_points(self) -> int:
        """How many smallest parts a point has."""
        return int(10**self.points.decimals)

    def worth(self, rate: Fraction) -> Fraction:
        """What one smallest part of money earns, in smallest parts of a point."""
        return rate * self.minor_points / int(10**self.money_decimals)

    def text(self, minor: Fraction | int) -> str:
        """An amount in whole points."""
        return exact_text(Fraction(minor) / self.minor_points)


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule gave, and how it came to that."""

    rule: SpendingTerms
    taken: tuple[Taken, ...]
    scale: Scale
    raw: Fraction  # smallest parts of a point, before anything is rounded
    step: int
    points_minor: int
    capped_by: str | None = None
    cap: Fraction | None = None

    @property
    def base_minor(self) -> int:
        """The money it reckoned with, before any multiplier."""
        return sum(taken.base_minor for taken in self.taken)

    def explanation(self) -> dict[str, Any]:
        """Its arithmetic in whole numbers and texts."""
        return {
            "rule": self.rule.code,
            "version": self.rule.version,
            "rate": exact_text(self.rule.points_per_unit),
            "on_top": self.rule.on_top,
            "base_minor": str(self.base_minor),
            "lines": _references(self.taken),
            "multipliers": list(self._multipliers()),
            "raw": self.scale.text(self.raw),
            "rounding": str(self.rule.rounding),
            "round_to": self.scale.text(self.step),
            "points_minor": self.points_minor,
            "capped_by": self.capped_by,
            "cap": None if self.cap is None else exact_text(self.cap),
        }

    def shares(self) -> list[int]:
        """The points of each line taken; together exactly those of the part."""
        sizes, denominator = weights(self.taken)
        size = sum(map(abs, sizes))
        if not size:
            return [0] * len(sizes)
        # Every line has its own raw points; what rounding and caps change about the sum is shared
        # by size. In whole numbers over one denominator: there may be thousands of lines.
        rate = self.scale.worth(self.rule.points_per_unit) / denominator
        own = rate.numerator * size
        change = self.points_minor * rate.denominator - rate.numerator * sum(sizes)
        return whole_shares(
            (own * one + change * abs(one) for one in sizes), rate.denominator * size
        )

    def _multipliers(self) -> Iterator[dict[str, Any]]:
        multiplied = [taken for taken in self.taken if taken.multiplier]
        multiplied.sort(key=_multiplier_code)
        for _, lines in groupby(multiplied, key=_multiplier_code):
            group = list(lines)
            multiplier = group[0].multiplier
            if multiplier:
                yield {
                    "rule": multiplier.code,
                    "version": multiplier.version,
                    "factor": exact_text(multiplier.factor),
                    "base_minor": str(sum(taken.base_minor for taken in group)),
                    "lines": _references(group),
                }


def part_of(rule: SpendingTerms, taken: Sequence[Taken], *, scale: Scale, given_today: int) -> Part:
    """What a rule gives for the lines it takes, at most its caps, or takes back for them."""
    sizes, denominator = weights(taken)
    raw = scale.worth(rule.points_per_unit) * sum(sizes) / denominator
    # Nothing is finer than the smallest part of a point.
    step = ceil(rule.round_to * scale.minor_points) if rule.round_to else 1
    minor = rounded(raw, rule.rounding, step=step)
    return _capped(Part(rule, tuple(taken), scale, raw, step, minor), given_today)


def weights(taken: Sequence[Taken]) -> tuple[list[int], int]:
    """The base of each line times its factor, as numerators over one denominator."""
    factors = {line.multiplier.code: line.multiplier.factor for line in taken if line.multiplier}
    common = lcm(*(factor.denominator for factor in factors.values()))
    times = {code: int(factor * common) for code, factor in factors.items()}
    return [
        line.base_minor * (times[line.multiplier.code] if line.multiplier else common)
        for line in taken
    ], common


def _capped(part: Part, given_today: int) -> Part:
    rule, minor = part.rule, part.points_minor
    # What a return took back today makes no room for more: the cap is of what is given.
    caps = (
        ("transaction", rule.max_per_transaction, 0),
        ("day", rule.max_per_day, max(given_today, 0)),
    )
    capped_by, binding = None, None
    for name, cap, used in caps:
        if cap is None:
            continue
        room = max(rounded(cap * part.scale.minor_points, Rounding.DOWN) - used, 0)
        if minor > room:
            minor, capped_by, binding = room, name, cap
    if capped_by is None:
        return part
    return replace(part, points_minor=minor, capped_by=capped_by, cap=binding)


def _references(taken: Sequence[Taken]) -> list[str]:
    return [line.reference for line in taken if line.reference]


def _multiplier_code(taken: Taken) -> str:
    return taken.multiplier.code if taken.multiplier else ""
