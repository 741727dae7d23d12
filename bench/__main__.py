"""`python -m bench accrual --engine postgresql --quick`: scenarios measured, shown and kept."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path

import click

from bench import picture, tables, wrk
from bench.databases import ENGINES, Engine, running
from bench.options import QUICK, Options
from bench.results import Result
from bench.rounds import BadRound
from bench.scenarios import SCENARIOS, USUAL
from bench.server import ROOT

KEPT, TRIED = ROOT / "bench" / "results", ROOT / "build" / "bench"


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(SCENARIOS)), metavar="[SCENARIO]...")
@click.option("--engine", "engines", multiple=True, type=click.Choice(ENGINES), default=ENGINES)
@click.option("--quick", is_flag=True, help="Few members and seconds; kept in build/bench.")
@click.option("--members", type=int, help="How many members the shop has.")
@click.option("--rounds", type=int, help="How many rounds each contestant has.")
@click.option("--seconds", type=int, help="How long a round takes.")
@click.option("--sizes", help="Members of each database of `growth`: 10000,100000.")
@click.option("--filled", help="A database for `console` that was filled before: its URL.")
def main(
    names: tuple[str, ...], engines: tuple[str, ...], quick: bool, sizes: str | None, **given: int
) -> None:
    """Measure scenarios (all but growth and profile, if none is named) on each engine."""
    wrk.require()
    # What was started is stopped on the way out, and there is one when we are told to end, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options = replace(
        QUICK if quick else Options(),
        **{name: value for name, value in given.items() if value is not None},
        **({"sizes": tuple(map(int, sizes.split(",")))} if sizes else {}),
    )
    folder = TRIED if quick else KEPT
    results, bad = [], 0
    for name in engines:
        with running(name) as engine:
            for scenario in names or USUAL:
                click.echo(f"\n{scenario}, {name}")
                try:
                    results.append(_measured(engine, scenario, options, folder))
                except BadRound as reason:
                    click.echo(f"no figures: {reason}", err=True)
                    bad += 1
    picture.draw(folder)
    click.echo(f"\n{tables.of_targets(results)}")
    click.echo(f"\nkept in {folder.relative_to(ROOT)}")
    sys.exit(bad > 0)


def _measured(engine: Engine, scenario: str, options: Options, folder: Path) -> Result:
    result = SCENARIOS[scenario](engine, options)
    result.write(folder, options)
    click.echo(tables.of_result(result))
    return result


if __name__ == "__main__":
    main()
