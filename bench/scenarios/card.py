"""A wallet reads a card with its balance, and has cards issued."""

from __future__ import annotations

import json

from bench import shop
from bench.beside import OUR_NAME, beside
from bench.databases import Engine
from bench.options import Options
from bench.results import Result, Target
from bench.wrk import Call

READ = [Call("/v1/card/88{member}")]
PROFILE = {"phone": "7911{unique}", "firstname": "Анна", "sex": "f"}
ISSUE = [Call("/v1/card/anonymous", json.dumps(PROFILE))]


def run(engine: Engine, options: Options) -> Result:
    """Both, each beside a view that answers a constant."""
    read = beside(engine, options, "read a card", READ, shop.WALLET)
    issued = beside(engine, options, "issue a card", ISSUE, shop.WALLET, leaves="cards")
    targets = [
        Target(f"p99 to {seen.name}, in p50", 6, seen.tail(OUR_NAME), at_most=True)
        for seen in (read, issued)
    ]
    return Result("card", engine.name, [read, issued], targets=targets)
