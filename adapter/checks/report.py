"""What a check promises to look at (clauses) and what it found (results, a report)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How binding a clause is: the vendor's word or practice, or a recommendation."""

    MUST = "must"
    ADVICE = "advice"


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_TESTED = "not tested"


class Failed(Exception):
    """The host does not keep the clause; `exchange` is the text of the exchange that shows it."""

    def __init__(self, detail: str, exchange: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.exchange = exchange


class NotTested(Exception):
    """The clause could not be looked at from here; the message says why."""


# What a check returns is a remark for the line of a passed clause.
Check = Callable[[Any], str | None]


@dataclass(frozen=True)
class Clause:
    """One numbered promise of a vendor's document, and the function that looks whether it is kept.

    A clause without a function is the sum of other clauses, named by their ids.
    """

    id: str
    title: str
    level: Level
    check: Check | None = None
    sums: tuple[str, ...] = ()
    after_all: bool = False  # looks at every answer of the run, so it comes last


@dataclass(frozen=True)
class Result:
    """What was found about one clause."""

    clause: Clause
    outcome: Outcome
    detail: str = ""
    seconds: float = 0.0
    exchange: str = ""

    def is_fault(self, *, strict: bool = False) -> bool:
        """Whether this result fails the whole run; advice only does when `strict`."""
        return self.outcome is Outcome.FAILED and (strict or self.clause.level is Level.MUST)

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data, for a machine to read."""
        return {
            "clause": self.clause.id,
            "title": self.clause.title,
            "level": str(self.clause.level),
            "outcome": str(self.outcome),
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
            "exchange": self.exchange,
        }


@dataclass(frozen=True)
class Report:
    """Every clause of a table with its result, in the order of the table."""

    name: str
    target: str
    results: tuple[Result, ...]
    seconds: float
    exchanges: int = 0

    def faults(self, *, strict: bool = False) -> tuple[Result, ...]:
        """The results which fail the run."""
        return tuple(result for result in self.results if result.is_fault(strict=strict))

    def passed(self, *, strict: bool = False) -> bool:
        """Whether something was shown to work and nothing that counts was found wrong."""
        some = any(result.outcome is Outcome.PASSED for result in self.results)
        return some and not self.faults(strict=strict)

    def counts(self) -> Counter[Outcome]:
        """How many clauses came out each way."""
        return Counter(result.outcome for result in self.results)

    def as_dict(self, *, strict: bool = False) -> dict[str, Any]:
        """The report as plain data, for a machine to read."""
        counts = self.counts()
        return {
            "name": self.name,
            "target": self.target,
            "passed": self.passed(strict=strict),
            "strict": strict,
            "exchanges": self.exchanges,
            "seconds": round(self.seconds, 3),
            "counts": {str(outcome): counts[outcome] for outcome in Outcome},
            "clauses": [result.as_dict() for result in self.results],
        }
