"""What a purchase earns, computed exactly and on values alone, with the arithmetic to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapter.core.amounts import Unit
from adapter.core.programs.basket import Basket, Occasion
from adapter.core.programs.earn_parts import Part, Scale, part_of
from adapter.core.programs.earn_terms import EarnTerms
from adapter.core.programs.taking import takings


@dataclass(frozen=True, slots=True)
class Earnings:
    """What a purchase earns: below zero it is taken back."""

    points_minor: int
    parts: tuple[Part, ...]
    per_line: tuple[int, ...]  # the points of each line, in the order of the basket
    base_minor: int
    loyalty_minor: int
    scale: Scale

    def explanation(self) -> dict[str, Any]:
        """How it came to that, in whole numbers and texts, fit to be kept as JSON."""
        return {
            "points_minor": self.points_minor,
            "points_decimals": self.scale.points.decimals,
            "money_decimals": self.scale.money_decimals,
            "base_minor": str(self.base_minor),
            "loyalty_minor": str(self.loyalty_minor),
            "parts": [part.explanation() for part in self.parts],
        }


def earn(
    rules: Iterable[EarnTerms],
    basket: Basket,
    occasion: Occasion,
    *,
    points: Unit,
    money_decimals: int,
    given_today: Mapping[str, int],
) -> Earnings:
    """What these goods earn; what they gave without caps is exactly negated where they come back.

    `given_today` says how many smallest parts of a point each rule, by its code, gave the member
    today already. A part that gives is capped, and asks for the minimum of its rule; one that
    takes back knows neither.
    """
    applying = [
        rule
        for rule in rules
        if rule.conditions.missing_around(basket, occasion, any_total=True) is None
    ]
    scale = Scale(points, money_decimals)
    parts = tuple(
        part_of(rule, taken, scale=scale, given_today=given_today.get(rule.code, 0))
        for rule, taken in takings(applying, basket)
    )
    return Earnings(
        points_minor=sum(part.points_minor for part in parts),
        parts=parts,
        per_line=_per_line(parts, len(basket.lines)),
        base_minor=basket.base_minor,
        loyalty_minor=basket.loyalty_minor,
        scale=scale,
    )


def _per_line(parts: Iterable[Part], count: int) -> tuple[int, ...]:
    per_line = [0] * count
    for part in parts if count else ():
        for taken, minor in zip(part.taken, part.shares(), strict=True):
            # What no line names is put to the first, so that nothing of the sum is lost.
            per_line[taken.place or 0] += minor
    return tuple(per_line)
