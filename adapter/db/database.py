"""The database: what commits or rolls back together, and what only looks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, exc, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from adapter.db import driver, sqlite
from adapter.db.batch import Batch, Overtaken
from adapter.db.errors import CommitUnknown, DatabaseUnavailable, LocksNeeded, is_retryable
from adapter.db.work import Attempt, Glance, Work

T = TypeVar("T")

# An engine that takes no locks of its own to be serialisable asks again and again for a crowd.
ATTEMPTS = 10
LONGEST_PAUSE = 0.25
# A platform waits five seconds at most: what is tried again must end well before that.
RETRY_SECONDS = 3.0
# Waiting for a connection, a lock or a busy SQLite file ends in time for a decent refusal.
WAIT_SECONDS = 2
# A command may wait longer than a platform.
PATIENCE_SECONDS = 60


def utc_now() -> datetime:
    """The present instant, aware and in UTC."""
    return datetime.now(UTC)


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
        # What areas of the core know of the whole database, in this process: see `Work.shared`.
        self.shared: dict[Any, Any] = {}
        address = self.url.render_as_string(hide_password=False)
        self.engine = _engine(address, serving, pool_size)
        self._pool_size = pool_size
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
            event.listen(self.engine, "checkin", _forget_readings)
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
            work = Work(session, self.clock(), self.shared)
            yield work
            work.finish()
            _commit(session)

    @contextmanager
    def attempt(self) -> Iterator[Work]:
        """A unit of work without a lock: it looks by single statements, and what it writes is
        written on leaving, all at once, if what it moves on is still as it was seen.

        Raises:
            LocksNeeded: Nothing was done: somebody else came first, it takes a session, or it was
                refused, which is believed under locks alone.
            CommitUnknown: The connection broke while it was written.
        """
        # One line for all of it, so that a dead one shows while nothing is written yet.
        with driver.line(self._glancing) as line:
            work = Attempt(line, self.clock(), self.shared)
            try:
                yield work
            except (LocksNeeded, DatabaseUnavailable, exc.SQLAlchemyError):
                raise
            except Exception as refusal:
                raise LocksNeeded from refusal
            if work.batch and self._writers is None:
                with _at_once(work.batch):
                    work.batch.send(self.dialect, line.write)
        # Who has the turn may need a line: nobody waits for it with one in hand.
        if work.batch:
            with (
                _at_once(work.batch),
                self._turn(),
                driver.line(self._glancing) as line,
                line.writing(self._begin) as execute,
            ):
                work.batch.send(self.dialect, execute)

    def _begin(self, connection: Any) -> None:
        sqlite.begin_immediate(connection, self._wait, connection.execute)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A consistent look at the rows; whatever is changed inside is forgotten."""
        with Session(self._looking, expire_on_commit=False, autoflush=False) as session:
            yield Work(session, self.clock(), self.shared)
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

    def run_lightly(self, unit: Callable[[Work], T]) -> T:
        """What `unit` returns once it is committed, at first tried without locks: for what is
        done many times a second, and by few statements.
        """
        try:
            with self.attempt() as work:
                return unit(work)
        except LocksNeeded:
            pass
        except exc.DBAPIError as error:
            if not is_retryable(error):
                raise
        return self.run(unit)

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

    @property
    def connections_in_use(self) -> int:
        """How many connections are out of the pools at this instant."""
        return _in_use(self.engine) + (
            0 if self._glancing is self.engine else _in_use(self._glancing)
        )

    @property
    def connections_limit(self) -> int:
        """How many connections there can be."""
        pools = 1 if self._glancing is self.engine else 2
        return self._pool_size * pools

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self._glancing.dispose()


def again(once: Callable[[], T]) -> T:
    """What `once` returns, tried again with jitter where nothing had been committed."""
    give_up_at = time.monotonic() + RETRY_SECONDS
    for number in range(1, ATTEMPTS + 1):
        try:
            return once()
        except LocksNeeded:
            # At once, and not for the last time: the next one takes them.
            continue
        except exc.DBAPIError as error:
            last = number == ATTEMPTS or time.monotonic() > give_up_at
            if last or not is_retryable(error):
                raise
        time.sleep(random.uniform(0, min(0.02 * 2**number, LONGEST_PAUSE)))  # noqa: S311  # nosec B311
    raise AssertionError("unreachable")  # pragma: no cover


@contextmanager
def _at_once(batch: Batch) -> Iterator[None]:
    """What is sent inside is written, or nothing was and locks are needed."""
    if batch.moves > 1:
        # Of several rows some might be moved on, and there is no way back.
        raise LocksNeeded
    try:
        yield
    except (Overtaken, exc.IntegrityError) as error:
        raise LocksNeeded from error
    except exc.DBAPIError as error:
        raise _commit_unknown(error) from error


def _commit(session: Session) -> None:
    try:
        session.commit()
    except exc.DBAPIError as error:
        raise _commit_unknown(error) from error


def _commit_unknown(error: exc.DBAPIError) -> Exception:
    """The error, or where the connection broke that nobody knows what was done.

    A lost answer to a commit must never be repeated blindly; the origin tells what happened.
    """
    if error.connection_invalidated:
        return CommitUnknown("the connection was lost during the commit")
    return error


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
        if autocommit:
            # A few statements, each by keys that have an index: to plan them anew for every value
            # would cost more than to carry them out, and a plan that was made while a table was
            # empty, and would read all of it, must not stay when it has grown. What such a plan is
            # thought to cost says nothing then, so that nothing is to be compiled because of it.
            settings += " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
        options["connect_args"] = {"connect_timeout": WAIT_SECONDS, "options": settings}
    if autocommit:
        options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    return create_engine(url, hide_parameters=True, **options)


def _in_use(engine: Engine) -> int:
    # A database in memory has a pool of another kind, which does not count.
    return engine.pool.checkedout() if isinstance(engine.pool, QueuePool) else 0


def _forget_readings(connection: Any, _record: Any) -> None:
    # A reading leaves READ WRITE behind, said at every BEGIN: a server that was told to take no
    # writes (default_transaction_read_only) would then take ours.
    if connection is not None:
        connection.read_only = None
