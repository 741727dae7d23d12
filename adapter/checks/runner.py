"""Runs a table of clauses against a host."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapter.checks.exchange import NoAnswer, Unreachable
from adapter.checks.masking import Mask
from adapter.checks.play import Play
from adapter.checks.report import Check, Clause, Failed, NotTested, Outcome, Report, Result

OnResult = Callable[[Result], None]


def run_check(
    name: str, clauses: Sequence[Clause], play: Play, on_result: OnResult | None = None
) -> Report:
    """The report on the host that `play` plays with, one result for each clause.

    Raises: Unreachable when the host does not answer at all.
    """
    try:
        play.knock()
    except NoAnswer as error:
        raise Unreachable(error.detail) from error
    target, mask = play.options.url, play.client.mask
    try:
        report = run_clauses(
            clauses, play, name=name, target=target, mask=mask, on_result=on_result
        )
    finally:
        play.clean_up()
    return replace(report, exchanges=len(play.client.answers))


def run_clauses(
    clauses: Sequence[Clause],
    play: Any,
    *,
    name: str,
    target: str,
    mask: Mask,
    on_result: OnResult | None = None,
) -> Report:
    """A report with exactly one result for each clause, in the order of the table.

    `play` is handed to each check. `on_result` is told each result as soon as it is known.
    """
    started = time.monotonic()
    found: dict[str, Result] = {}
    for clause in _running_order(clauses):
        if clause.check is None:
            result = _sum(clause, found)
        else:
            result = _look(clause, clause.check, play, mask)
        found[clause.id] = result
        if on_result is not None:
            on_result(result)
    return Report(
        name=name,
        target=target,
        results=tuple(found[clause.id] for clause in clauses),
        seconds=time.monotonic() - started,
    )


def _running_order(clauses: Iterable[Clause]) -> list[Clause]:
    """The clauses with requests of their own, then those over all answers, then the sums."""
    return sorted(clauses, key=lambda clause: (clause.check is None, clause.after_all))


def _look(clause: Clause, check: Check, play: Any, mask: Mask) -> Result:
    started = time.monotonic()
    exchange = ""
    try:
        detail, outcome = check(play) or "", Outcome.PASSED
    except NotTested as reason:
        detail, outcome = str(reason), Outcome.NOT_TESTED
    except Failed as fault:
        detail, outcome, exchange = fault.detail, Outcome.FAILED, fault.exchange
    return Result(
        clause=clause,
        outcome=outcome,
        detail=mask(detail),
        seconds=time.monotonic() - started,
        exchange=mask(exchange),
    )


def _sum(clause: Clause, found: Mapping[str, Result]) -> Result:
    parts = [found[id] for id in clause.sums]
    failed = [part for part in parts if part.outcome is Outcome.FAILED]
    passed = [part.clause.id for part in parts if part.outcome is Outcome.PASSED]
    untested = [part.clause.id for part in parts if part.outcome is Outcome.NOT_TESTED]
    if failed:
        detail = "; ".join(f"{part.clause.id}: {part.detail}" for part in failed)
        return Result(clause, Outcome.FAILED, detail, exchange=failed[0].exchange)
    if not passed:
        return Result(clause, Outcome.NOT_TESTED, f"not tested: {', '.join(untested)}")
    detail = f"see {', '.join(passed)}"
    if untested:
        detail += f"; not tested: {', '.join(untested)}"
    return Result(clause, Outcome.PASSED, detail)
