"""How soon a process answers, and what it weighs before, amid and after many accruals."""

from __future__ import annotations

import statistics

from bench import shop
from bench.databases import Engine
from bench.options import Options
from bench.results import Fact, Result, Target
from bench.scenarios.accrual import CALLS
from bench.server import OURS, REFERENCE, serving
from bench.wrk import Load


def run(engine: Engine, options: Options) -> Result:
    """Start-up beside bare Flask, and the memory of one worker that takes all the load."""
    settings = shop.settings(engine.shop(options.members))
    facts = _start_up(options, settings)
    with serving(OURS, workers=1, **settings) as server:
        load = Load(server, CALLS, shop.TILL, options.members, options.seconds)
        weights = []
        for stop in (0, options.requests // 2, options.requests):
            while load.answered < stop:
                load()
            weights.append(server.worker_mebibytes())
            facts.append(Fact(f"worker after {stop:,} accruals", weights[-1], "MiB"))
    _, half, whole = weights
    targets = [Target("memory at the end, in that at half way", 1.05, whole / half, at_most=True)]
    return Result("footprint", engine.name, [], facts, targets)


def _start_up(options: Options, settings: dict[str, str]) -> list[Fact]:
    taken: dict[str, list[float]] = {OURS: [], REFERENCE: []}
    for _ in range(options.rounds):
        for app, environ in ((OURS, settings), (REFERENCE, {})):
            with serving(app, **environ) as server:
                taken[app].append(server.started_in)
    names = {OURS: "start-up", REFERENCE: "start-up of bare Flask"}
    return [Fact(names[app], statistics.median(seen), "s") for app, seen in taken.items()]
