"""A crowd of real processes and threads that all begin at the same moment.

The processes stay for the next crowd: what a new one pays before its first sale, for modules,
statements and connections, is ten times what it pays for the sale.
"""

from __future__ import annotations

import functools
import multiprocessing
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from adapter.core.errors import LoyaltyError
from adapter.db import Database
from adapter.db.database import utc_now
from tests.scale import isolation
from tests.shelf import as_new

PATIENCE = 60  # seconds; nobody waits that long unless something is wrong
MOST_PROCESSES, MOST_THREADS = 8, 10

Act = Callable[[Database, int], Any]


@dataclass(frozen=True)
class Fault:
    """What went wrong in another process, and was no refusal."""

    text: str


def crowd(url: str, act: Act, *, processes: int = 4, threads: int = 1) -> list[Any]:
    """What `act` returned to each of the crowd, or the class of its refusal.

    Everybody has their number and shares a `Database` with the other threads of their process.
    """
    pipes = _company().pipes[:processes]
    try:
        for place, pipe in enumerate(pipes):
            pipe.send((url, act, processes, range(place * threads, (place + 1) * threads)))
        outcomes = [outcome for pipe in pipes for outcome in pipe.recv()]
        faults = [outcome.text for outcome in outcomes if isinstance(outcome, Fault)]
        assert not faults, faults[0]
    except BaseException:
        # Nobody knows what they are up to: the next crowd begins with new ones.
        _company().send_home()
        _company.cache_clear()
        raise
    return outcomes


class _Company:
    """Processes that make up one crowd after another; they end with this one."""

    def __init__(self) -> None:
        # Their server imports once what all need; forking pytest itself would not be safe.
        server = multiprocessing.get_context("forkserver")
        server.set_forkserver_preload(["tests.races.crowd", "tests.factories", "psycopg", "pytest"])
        # Where so many of them meet; a barrier is gone for all when we forget it.
        self._among = [server.Barrier(1 + at, timeout=PATIENCE) for at in range(MOST_PROCESSES)]
        self._processes = []
        self.pipes = []
        for _ in range(MOST_PROCESSES):
            ours, theirs = server.Pipe()
            process = server.Process(target=_one_process, args=(theirs, self._among), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self.pipes.append(ours)

    def send_home(self) -> None:
        """Be rid of them."""
        for process, pipe in zip(self._processes, self.pipes, strict=True):
            pipe.close()
            process.terminate()
            process.join(PATIENCE)


_company = functools.cache(_Company)


def _one_process(pipe: Connection, among: Sequence[Barrier]) -> None:
    if isolation.is_strict():
        isolation.watch()
    with ThreadPoolExecutor(MOST_THREADS) as pool, suppress(EOFError, KeyboardInterrupt):
        while True:
            url, act, processes, numbers = pipe.recv()
            others = among[processes - 1]
            barriers = threading.Barrier(len(numbers), others.wait, PATIENCE), others
            # By the clock on the wall, whatever the last crowd made it go by.
            database = as_new(_opened(url), utc_now)
            one = functools.partial(_one, database, act, barriers)
            pipe.send(list(pool.map(one, numbers)))
            database.dispose()


@functools.lru_cache(maxsize=2)
def _opened(url: str) -> Database:
    # No wait for the disk: nobody pulls the plug here.
    return Database(url, pool_size=MOST_THREADS, sqlite_synchronous="OFF")


def _one(database: Database, act: Act, barriers: Sequence[Any], number: int) -> Any:
    try:
        _meet(database, *barriers)
        return act(database, number)
    except LoyaltyError as refusal:
        return type(refusal)
    except Exception:
        return Fault(traceback.format_exc())


def _meet(database: Database, among_threads: threading.Barrier, among: Barrier) -> None:
    try:
        with database.reading() as work:
            work.session.connection()
            among_threads.wait()
    except Exception:
        # Nobody is to wait for one who does not come.
        among_threads.abort()
        among.abort()
        raise
