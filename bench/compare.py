"""Ours beside the reference: rounds run in turn, so that a slow minute of the machine slows both,
and the medians compared."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from bench import load
from bench.server import Server

ROUNDS = 3
CALLS = 1500
Caller = Callable[[int], load.Call]


def scenario(
    name: str, servers: tuple[Server, Server], call: Caller, headers: dict[str, str]
) -> None:
    """Load ours and the reference in turn with the same calls, and print how they compare."""
    rounds = [
        [load.run(server.port, CALLS, call, headers) for server in servers] for _ in range(ROUNDS)
    ]
    ours, theirs = zip(*rounds, strict=True)
    compare(f"{name}, per second", [r.per_second for r in ours], [r.per_second for r in theirs])
    compare(f"{name}, p50 ms", [r.p50_ms for r in ours], [r.p50_ms for r in theirs])
    compare(f"{name}, p99 ms", [r.p99_ms for r in ours], [r.p99_ms for r in theirs])


def compare(name: str, ours: Sequence[float], reference: Sequence[float]) -> None:
    """One line: our median, the reference's, and their ratio."""
    mine, other = statistics.median(ours), statistics.median(reference)
    print(f"{name:40} {mine:10.2f}   reference {other:10.2f}   ratio {mine / other:5.2f}")
