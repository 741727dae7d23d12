"""What a worker does besides delivering: it says that it is there, and does jobs that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import structlog

from adapter import jobs
from adapter.config import Config
from adapter.core import runs
from adapter.db import Database
from adapter.db.errors import is_unavailable

BEATS = 10.0  # seconds between two signs of life
LOOKS = 20.0  # seconds between two looks for jobs that are due

log = structlog.get_logger()


@contextmanager
def alongside(config: Config, database: Database) -> Iterator[None]:
    """All of it, in threads of its own, for as long as something is done inside."""
    over = Event()
    threads = [_again_and_again(lambda: _beat(database), BEATS, over)]
    if config.worker_jobs:
        days = config.request_log_days
        threads.append(
            _again_and_again(lambda: jobs.run_due(database, exchange_days=days), LOOKS, over)
        )
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        with suppress(Exception):  # who cannot take leave is missed after a minute
            database.run(lambda work: runs.silence(work, kind=runs.WORKER))


def _beat(database: Database) -> None:
    database.run(lambda work: runs.beat(work, kind=runs.WORKER))


def _again_and_again(act: Callable[[], object], every: float, over: Event) -> Thread:
    def run() -> None:
        while True:
            try:
                act()
            except Exception as error:
                # An absent database is told of by those who deliver.
                if not is_unavailable(error):
                    log.exception("left for the next time")
            if over.wait(every):
                return

    thread = Thread(target=run)
    thread.start()
    return thread
