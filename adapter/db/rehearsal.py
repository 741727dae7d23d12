"""A database in which everything can be done, and of which nothing stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from adapter.db.database import Database
from adapter.db.lookups import Lookup, Row
from adapter.db.work import Glance, Work


@dataclass(frozen=True, slots=True)
class GlanceWithin(Glance):
    """A look by single statements that sees what was done before in the same transaction."""

    connection: Connection

    def rows(self, lookup: Lookup, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a lookup finds."""
        return self.connection.execute(lookup.statement, values).all()


class Rehearsal(Database):
    """What looks like a database to an application, and is one transaction of it that is undone.

    Every unit of work is a savepoint: it sees what those before it did, commits as ever, and goes
    with them in the end. Nothing can be tried without locks here, which is the same but slower.
    """

    def __init__(self, real: Database, connection: Connection) -> None:
        # The real one's address, clock and engine, and none of its pools: there is one connection.
        self.url, self.clock, self.engine = real.url, real.clock, real.engine
        self._connection = connection
        # What was kept by each unit of work that was not undone before its end.
        self.done: list[dict[Any, Any]] = []

    @contextmanager
    def unit_of_work(self) -> Iterator[Work]:
        """Everything done inside is done together on leaving, or not at all."""
        with self._session() as session:
            work = Work(session, self.clock())
            yield work
            work.session.flush()
            session.commit()
        self.done.append(work.kept)

    @contextmanager
    def attempt(self) -> Iterator[Work]:
        """A unit of work like any other, with locks."""
        with self.unit_of_work() as work:
            yield work

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A look at the rows; whatever is changed inside is forgotten."""
        with self._session(autoflush=False) as session:
            yield Work(session, self.clock())
            session.expunge_all()

    def glance(self) -> Glance:
        """A look by single statements."""
        return GlanceWithin(self.engine, self.clock(), self._connection)

    def dispose(self) -> None:
        """Nothing: the connection is another's."""

    def _session(self, **options: Any) -> Session:
        return Session(
            self._connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            **options,
        )


@contextmanager
def rehearsal_of(real: Database) -> Iterator[Rehearsal]:
    """A database like this one, in which whatever is done inside is undone on leaving.

    Whoever else writes the same rows waits meanwhile: it is to be left soon.
    """
    with real._turn(), real.engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield Rehearsal(real, connection)
        finally:
            transaction.rollback()
