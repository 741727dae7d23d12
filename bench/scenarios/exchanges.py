"""The same accrual with the request log on and off, in turn: what is left of the rate."""

from __future__ import annotations

from bench import shop
from bench.beside import rows_of
from bench.databases import Engine
from bench.options import Options
from bench.results import Fact, Result, Target
from bench.rounds import BadRound, Comparison, in_turn
from bench.scenarios.accrual import CALLS
from bench.server import OURS, serving
from bench.wrk import Load

ON, OFF = "log on", "log off"


def run(engine: Engine, options: Options) -> Result:
    """Accruals of two servers that differ in this alone, over one database."""
    url = engine.shop(options.members)
    settings = shop.settings(url)
    on = settings | {"ADAPTER_REQUEST_LOG": "on"}
    with serving(OURS, **on) as logging, serving(OURS, **settings) as silent:
        loads = {
            side: Load(server, CALLS, shop.TILL, options.members, options.seconds)
            for side, server in ((ON, logging), (OFF, silent))
        }
        before = rows_of(url, "exchanges")
        seen = _in_both_orders(loads, options)
    # They have ended, and with that have written what was left.
    kept = rows_of(url, "exchanges") - before
    answered = loads[ON].answered
    if kept < answered * 0.99:
        raise BadRound(f"{answered} accruals were answered, and {kept} kept in the log")
    facts = [
        Fact("exchanges kept", kept, ""),
        Fact("kept, of those answered", 100 * kept / answered, "%"),
    ]
    targets = [Target("accrual with the request log, in that without", 0.9, seen.ratio(ON))]
    return Result("exchanges", engine.name, [seen], facts, targets)


def _in_both_orders(loads: dict[str, Load], options: Options) -> Comparison:
    """Both in turn, and then the other way round: whoever comes first may be at a disadvantage, and
    what is sought here is smaller than that.
    """
    halves = [
        in_turn("submit a sale", dict(order), rounds=options.rounds, base=OFF)
        for order in (loads.items(), reversed(loads.items()))
    ]
    sides = {side: [one for half in halves for one in half.sides[side]] for side in loads}
    return Comparison("submit a sale", OFF, sides)
