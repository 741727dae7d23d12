"""What is measured: a module each, whose `run` takes an engine and says what it found there."""

from collections.abc import Callable

from bench.databases import Engine
from bench.options import Options
from bench.results import Result
from bench.scenarios import (
    accrual,
    balance,
    card,
    console,
    events,
    exchanges,
    footprint,
    growth,
    overload,
    payment,
    posting,
    profile,
)

Scenario = Callable[[Engine, Options], Result]

SCENARIOS: dict[str, Scenario] = {
    "accrual": accrual.run,
    "payment": payment.run,
    "balance": balance.run,
    "card": card.run,
    "posting": posting.run,
    "overload": overload.run,
    "exchanges": exchanges.run,
    "events": events.run,
    "footprint": footprint.run,
    "growth": growth.run,
    "console": console.run,
    "profile": profile.run,
}
# Those that take long, or keep files of their own, are run when they are asked for.
USUAL = tuple(name for name in SCENARIOS if name not in ("growth", "console", "profile"))
