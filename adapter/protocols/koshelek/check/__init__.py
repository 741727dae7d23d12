"""Plays Koshelek's server against any host and reports each clause of the vendor's rules."""

from __future__ import annotations

from adapter.checks import OnResult, Report, run_check
from adapter.protocols.koshelek.check.options import Options
from adapter.protocols.koshelek.check.play import Play
from adapter.protocols.koshelek.check.table import CLAUSES

__all__ = ["CLAUSES", "Options", "run"]


def run(options: Options, on_result: OnResult | None = None) -> Report:
    """The report on the host, one result for each clause. Raises: Unreachable."""
    return run_check("koshelek", CLAUSES, Play(options), on_result)
