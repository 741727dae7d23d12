"""Plays a till against any host that speaks the Loyalty API, and reports each clause of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adapter.checks import NoAnswer, Report, Result, Unreachable, run_clauses
from adapter.checks.wire import texts
from adapter.protocols.fidelizacion.check import documents
from adapter.protocols.fidelizacion.check.options import Options
from adapter.protocols.fidelizacion.check.play import Play
from adapter.protocols.fidelizacion.check.tables import CLAUSES

__all__ = ["CLAUSES", "Options", "run"]

# What a name must have to be told from the words of the protocol when it is masked.
_SHORTEST_SECRET = 3


def run(options: Options, on_result: Callable[[Result], None] | None = None) -> Report:
    """The report on the host, one result for each clause of `CLAUSES`.

    What the run reported and paid is cancelled at its end; the members it made up remain.
    Raises: Unreachable when the host does not answer at all.
    """
    play = Play(options, _personal(options))
    try:
        report = run_clauses(
            CLAUSES,
            play,
            name="fidelizacion",
            target=options.url,
            mask=play.client.mask,
            on_result=on_result,
        )
    finally:
        play.clean_up()
    return replace(report, exchanges=len(play.client.answers))


def _personal(options: Options) -> set[str]:
    """What the host shows of real members, which must be shown nowhere else.

    Raises: Unreachable when the host does not answer at all.
    """
    scout = Play(options)
    phones = (options.member_with_points, options.member_with_asset, options.inactive_member)
    try:
        scout.details({"phoneNumber": scout.person().phone})
        shown = [documents.member(scout.details({"phoneNumber": p})) for p in phones if p]
    except NoAnswer as error:
        raise Unreachable(error.detail) from error
    fields = ("firstName", "lastName", "phoneNumber", "email", "birthday")
    known = {name: [member.get(name) for member in shown] for name in (*fields, "externalId")}
    keys = [member.get("membershipKey") for member in shown]
    return {text for text in texts([known, keys]) if len(text) >= _SHORTEST_SECRET}
