"""A crowd of real processes and threads that all begin at the same moment."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from adapter.core.errors import LoyaltyError
from adapter.db import Database
from tests.scale import isolation

PATIENCE = 60  # seconds; nobody waits that long unless something is wrong

Act = Callable[[Database, int], Any]


@dataclass(frozen=True)
class Fault:
    """What went wrong in another process, and was no refusal."""

    text: str


def crowd(url: str, act: Act, *, processes: int = 4, threads: int = 1) -> list[Any]:
    """What `act` returned to each of the crowd, or the class of its refusal.

    Everybody has their number and shares a `Database` with the other threads of their process.
    """
    # Its server imports once what all of them need; forking pytest itself would not be safe.
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.races.crowd", "tests.factories", "psycopg"])
    barrier = server.Barrier(processes * threads)
    running = []
    for first in range(0, processes * threads, threads):
        ours, theirs = server.Pipe()
        numbers = range(first, first + threads)
        process = server.Process(target=_one_process, args=(url, act, numbers, barrier, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    outcomes = [outcome for _, pipe in running for outcome in pipe.recv()]
    for process, _ in running:
        process.join(PATIENCE)
    faults = [outcome.text for outcome in outcomes if isinstance(outcome, Fault)]
    assert not faults, faults[0]
    return outcomes


def _one_process(url: str, act: Act, numbers: range, barrier: Barrier, pipe: Connection) -> None:
    if isolation.is_strict():
        isolation.watch()
    # No clock of its own, and no wait for the disk: nobody pulls the plug here.
    database = Database(url, pool_size=len(numbers), sqlite_synchronous="OFF")
    with ThreadPoolExecutor(len(numbers)) as pool:
        pipe.send(list(pool.map(lambda number: _one(database, act, number, barrier), numbers)))
    database.dispose()


def _one(database: Database, act: Act, number: int, barrier: Barrier) -> Any:
    try:
        with database.reading() as work:
            work.session.connection()
            barrier.wait(PATIENCE)
        return act(database, number)
    except LoyaltyError as refusal:
        return type(refusal)
    except Exception:
        barrier.abort()
        return Fault(traceback.format_exc())
