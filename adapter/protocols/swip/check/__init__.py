"""Plays the till plugin against any host that speaks SWiP, and reports each clause of it."""

from __future__ import annotations

from adapter.checks import OnResult, Report, run_check
from adapter.protocols.swip.check.options import Options
from adapter.protocols.swip.check.play import Play
from adapter.protocols.swip.check.table import CLAUSES

__all__ = ["CLAUSES", "Options", "run"]


def run(options: Options, on_result: OnResult | None = None) -> Report:
    """The report on the host, one result for each clause. Raises: Unreachable.

    The customers it made up remain, and with `orders` their orders: closed, or left to lapse where
    the host did not let them be closed.
    """
    return run_check("swip", CLAUSES, Play(options), on_result)
