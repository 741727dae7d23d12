"""One statement that only reads, sent by the driver itself: for calls that do nothing else.

SQLAlchemy writes the SQL and converts the values, as ever; a session, a transaction and a result of
its own for each execution would cost several times what the statement does (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, Select, exc

Row = Sequence[Any]
Convert = Callable[[Any], Any]


class Lookup:
    """A statement to be asked again and again, put together once for each engine's language."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._prepared: dict[str, _Prepared] = {}

    def rows(self, engine: Engine, values: Mapping[str, Any]) -> list[Row]:
        """Its rows for these values, each as wide as the statement, on a connection in autocommit.

        Raises:
            DBAPIError: As SQLAlchemy would raise it.
        """
        prepared = self._prepared.get(engine.dialect.name)
        if prepared is None:
            prepared = self._prepared[engine.dialect.name] = _prepare(self.statement, engine)
        found = _fetch(engine, prepared.sql, prepared.parameters(values))
        return [prepared.row(row) for row in found] if prepared.results else found


@dataclass(frozen=True, slots=True)
class _Prepared:
    sql: str
    names: Sequence[str]
    is_positional: bool
    binds: Mapping[str, Convert]
    results: Sequence[tuple[int, Convert]]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        given = dict(values)
        for name, convert in self.binds.items():
            given[name] = convert(given[name])
        return [given[name] for name in self.names] if self.is_positional else given

    def row(self, row: Row) -> Row:
        converted = list(row)
        for place, convert in self.results:
            converted[place] = convert(converted[place])
        return converted


def _prepare(statement: Select[*tuple[Any, ...]], engine: Engine) -> _Prepared:
    dialect = engine.dialect
    compiled: Any = statement.compile(dialect=dialect)
    binds = {
        compiled.bind_names[bind]: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for bind in compiled.bind_names
    }
    results = [
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in statement.selected_columns
    ]
    return _Prepared(
        sql=str(compiled),
        names=compiled.positiontup or list(binds),
        is_positional=bool(compiled.positional),
        binds={name: convert for name, convert in binds.items() if convert},
        results=[(place, convert) for place, convert in enumerate(results) if convert],
    )


def _fetch(engine: Engine, sql: str, parameters: Any) -> list[Row]:
    driver: Any = engine.dialect.loaded_dbapi
    pooled: PoolProxiedConnection | None = None
    try:
        pooled = engine.raw_connection()
        cursor = pooled.cursor()
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
    except driver.Error as error:
        raise _as_sqlalchemy_says(error, engine, sql, pooled) from error
    finally:
        if pooled is not None:
            pooled.close()


def _as_sqlalchemy_says(
    error: Exception, engine: Engine, sql: str, pooled: PoolProxiedConnection | None
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
