"""The statements a database is really sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from adapter.db import Database

Statement = tuple[str, Any]
# They begin and end what the statements between them do, or say how long to wait for that; after
# a ROLLBACK psycopg forgets what it had prepared.
BRACKETS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET", "DEALLOCATE")


@contextmanager
def recorded(database: Database) -> Iterator[list[Statement]]:
    """Every statement sent inside that looks at rows or changes them, with its parameters."""
    sent: list[Statement] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(BRACKETS):
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", record)


def scanned(connection: Connection, statement: str, parameters: Any = None) -> set[str]:
    """The tables PostgreSQL reads from end to end for a statement: with these parameters, or with
    any, for which it plans what has been prepared and often used.
    """
    options, places = "FORMAT JSON", dict[str, str]()
    if parameters is None:
        options += ", GENERIC_PLAN"
        statement = re.sub(
            r"%\((\w+)\)s", lambda m: places.setdefault(m[1], f"${len(places) + 1}"), statement
        )
    explained = connection.exec_driver_sql(f"EXPLAIN ({options}) {statement}", parameters)
    (plan,) = explained.scalar_one()
    return set(_scanned(plan["Plan"]))


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for child in node.get("Plans", []):
        yield from _scanned(child)
