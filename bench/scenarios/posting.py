"""The same accrual without HTTP: through our core, and as pgbench has the database do it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench import pgbench, tills
from bench.databases import Engine
from bench.options import Options
from bench.results import Result, Target
from bench.rounds import Round, in_turn

WHAT = "post a sale"
CORE, PGBENCH, BARE = "core", "pgbench", "pgbench, no lots or items"


def run(engine: Engine, options: Options) -> Result:
    """Postings of tills in two processes, beside pgbench where the engine is PostgreSQL."""
    url = engine.shop(options.members)
    contestants: dict[str, Callable[[], Round]] = {CORE: partial(tills.round_of, url, options)}
    if engine.programs is None:
        seen = in_turn(WHAT, contestants, rounds=options.rounds, base=CORE)
        return Result("posting", engine.name, [seen])
    for name, with_all in ((PGBENCH, True), (BARE, False)):
        script = pgbench.script(url, with_lots_and_items=with_all)
        contestants[name] = partial(pgbench.round_of, engine.programs, url, options, script)
    seen = in_turn(WHAT, contestants, rounds=options.rounds, base=PGBENCH)
    targets = [Target("posting through the core, in pgbench's", 0.6, seen.ratio(CORE))]
    return Result("posting", engine.name, [seen], targets=targets)
