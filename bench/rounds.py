"""Contestants loaded in turn, so that a slow minute of the machine slows all of them alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass


class BadRound(Exception):
    """Something was answered badly, so that no figure of the scenario means anything."""


@dataclass(frozen=True)
class Round:
    """What one round of one contestant saw; of processor time only what the program itself took.

    That figure alone says something on a busy machine, too.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float | None = None


@dataclass(frozen=True)
class Comparison:
    """The rounds of each contestant; their medians are measured by those of `base`."""

    name: str
    base: str
    sides: Mapping[str, list[Round]]

    def median(self, side: str) -> Round:
        """The median of each figure of one contestant, over its rounds."""
        rounds = self.sides[side]
        taken = [one.cpu_us for one in rounds if one.cpu_us is not None]
        return Round(
            statistics.median(one.per_second for one in rounds),
            statistics.median(one.p50_ms for one in rounds),
            statistics.median(one.p99_ms for one in rounds),
            statistics.median(taken) if taken else None,
        )

    def ratio(self, side: str) -> float:
        """The rate of a contestant, in rates of the base."""
        return self.median(side).per_second / self.median(self.base).per_second

    def tail(self, side: str) -> float:
        """How many times its p50 a contestant's p99 is."""
        seen = self.median(side)
        return seen.p99_ms / seen.p50_ms


def in_turn(
    name: str, contestants: Mapping[str, Callable[[], Round]], *, rounds: int, base: str
) -> Comparison:
    """So many rounds of each, the one after the other; a first one of each only warms them."""
    sides: dict[str, list[Round]] = {side: [] for side in contestants}
    for number in range(rounds + 1):
        for side, run in contestants.items():
            seen = run()
            if number:
                sides[side].append(seen)
    return Comparison(name, base, sides)
