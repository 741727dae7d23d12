"""Rows by the hundred thousand: COPY where there is one, many at a time where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Uuid

from adapter.db import Base

Rows = Sequence[dict[str, Any]]


def write(engine: Engine, rows: Mapping[str, Rows]) -> None:
    """Write rows that agree with each other, those of a table all with the same columns.

    Ids are given as text, as digests have them, and documents as JSON.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # No key need be looked up of rows that were made together.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table, of_it in rows.items():
                _copy(connection, table, of_it)
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for table, of_it in rows.items():
                _insert(connection, table, of_it)


def _copy(connection: Connection, table: str, rows: Rows) -> None:
    driver: Any = connection.connection.dbapi_connection
    columns = ", ".join(rows[0])
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


def _insert(connection: Connection, table: str, rows: Rows) -> None:
    columns = Base.metadata.tables[table].c
    is_id = [isinstance(columns[name].type, Uuid) for name in rows[0]]
    places = ", ".join("?" * len(is_id))
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({places})",
        [tuple(map(_as_kept, row.values(), is_id)) for row in rows],
    )


def _as_kept(value: Any, is_id: bool) -> Any:
    """A value as SQLAlchemy keeps it in SQLite."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.replace("-", "") if is_id and value else value
