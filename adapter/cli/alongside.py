"""What a worker does besides delivering: it says that it is there, and does jobs that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import structlog
from sqlalchemy import Connection, event, make_url

from adapter import jobs
from adapter.config import Config
from adapter.core import runs
from adapter.db import Database
from adapter.db.errors import is_unavailable

BEATS = 10.0  # seconds between two signs of life
LOOKS = 20.0  # seconds between two looks for jobs that are due
LEAVE = 20.0  # seconds in which a job that is under way may end
# Whoever has the lock that a job waits for may want one that the job has.
LONGEST_FOR_A_LOCK = "2s"
# A server that is gone without a word is given up within half a minute.
STILL_THERE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}
STILL_THERE |= {"tcp_user_timeout": "25000"}

log = structlog.get_logger()


@contextmanager
def alongside(config: Config, database: Database) -> Iterator[None]:
    """All of it, in threads of its own, for as long as something is done inside."""
    over, patient = Event(), _patient(config)
    threads = [_again_and_again(lambda: _beat(config, database), BEATS, over)]
    if config.worker_jobs:
        days = config.request_log_days
        threads.append(
            _again_and_again(lambda: jobs.run_due(patient, exchange_days=days), LOOKS, over)
        )
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(LEAVE)
        patient.dispose()
        with suppress(Exception):  # who cannot take leave is missed after a minute
            database.run(lambda work: runs.silence(work, kind=runs.WORKER))


def _patient(config: Config) -> Database:
    """The same database for jobs: nobody waits for their answer, so it may take as long as it
    takes.
    """
    url = make_url(config.database_url)
    if is_postgresql := url.get_backend_name() == "postgresql":
        url = url.set(query=STILL_THERE | url.query)
    database = Database(
        url.render_as_string(hide_password=False),
        pool_size=2,
        sqlite_synchronous=config.sqlite_synchronous,
    )
    if is_postgresql:

        @event.listens_for(database.engine, "begin")
        def limit(connection: Connection) -> None:
            # In each transaction, for a pooler passes on nothing else; and a role may have limits.
            connection.exec_driver_sql(
                "SELECT set_config('lock_timeout', %s, true), "
                "set_config('statement_timeout', '0', true)",
                (LONGEST_FOR_A_LOCK,),
            )

    return database


def _beat(config: Config, database: Database) -> None:
    counts = {} if config.worker_jobs else {runs.NO_JOBS: 1}
    database.run(lambda work: runs.beat(work, kind=runs.WORKER, counts=counts))


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

    # A server that does not answer must not keep the process from ending.
    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread
