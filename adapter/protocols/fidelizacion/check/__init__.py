"""Plays a till against any host that speaks the Loyalty API, and reports each clause of it."""

from __future__ import annotations

from adapter.checks import OnResult, Report, run_check
from adapter.protocols.fidelizacion.check.options import Options
from adapter.protocols.fidelizacion.check.play import Play
from adapter.protocols.fidelizacion.check.tables import CLAUSES

__all__ = ["CLAUSES", "Options", "run"]


def run(options: Options, on_result: OnResult | None = None) -> Report:
    """The report on the host, one result for each clause. Raises: Unreachable.

    What the run reported and paid is cancelled at its end; the members it made up remain.
    """
    return run_check("fidelizacion", CLAUSES, Play(options), on_result)
