"""What a rule of earning says, read once from the JSON in which it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adapter.core.programs import terms as read
from adapter.core.programs.conditions import Conditions
from adapter.core.programs.rounding import Rounding


@dataclass(frozen=True, slots=True)
class EarnTerms:
    """A rule by which purchases earn: which version of it, and when it applies."""

    code: str
    version: int
    conditions: Conditions

    @staticmethod
    def of(
        code: str, version: int, kind: str, terms: Mapping[str, Any]
    ) -> SpendingTerms | MultiplierTerms:
        """The rule of this kind that these terms describe.

        Raises:
            ValueError: A kind that no purchase earns by, or terms that make no sense.
        """
        try:
            if kind == "spending":
                return _spending(code, version, terms)
            if kind == "multiplier":
                return _multiplier(code, version, terms)
            raise ValueError(f"no purchase earns by a rule of the kind {kind!r}")
        except ValueError as error:
            raise ValueError(f"{code}: {error}") from None


@dataclass(frozen=True, slots=True)
class SpendingTerms(EarnTerms):
    """So many points for each major unit of money spent."""

    points_per_unit: Fraction
    on_top: bool = False
    max_per_transaction: Fraction | None = None
    max_per_day: Fraction | None = None
    rounding: Rounding = Rounding.DOWN
    round_to: Fraction | None = None  # None: the smallest part of a point


@dataclass(frozen=True, slots=True)
class MultiplierTerms(EarnTerms):
    """So many times what the spending rules give."""

    factor: Fraction


def _spending(code: str, version: int, terms: Mapping[str, Any]) -> SpendingTerms:
    round_to = read.number(terms, "round_to")
    if round_to == 0:
        raise ValueError("round_to: nothing is a multiple of zero")
    rounding = terms.get("rounding")
    if rounding is not None and rounding not in list(Rounding):
        raise ValueError(f"rounding: not among {', '.join(Rounding)}: {rounding!r}")
    return SpendingTerms(
        code,
        version,
        Conditions.of(terms),
        points_per_unit=_required(terms, "points_per_unit"),
        on_top=read.flag(terms, "on_top"),
        max_per_transaction=read.number(terms, "max_points_per_transaction"),
        max_per_day=read.number(terms, "max_points_per_day"),
        rounding=Rounding(rounding or Rounding.DOWN),
        round_to=round_to,
    )


def _multiplier(code: str, version: int, terms: Mapping[str, Any]) -> MultiplierTerms:
    return MultiplierTerms(code, version, Conditions.of(terms), factor=_required(terms, "factor"))


def _required(terms: Mapping[str, Any], key: str) -> Fraction:
    found = read.number(terms, key)
    if found is None:
        raise ValueError(f"{key}: is required")
    return found
