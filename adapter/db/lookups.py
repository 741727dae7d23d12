"""A statement that only reads, put together once; by the driver itself where no session is open.

SQLAlchemy writes the SQL and converts the values, as ever; a session, a transaction and a result of
its own for each execution would cost several times what the statement does (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Select, Table

from adapter.db.driver import Line

Row = Sequence[Any]
Convert = Callable[[Any], Any]


class Lookup:
    """A statement to be asked again and again, put together once for each engine's language."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]], *, locking: Sequence[Table] = ()
    ) -> None:
        self.statement = statement
        # For a unit of work that takes locks, and only of the rows of these tables.
        self.locked = (
            statement.with_for_update(of=list(locking), key_share=True) if locking else statement
        )
        self._prepared: dict[str, _Prepared] = {}

    def rows(self, line: Line, values: Mapping[str, Any]) -> list[Row]:
        """Its rows for these values, each as wide as the statement.

        Raises:
            DBAPIError: As SQLAlchemy would raise it.
        """
        dialect = line.engine.dialect
        prepared = self._prepared.get(dialect.name)
        if prepared is None:
            prepared = self._prepared[dialect.name] = _prepare(self.statement, dialect)
        found = line.rows(prepared.sql, prepared.parameters(values))
        return [prepared.row(row) for row in found] if prepared.results else found


@dataclass(frozen=True, slots=True)
class _Prepared:
    sql: str
    names: Sequence[str]
    is_positional: bool
    binds: Mapping[str, Convert]
    own: Mapping[str, Any]  # values that are the statement's and not the caller's
    results: Sequence[tuple[int, Convert]]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        given = {**self.own, **values}
        for name, convert in self.binds.items():
            given[name] = convert(given[name])
        return [given[name] for name in self.names] if self.is_positional else given

    def row(self, row: Row) -> Row:
        converted = list(row)
        for place, convert in self.results:
            converted[place] = convert(converted[place])
        return converted


def _prepare(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Prepared:
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
        own={name: bind.value for bind, name in compiled.bind_names.items() if not bind.required},
        results=[(place, convert) for place, convert in enumerate(results) if convert],
    )
