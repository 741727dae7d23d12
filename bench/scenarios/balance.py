"""A till asks for the points of a customer."""

from __future__ import annotations

from bench import shop
from bench.beside import OUR_NAME, beside
from bench.databases import Engine
from bench.options import Options
from bench.results import Result, Target
from bench.wrk import Call

CALLS = [Call("/customer-loyalty-stats?phone=7900{member}")]


def run(engine: Engine, options: Options) -> Result:
    """Balances beside a view that reads the same five headers, and answers a constant."""
    seen = beside(engine, options, "ask for points", CALLS, shop.ORDERS)
    targets = [Target("p99 of a balance, in p50", 6, seen.tail(OUR_NAME), at_most=True)]
    return Result("balance", engine.name, [seen], targets=targets)
