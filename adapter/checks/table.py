"""The lines a table of clauses is made of: an id, a title, and what looks whether it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapter.checks.exchange import Answer
from adapter.checks.report import Check, Clause, Failed, Level, NotTested
from adapter.checks.wire import Rule, judge


@dataclass(frozen=True)
class OverAll:
    """A check of all answers of a run, made when there are no more to come."""

    look: Check

    def __call__(self, play: Any) -> str | None:
        return self.look(play)


@dataclass(frozen=True)
class SumOf:
    """What other clauses found, said again under another number."""

    ids: tuple[str, ...]


def must(id: str, title: str, look: Check | SumOf) -> Clause:
    """A clause of the vendor's word or practice."""
    return _clause(id, title, Level.MUST, look)


def advice(id: str, title: str, look: Check | SumOf) -> Clause:
    """A clause of ours where the vendor is silent, in which another host may rightly differ."""
    return _clause(id, title, Level.ADVICE, look)


def sum_of(*ids: str) -> SumOf:
    """The sum of the clauses with these ids."""
    return SumOf(ids)


def unseen(reason: str) -> Check:
    """A check of what cannot be seen from outside, and why."""

    def check(play: Any) -> str:
        raise NotTested(reason)

    return check


def every(rule: Rule, *, where: Callable[[Answer], bool] = lambda answer: True) -> OverAll:
    """A check of the rule over all answers of the run, or over some of them."""
    return OverAll(lambda play: judge(filter(where, play.judged()), rule))


def answered(rule: Rule) -> OverAll:
    """The same, which a request without an answer breaks as well."""

    def check(play: Any) -> str:
        if missing := play.client.unanswered:
            raise Failed(f"{missing[0]} ({len(missing)} requests)")
        return judge(play.judged(), rule)

    return OverAll(check)


def _clause(id: str, title: str, level: Level, look: Check | SumOf) -> Clause:
    if isinstance(look, SumOf):
        return Clause(id, title, level, sums=look.ids)
    return Clause(id, title, level, look, after_all=isinstance(look, OverAll))
