"""What operations are given: one unit of work, and what it sees and leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adapter.db.base import Base, M, columns_of, object_of
from adapter.db.batch import Batch
from adapter.db.driver import Line, line
from adapter.db.errors import LocksNeeded
from adapter.db.lookups import Lookup, Row
from adapter.db.statements import is_inserted


class Work:
    """One unit of work: a session, and the one instant at which all of it happens.

    Rows go through the session, or into the `batch`, which is sent whenever somebody turns to the
    session or looks at rows, and at the end. What is in `last` is sent after all else, so that the
    rows it locks are locked for no longer than the commit takes, and in one order by everybody.
    """

    takes_locks: ClassVar[bool] = True

    def __init__(
        self, session: Session | None, now: datetime, shared: dict[Any, Any] | None = None
    ) -> None:
        self.now = now
        self.batch = Batch()
        self.last = Batch()
        # For as long as the process lasts: what areas of the core know of the whole database.
        self.shared: dict[Any, Any] = {} if shared is None else shared
        # For as long as this unit of work lasts: the objects of rows by id, and what areas of the
        # core keep by names of their own.
        self.kept: dict[Any, Any] = {}
        self._session = session

    @property
    def session(self) -> Session:
        """The session, in which all that was done before can be seen."""
        self.flush()
        return cast(Session, self._session)

    def seen(self) -> list[object]:
        """The objects its session knows; none where it has no session."""
        return list(self._session.identity_map.values()) if self._session is not None else []

    def rows(
        self, lookup: Lookup, values: Mapping[str, Any], *, lock: bool = False
    ) -> Sequence[Row]:
        """What a lookup finds, among all that was done before; locked until the unit of work ends,
        if wanted, and who had to wait for the lock finds those rows as they are then.
        """
        self.session.flush()
        statement = lookup.locked if lock else lookup.statement
        return self.session.connection().execute(statement, values).all()

    def insert_unless_there(
        self, model: type[Base], values: dict[str, Any], *, unique: Sequence[str] | None = None
    ) -> bool:
        """Whether the row was inserted, and no other holds the same `unique` columns, or meets it
        at any unique index if none is named.
        """
        return is_inserted(self.session.connection(), model, values, unique=unique)

    def one(self, model: type[M], row: Sequence[Any]) -> M:
        """The object of a row that has all columns of its table, an id in front: one for each in a
        unit of work, in no session, and each time as the row is.
        """
        known: M | None = self.kept.get(row[0])
        if known is None:
            return self.new(model, dict(zip(columns_of(model), row, strict=True)))
        for name, value in zip(columns_of(model), row, strict=True):
            setattr(known, name, value)
        return known

    def new(self, model: type[M], values: Mapping[str, Any]) -> M:
        """The object of a row that was just made, as `one` will have it from now on."""
        made = self.kept[values["id"]] = object_of(model, **values)
        return made

    def need_locks(self) -> None:
        """Nothing: what was read under locks is still so. An attempt begins anew, with locks."""

    def aside(self, lookup: Lookup, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a lookup finds, whatever is still to be sent: by the driver itself, for what has
        nothing to do with this unit of work.
        """
        connection = cast(Session, self._session).connection()
        return lookup.rows(Line(connection.engine, connection.connection), values)

    def flush(self) -> None:
        """Have all that was done so far be in the database, and its constraints have spoken."""
        if self.batch:
            self._send(self.batch)

    def finish(self) -> None:
        """Have all that was done be in the database, and after it what is to come last."""
        self.session.flush()
        if self.last:
            self._send(self.last)

    def _send(self, batch: Batch) -> None:
        connection = cast(Session, self._session).connection()

        def execute(sql: str, values: Any) -> int:
            given = [tuple(row) for row in values] if isinstance(values, list) else values
            return connection.exec_driver_sql(sql, given).rowcount

        batch.send(connection.dialect.name, execute)


class Attempt(Work):
    """A unit of work without a session or a lock, which therefore either is all new rows and one
    that is moved on, or has to be begun anew with them: see `Database.attempt`.
    """

    takes_locks = False

    def __init__(self, line: Line, now: datetime, shared: dict[Any, Any] | None = None) -> None:
        super().__init__(None, now, shared)
        self.last = self.batch  # it is all one statement
        self._line = line

    @property
    def session(self) -> Session:
        """None: whoever needs one needs a transaction.

        Raises:
            LocksNeeded: Always.
        """
        raise LocksNeeded

    def rows(
        self, lookup: Lookup, values: Mapping[str, Any], *, lock: bool = False
    ) -> Sequence[Row]:
        """What a lookup finds at this instant.

        Raises:
            LocksNeeded: Something is to be written before, and would not be seen.
        """
        if self.batch:
            raise LocksNeeded
        return lookup.rows(self._line, values)

    def insert_unless_there(
        self, model: type[Base], values: dict[str, Any], *, unique: Sequence[str] | None = None
    ) -> bool:
        """True: if it turns out at the end that there was one, nothing is written at all."""
        self.batch.insert(model, values)
        return True

    def aside(self, lookup: Lookup, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a lookup finds, whatever is still to be sent."""
        return lookup.rows(self._line, values)

    def need_locks(self) -> None:
        """Begin anew, with locks.

        Raises:
            LocksNeeded: Always.
        """
        raise LocksNeeded

    def flush(self) -> None:
        """Nothing: all of it is sent at once, on leaving."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A look by single statements, each of which sees the rows as they are when it comes."""

    engine: Engine
    now: datetime

    def rows(self, lookup: Lookup, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a lookup finds."""
        with line(self.engine) as connected:
            return lookup.rows(connected, values)
