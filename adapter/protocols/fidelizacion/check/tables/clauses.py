"""The kinds of lines the tables are made of."""

from __future__ import annotations

from adapter.checks import Clause, Level, NotTested
from adapter.checks.report import Check
from adapter.protocols.fidelizacion.check.play import Play

MUST, ADVICE = Level.MUST, Level.ADVICE


def over_all(id: str, title: str, level: Level, check: Check) -> Clause:
    """A clause about all answers of the run."""
    return Clause(id, title, level, check, after_all=True)


def sum_of(id: str, title: str, level: Level, *sums: str) -> Clause:
    """A clause that says again what others said."""
    return Clause(id, title, level, sums=sums)


def unseen(id: str, title: str, level: Level, reason: str) -> Clause:
    """A clause about what cannot be seen from outside."""

    def check(play: Play) -> str:
        raise NotTested(reason)

    return Clause(id, title, level, check)
