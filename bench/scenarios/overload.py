"""Four and sixteen times as many tills as are served at once: how much of the best rate is kept."""

from __future__ import annotations

from bench import shop
from bench.beside import rows_of
from bench.databases import Engine
from bench.options import CONNECTIONS, Options
from bench.results import Fact, Result, Target
from bench.rounds import BadRound, in_turn
from bench.scenarios.accrual import CALLS
from bench.server import OURS, serving
from bench.wrk import Load

CROWDS = (CONNECTIONS, 4 * CONNECTIONS, 16 * CONNECTIONS)


def run(engine: Engine, options: Options) -> Result:
    """Accruals that were kept, at each crowd in turn; a refusal counts for nothing."""
    url = engine.shop(options.members)
    with serving(OURS, **shop.settings(url)) as server:
        loads = {
            _name(crowd): Load(
                server, CALLS, shop.TILL, options.members, options.seconds, crowd, True
            )
            for crowd in CROWDS
        }
        before = rows_of(url, "transactions")
        seen = in_turn("submit a sale", loads, rounds=options.rounds, base=_name(CROWDS[0]))
        kept = rows_of(url, "transactions") - before
    answered = sum(load.answered for load in loads.values())
    if kept < answered:
        raise BadRound(f"{answered} accruals were acknowledged, and {kept} kept")
    best = max(seen.median(side).per_second for side in loads)
    targets = [
        Target(
            f"rate at {_name(crowd)}, in the best",
            0.8,
            seen.median(_name(crowd)).per_second / best,
        )
        for crowd in CROWDS[1:]
    ]
    facts = [Fact(f"refused at {side}", load.refused, "calls") for side, load in loads.items()]
    return Result("overload", engine.name, [seen], facts, targets)


def _name(crowd: int) -> str:
    return f"{crowd} connections"
