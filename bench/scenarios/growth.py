"""The same calls at ever more members and postings; their size, and the cost of upkeep."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from bench import history, shop
from bench.beside import rows_of
from bench.databases import Engine
from bench.options import Options
from bench.results import Fact, Result, Target
from bench.rounds import BadRound, Comparison, in_turn
from bench.scenarios import accrual, balance
from bench.server import OURS, ROOT, Server, serving
from bench.wrk import Call, Load


def run(engine: Engine, options: Options) -> Result:
    """Databases of each size side by side, so that all are loaded in turn; then their upkeep."""
    found = Result("growth", engine.name)
    urls = {}
    for size in options.sizes:
        urls[size] = _fill(engine, size, options, found)
    with ExitStack() as stack:
        servers = {
            size: stack.enter_context(serving(OURS, **shop.settings(url)))
            for size, url in urls.items()
        }
        for name, calls, headers in (
            ("submit a sale", accrual.CALLS, shop.TILL),
            ("ask for points", balance.CALLS, shop.ORDERS),
        ):
            found.comparisons.append(_loaded(name, calls, headers, servers, options))
    for size, url in urls.items():
        _keep_up(size, url, found)
    least, most = _name(options.sizes[0]), _name(options.sizes[-1])
    found.targets += [
        Target(f"{one.name}: rate at {most}, in that at {least}", 0.9, one.ratio(most))
        for one in found.comparisons
    ]
    return found


def _fill(engine: Engine, size: int, options: Options, found: Result) -> str:
    """A database of so many members with a past; what they take in it is found on the way."""
    url = engine.make(f"growth_{size}")
    shop.open_shop(url)
    empty = engine.settle(url)
    began = time.perf_counter()
    members = shop.enrol_all(url, size, with_points=False)
    enrolled = engine.settle(url)
    history.write_all(url, members, accruals=options.accruals)
    whole = engine.settle(url)
    postings = rows_of(url, "postings")
    found.facts += [
        Fact(f"{_name(size)}: postings", postings, ""),
        Fact(f"{_name(size)}: filled in", time.perf_counter() - began, "s"),
        Fact(f"{_name(size)}: of a member", (enrolled - empty) / size, "bytes"),
        Fact(
            f"{_name(size)}: of a posting, its sale and lot", (whole - enrolled) / postings, "bytes"
        ),
        Fact(f"{_name(size)}: whole", whole / 2**20, "MiB"),
    ]
    return url


def _loaded(
    name: str,
    calls: Sequence[Call],
    headers: dict[str, str],
    servers: dict[int, Server],
    options: Options,
) -> Comparison:
    loads = {
        _name(size): Load(server, calls, headers, size, options.seconds)
        for size, server in servers.items()
    }
    return in_turn(name, loads, rounds=options.rounds, base=_name(options.sizes[0]))


def _keep_up(size: int, url: str, found: Result) -> None:
    """What the jobs cost with many lots to expire, and with none; and a look at everything."""
    lots = size // history.ONE_EXPIRED_IN
    expiry = _command(url, "jobs", "run")
    found.facts += [
        Fact(f"{_name(size)}: jobs run, expiring {lots:,} lots", expiry, "s"),
        Fact(f"{_name(size)}: jobs run, nothing due", _command(url, "jobs", "run"), "s"),
        Fact(f"{_name(size)}: ledger verify", _command(url, "ledger", "verify"), "s"),
    ]


def _command(url: str, *words: str) -> float:
    """How long a command took."""
    began = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-m", "adapter", *words],
        cwd=ROOT,
        env=os.environ | shop.settings(url),
        capture_output=True,
        text=True,
    )
    if told.returncode:
        raise BadRound(f"adapter {' '.join(words)}: {told.stdout} {told.stderr}")
    return time.perf_counter() - began


def _name(size: int) -> str:
    return f"{size:,} members"
