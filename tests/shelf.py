"""Databases that serve one test after another: put back after each, and emptied if need be.

What a new database costs is not the copying. Everything that knows a database has to learn it
again: SQLAlchemy compiles each statement anew for an engine that has seen none, and a PostgreSQL
backend reads its catalogue before it can plan the first query. Measured on two cores, a program, a
member and points for them: 12 ms on a PostgreSQL database that has served before and 50 ms on a
new one, 9 ms and 25 ms on SQLite.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, exc, make_url
from sqlalchemy.engine.base import OptionEngine

from adapter.db import Database
from tests.clock import Clock
from tests.databases import Copies, PostgresqlCopies, SqliteCopies

# Emptied tables keep the room of what was in them; after so many tests a new database is due.
TESTS = 50


class Kept(Protocol):
    """A database that can be used again."""

    url: str

    def opened(self, clock: Clock) -> Database:
        """It, as if it had just been opened, by this clock."""

    def renew(self) -> bool:
        """Make it as it was when it was made, if that can be done."""

    def throw_away(self) -> None:
        """Be rid of it."""


class Shelf:
    """The databases of one engine that nobody is using now."""

    def __init__(self, copies: Copies, keep: Callable[[Any, Path], Kept], folder: Path) -> None:
        self.copies = copies
        self.keep = keep
        self.folder = folder
        self._free: list[Kept] = []

    def take(self) -> Kept:
        """A migrated database without a row."""
        return self._free.pop() if self._free else self.keep(self.copies, self.folder)

    def put_back(self, kept: Kept) -> None:
        """Have the next one use it, if it can be made as new."""
        if kept.renew():
            self._free.append(kept)
        else:
            kept.throw_away()

    def close(self) -> None:
        """Be rid of all of them."""
        while self._free:
            self._free.pop().throw_away()


class Loan:
    """What one test has of a shelf, and of databases that are made for it alone."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._kept: list[Kept] = []
        self._unopened: dict[str, Kept] = {}
        self._own: list[str] = []

    def make(self, *, migrated: bool = True) -> str:
        """The URL of one more database, migrated unless told otherwise."""
        if not migrated:
            self._own.append(self._shelf.copies.make(self._shelf.folder, migrated=False))
            return self._own[-1]
        kept = self._shelf.take()
        self._kept.append(kept)
        self._unopened[kept.url] = kept
        return kept.url

    def opened(self, url: str, clock: Clock) -> Database | None:
        """A database of this test, opened; None from the second time on, and for any other."""
        kept = self._unopened.pop(url, None)
        return kept and kept.opened(clock)

    def end(self) -> None:
        """Give everything back."""
        for kept in self._kept:
            self._shelf.put_back(kept)
        for url in self._own:
            self._shelf.copies.drop(url)


@contextmanager
def borrowed(shelf: Shelf, clock: Clock) -> Iterator[Callable[[], Database]]:
    """A function that opens one more database, for one of many examples of the same test: on
    leaving they are given back.
    """
    loan = Loan(shelf)

    def borrow() -> Database:
        database = loan.opened(loan.make(), clock)
        assert database is not None
        return database

    try:
        yield borrow
    finally:
        loan.end()


class KeptSqlite:
    """A file that is copied once more for every test; the engine stays."""

    def __init__(self, copies: SqliteCopies, folder: Path) -> None:
        self._template = copies.template
        self.url = copies.make(folder)
        # Nothing pulls the plug while a test runs, so SQLite need not wait for the disk.
        self._database = Database(self.url, sqlite_synchronous="OFF")

    def opened(self, clock: Clock) -> Database:
        return as_new(self._database, clock)

    def renew(self) -> bool:
        self._remove()
        shutil.copyfile(self._template, self._file)
        return True

    def throw_away(self) -> None:
        self._remove()

    @property
    def _file(self) -> Path:
        return Path(make_url(self.url).database or "")

    def _remove(self) -> None:
        self._database.dispose()
        # Whoever still has the file open keeps what is now nobody else's.
        for path in self._file.parent.glob(f"{self._file.name}*"):
            path.unlink()


