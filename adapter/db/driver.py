"""Statements sent by the driver itself, on connections of the pool that are in autocommit.

Only for what is asked or written many times a second: see docs/decisions/0013 and 0015.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, Table, exc

# How a statement is carried out: its text, the rows or the one set of values it goes with, and how
# many rows it touched.
Execute = Callable[[str, Any], int]


class Line:
    """One connection of a pool, for statements that the driver itself sends."""

    def __init__(self, engine: Engine, pooled: PoolProxiedConnection) -> None:
        self.engine = engine
        self._pooled = pooled

    def rows(self, sql: str, parameters: Any) -> list[Sequence[Any]]:
        """What a statement finds.

        Raises:
            DBAPIError: As SQLAlchemy would raise it.
        """
        with _translated(self.engine, self._pooled, sql):
            cursor = self._pooled.cursor()
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def write(self, sql: str, parameters: Any) -> int:
        """How many rows a statement that writes returned; it is committed when it ends.

        Raises:
            DBAPIError: As SQLAlchemy would raise it; where the connection broke, nobody knows what
                became of the statement.
        """
        with _translated(self.engine, self._pooled, sql):
            cursor = self._pooled.cursor()
            cursor.execute(sql, parameters)
            return int(cursor.rowcount)

    @contextmanager
    def writing(self, begin: Callable[[Any], None]) -> Iterator[Execute]:
        """What carries out one statement for many rows, and tells how many it touched; all of it is
        committed on leaving, or nothing. `begin` begins the transaction on a driver's connection.

        Raises:
            DBAPIError: As SQLAlchemy would raise it.
        """
        with _translated(self.engine, self._pooled):
            begin(self._pooled.driver_connection)
            cursor = self._pooled.cursor()
            # What is not committed the pool rolls back.
            yield lambda sql, many: int(cursor.executemany(sql, many).rowcount)
            cursor.execute("COMMIT")


@contextmanager
def line(engine: Engine) -> Iterator[Line]:
    """A line that is given back on leaving.

    Raises:
        DBAPIError: There is nobody to connect to.
        TimeoutError: SQLAlchemy's, where all lines are taken.
    """
    with _translated(engine, None):
        pooled = engine.raw_connection()
    try:
        yield Line(engine, pooled)
    finally:
        pooled.close()


def copy_in(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Have these rows, which name the same columns, in a table of PostgreSQL: by COPY, at a third
    of what inserting them costs on either side.

    Raises:
        DBAPIError: As SQLAlchemy would raise it.
    """
    columns = tuple(rows[0])
    format_name = connection.dialect.identifier_preparer.quote
    names = ", ".join(format_name(name) for name in columns)
    statement = f"COPY {format_name(table.name)} ({names}) FROM STDIN"
    pooled = connection.connection
    with _translated(connection.engine, pooled, statement):
        cursor: Any = pooled.cursor()
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])


@contextmanager
def _translated(
    engine: Engine, pooled: PoolProxiedConnection | None, sql: str | None = None
) -> Iterator[None]:
    dbapi: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except dbapi.Error as error:
        raise _as_sqlalchemy_says(error, engine, sql, pooled) from error


def _as_sqlalchemy_says(
    error: Exception, engine: Engine, sql: str | None, pooled: PoolProxiedConnection | None
) -> BaseException:
    """The driver's error in its SQLAlchemy class. If its connection is dead, so may be all others
    of the pool that are as old, and they are given up as SQLAlchemy itself would do it.
    """
    dialect: Any = engine.dialect
    is_gone = bool(dialect.is_disconnect(error, pooled and pooled.dbapi_connection, None))
    if is_gone and pooled is not None:
        engine.pool._invalidate(pooled, error)
    return exc.DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
