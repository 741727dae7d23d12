"""How large and how long a run is."""

from __future__ import annotations

from dataclasses import dataclass

CONNECTIONS = 16
WORKERS = 2


@dataclass(frozen=True)
class Options:
    """What a run is made of; each round of each contestant takes `seconds`."""

    members: int = 100_000
    rounds: int = 5
    seconds: int = 8
    sizes: tuple[int, ...] = (10_000, 100_000)  # members, in `growth`
    accruals: int = 5  # of each of them: two postings each
    requests: int = 100_000  # in `footprint`
    filled: str = ""  # a database for `console` that was filled before


QUICK = Options(members=2_000, rounds=2, seconds=2, sizes=(500, 5_000), requests=4_000)