# What an ordinary test changes nothing of: any statement about a table leaves its number there.
SHAPE = """
SELECT (SELECT sum(xmin::text::bigint) FROM pg_class),
    (SELECT sum(xmin::text::bigint) FROM pg_attribute WHERE attrelid >= 16384),
    (SELECT sum(xmin::text::bigint) FROM pg_constraint),
    (SELECT sum(xmin::text::bigint) FROM pg_trigger),
    (SELECT sum(xmin::text::bigint) FROM pg_proc WHERE oid >= 16384),
    (SELECT string_agg(version_num, ',') FROM alembic_version)
"""
# As DROP DATABASE ... WITH (FORCE) would, whatever they are in the middle of.
END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""
TABLES = """
SELECT quote_ident(relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
"""


class KeptPostgresql:
    """A PostgreSQL database that is emptied after every test."""

    def __init__(self, copies: PostgresqlCopies, folder: Path) -> None:
        self._copies = copies
        self.url = copies.make(folder)
        self._database = Database(self.url)
        self._tests = 0
        # In this role no foreign key is looked after, so that tables can be emptied in any order.
        plain = self._database.url.set(drivername="postgresql")
        self._keeper = psycopg.connect(
            plain.render_as_string(hide_password=False),
            autocommit=True,
            options="-c session_replication_role=replica",
        )
        tables = [name for (name,) in self._keeper.execute(TABLES)]
        self._empty = "; ".join(f"DELETE FROM {name}" for name in tables)
        self._shape = self._keeper.execute(SHAPE).fetchone()

    def opened(self, clock: Clock) -> Database:
        return as_new(self._database, clock)

    def renew(self) -> bool:
        self._tests += 1
        if self._tests == TESTS:
            return False
        try:
            self._keeper.execute(END_OTHERS, [self._idle()])
            if self._keeper.execute(SHAPE).fetchone() != self._shape:
                return False
            self._keeper.execute(f"BEGIN; {self._empty}; COMMIT")
        except (psycopg.Error, exc.DBAPIError):
            return False  # the server was stopped, or our backend ended: a test may do that
        return True

    def throw_away(self) -> None:
        self._keeper.close()
        self._database.dispose()
        self._copies.drop(self.url)

    def _idle(self) -> list[int]:
        """The backends that are ours and may stay: one for each engine, as it was at first."""
        engines = _engines(self._database)
        if any(each.pool.checkedout() or each.pool.checkedin() > 1 for each in engines):
            self._database.dispose()
        found = []
        for engine in engines:
            if engine.pool.checkedin():
                with engine.connect() as connection:
                    connection.exec_driver_sql("RESET ALL")
                    connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
                    found.append(connection.connection.driver_connection.info.backend_pid)
        return found


def _engines(database: Database) -> list[Engine]:
    """Those with connections of their own."""
    engines = [value for value in vars(database).values() if isinstance(value, Engine)]
    return [engine for engine in engines if not isinstance(engine, OptionEngine)]


def as_new(database: Database, clock: Callable[[], datetime]) -> Database:
    """The same connections and compiled statements; whatever else is done to it is forgotten."""
    views: dict[Engine, Engine] = {}

    def view(engine: Engine) -> Engine:
        # What is listened for on a view is heard by those made from it, and by nobody else.
        if engine not in views:
            origin = view(engine._proxied) if isinstance(engine, OptionEngine) else engine
            views[engine] = origin.execution_options(**engine.get_execution_options())
        return views[engine]

    fresh = copy.copy(database)
    fresh.clock = clock
    fresh.shared = {}
    for name, value in vars(database).items():
        if isinstance(value, Engine):
            setattr(fresh, name, view(value))
        elif isinstance(value, type(Lock())):
            setattr(fresh, name, Lock())
    return fresh
