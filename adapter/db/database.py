"""The database: what commits or rolls back together, and what only looks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, exc, make_url
from sqlalchemy.orm import Session

from adapter.db import sqlite
from adapter.db.errors import CommitUnknown, DatabaseUnavailable, is_retryable
from adapter.db.lookups import Lookup, Row

T = TypeVar("T")

ATTEMPTS = 5
# A platform waits five seconds at most: what is tried again must end well before that.
RETRY_SECONDS = 3.0
# Waiting for a connection, a lock or a busy SQLite file ends in time for a decent refusal.
WAIT_SECONDS = 2
# A command may wait longer than a platform.
PATIENCE_SECONDS = 60


def utc_now() -> datetime:
    """The present instant, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work: a session, and the one instant at which all of it happens."""

    session: Session
    now: datetime

    def rows(self, lookup: Lookup, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a lookup finds, here among all else that this unit of work sees."""
        return self.session.connection().execute(lookup.statement, values).all()


@dataclass(frozen=True, slots=True)
class Glance:
    """A look by single statements, each of which sees the rows as they are when it comes."""

    engine: Engine
    now: datetime

    def rows(self, lookup: Lookup, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a lookup finds."""
        return lookup.rows(self.engine, values)


class Database:
    """A SQL engine and its clock.

    With `serving` every wait is bounded to seconds, as platforms need; without it (commands,
    migrations) statements may take as long as they take.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        serving: bool = False,
        pool_size: int = 10,
        sqlite_synchronous: str = "FULL",
    ) -> None:
        self.url = make_url(url)
        self.clock = clock
        address = self.url.render_as_string(hide_password=False)
        self.engine = _engine(address, serving, pool_size)
        self._wait = _wait(serving)
        self._writers = Lock() if self.dialect == "sqlite" else None
        if self.dialect == "sqlite":
            sqlite.prepare(self.engine, synchronous=sqlite_synchronous, wait=_wait(serving))
            self._looking = self.engine.execution_options(begin="BEGIN")
            # Its driver is always in autocommit: see `sqlite.prepare`.
            self._glancing = self.engine
        else:
            # Connections of their own: changing one over and back would cost more than the look.
            self._glancing = _engine(address, serving, pool_size, autocommit=True)
            if serving:
                from adapter.db import postgresql  # its driver is an extra, which SQLite can spare

                postgresql.be_punctual(self.engine)
                postgresql.be_punctual(self._glancing)
            # One snapshot for all the statements of a reading, and no writes by mistake.
            self._looking = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.get_backend_name()

    @contextmanager
    def unit_of_work(self) -> Iterator[Work]:
        """Everything done inside commits together on leaving, or not at all.

        Raises:
            CommitUnknown: The connection broke during the commit itself.
        """
        with self._turn(), Session(self.engine, expire_on_commit=False) as session:
            yield Work(session, self.clock())
            session.flush()
            _commit(session)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A consistent look at the rows; whatever is changed inside is forgotten."""
        with Session(self._looking, expire_on_commit=False, autoflush=False) as session:
            yield Work(session, self.clock())
            if self.dialect == "postgresql":
                # Nothing can have been written, and with a rollback the driver would forget the
                # statements it has prepared.
                session.expunge_all()
                session.commit()

    def glance(self) -> Glance:
        """A look that costs no more than the one statement it is for."""
        return Glance(self._glancing, self.clock())

    def run(self, unit: Callable[[Work], T]) -> T:
        """What `unit` returns once its unit of work has committed, run again if the engine asks."""

        def once() -> T:
            with self.unit_of_work() as work:
                return unit(work)

        return again(once)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One writer of this process at a time where the file takes no more than one anyway.

        SQLite's own waiting is by chance: with many threads some would starve.
        """
        if self._writers is None:
            yield
            return
        if not self._writers.acquire(timeout=self._wait):
            raise DatabaseUnavailable("other writers are in front for too long")
        try:
            yield
        finally:
            self._writers.release()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self._glancing.dispose()


def again(attempt: Callable[[], T]) -> T:
    """What `attempt` returns, tried again with jitter where nothing had been committed."""
    give_up_at = time.monotonic() + RETRY_SECONDS
    for number in range(1, ATTEMPTS + 1):
        try:
            return attempt()
        except exc.DBAPIError as error:
            last = number == ATTEMPTS or time.monotonic() > give_up_at
            if last or not is_retryable(error):
                raise
        time.sleep(random.uniform(0, 0.02 * 2**number))  # noqa: S311  # nosec B311
    raise AssertionError("unreachable")  # pragma: no cover


def _commit(session: Session) -> None:
    try:
        session.commit()
    except exc.DBAPIError as error:
        # A lost answer to a commit must never be repeated blindly; the origin tells what happened.
        if error.connection_invalidated:
            raise CommitUnknown("the connection was lost during the commit") from error
        raise


def _wait(serving: bool) -> int:
    return WAIT_SECONDS if serving else PATIENCE_SECONDS


def _engine(url: str, serving: bool, pool_size: int, *, autocommit: bool = False) -> Engine:
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": _wait(serving),
    }
    if make_url(url).get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": _wait(serving), "check_same_thread": False}
    else:
        # TimeZone: a timestamp arrives as UTC whatever the server's own setting.
        settings = "-c timezone=UTC"
        if serving:
            milliseconds = WAIT_SECONDS * 1000
            settings += f" -c lock_timeout={milliseconds} -c statement_timeout={milliseconds + 250}"
            settings += f" -c idle_in_transaction_session_timeout={5 * milliseconds}"
        options["connect_args"] = {"connect_timeout": WAIT_SECONDS, "options": settings}
    if autocommit:
        options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    return create_engine(url, hide_parameters=True, **options)
