"""The statements a database is really sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

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
