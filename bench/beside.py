"""Calls to the program beside the same calls to its reference, both under the same gunicorn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench import shop
from bench.databases import Engine, count
from bench.options import Options
from bench.rounds import BadRound, Comparison, in_turn
from bench.server import OURS, REFERENCE, serving
from bench.wrk import Call, Load

OUR_NAME, REFERENCE_NAME = "ours", "reference"


def beside(
    engine: Engine,
    options: Options,
    name: str,
    calls: Sequence[Call],
    headers: Mapping[str, str],
    *,
    leaves: str | None = None,
) -> Comparison:
    """How often both answer these calls, which leave a row each in the table that is named.

    Raises:
        BadRound: Something was refused, or acknowledged and not kept.
    """
    url = engine.shop(options.members)
    with serving(OURS, **shop.settings(url)) as ours, serving(REFERENCE) as reference:
        loads = {
            side: Load(server, calls, headers, options.members, options.seconds)
            for side, server in ((OUR_NAME, ours), (REFERENCE_NAME, reference))
        }
        rows = rows_of(url, leaves) if leaves else 0
        seen = in_turn(name, loads, rounds=options.rounds, base=REFERENCE_NAME)
        if leaves and rows_of(url, leaves) - rows < loads[OUR_NAME].answered / len(calls):
            # A refusal with a 200 is an answer like any other, unless it is looked into.
            raise BadRound(f"{name}: fewer {leaves} were kept than acknowledged")
    return seen


def rows_of(url: str, table: str) -> int:
    """How many rows a table has."""
    return count(url, f"SELECT count(*) FROM {table}")
