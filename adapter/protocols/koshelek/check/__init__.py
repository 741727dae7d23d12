"""Plays Koshelek's server against any host and reports each clause of the vendor's rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adapter.checks import NoAnswer, Report, Result, Unreachable, run_clauses
from adapter.protocols.koshelek.check.options import (
    METHODS,
    RESERVATION_FORMS,
    VERSIONS,
    Options,
)
from adapter.protocols.koshelek.check.people import Person
from adapter.protocols.koshelek.check.play import Play
from adapter.protocols.koshelek.check.table import CLAUSES

__all__ = ["CLAUSES", "METHODS", "RESERVATION_FORMS", "VERSIONS", "Options", "run"]


def run(options: Options, on_result: Callable[[Result], None] | None = None) -> Report:
    """The report on the host, one result for each clause of `CLAUSES`.

    Raises: Unreachable when the host does not answer at all.
    """
    play = Play(options)
    try:
        play.search(msisdn=Person().phone)
    except NoAnswer as error:
        raise Unreachable(error.detail) from error
    report = run_clauses(
        CLAUSES,
        play,
        name="koshelek",
        target=options.url,
        mask=play.client.mask,
        on_result=on_result,
    )
    return replace(report, exchanges=len(play.client.answers))
