"""What the drivers themselves send, whoever asked them to: seen where it leaves the process.

`statements.recorded` sees what goes through SQLAlchemy's executions; a `Lookup` goes past them.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from psycopg import Connection, pq
from sqlalchemy import event

from adapter.db import Database
from tests.statements import BRACKETS

# A message of PostgreSQL's protocol as libpq writes it down; a text may go over several lines.
_MESSAGE = re.compile(r"^F\t\d+\t(\w+)(.*?)(?=^[FB]\t\d+\t|\Z)", re.MULTILINE | re.DOTALL)
_TEXT = re.compile(r'"(.*)"', re.DOTALL)
_NAMED = re.compile(r'"([^"]*)" "(.*)"', re.DOTALL)
_PREPARED = b"SELECT name, statement FROM pg_prepared_statements"


class Sent:
    """The statements that were sent, in the order in which their connections were given back."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._traces: dict[int, tuple[IO[str], dict[str, str]]] = {}

    @property
    def queries(self) -> list[str]:
        """Those that look at rows or change them."""
        return [text for text in self.all if not text.lstrip().upper().startswith(BRACKETS)]

    def watch(self, connection: Any, *_: Any) -> None:
        """Write down what this connection of a driver's sends from now on."""
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(self.all.append)
        else:
            trace = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
            self._traces[id(connection)] = trace, _prepared_on(connection)
            connection.pgconn.trace(trace.fileno())
            connection.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)

    def leave(self, connection: Any, *_: Any) -> None:
        """Read what was written down of this connection, of which no more will come."""
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(None)
        elif connection is not None and id(connection) in self._traces:
            connection.pgconn.untrace()
            trace, prepared = self._traces.pop(id(connection))
            with trace:
                trace.seek(0)
                self.all += _executed(trace.read(), prepared)


@contextmanager
def on_the_wire(database: Database) -> Iterator[Sent]:
    """What is sent by whoever takes a connection from a pool of this database inside."""
    sent = Sent()
    engines = {database.engine, database.glance().engine}
    for engine in engines:
        event.listen(engine, "checkout", sent.watch)
        event.listen(engine, "checkin", sent.leave)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "checkout", sent.watch)
            event.remove(engine, "checkin", sent.leave)


def _prepared_on(connection: Connection[Any]) -> dict[str, str]:
    """The texts that a connection knows by a name by now, asked past the driver's own books."""
    found = connection.pgconn.exec_(_PREPARED)
    rows = range(found.ntuples)
    return {_said(found, row, 0): _said(found, row, 1) for row in rows}


def _said(result: Any, row: int, column: int) -> str:
    return (result.get_value(row, column) or b"").decode()


def _executed(trace: str, prepared: dict[str, str]) -> Iterator[str]:
    """The texts of the statements executed: sent with the order, or prepared before."""
    bound = ""
    for message in _MESSAGE.finditer(trace):
        kind, rest = message[1], message[2]
        if kind == "Query" and (found := _TEXT.search(rest)):
            yield found[1]
        elif kind == "Parse" and (found := _NAMED.search(rest)):
            prepared[found[1]] = found[2]
        elif kind == "Bind" and (found := re.match(r'\s*"[^"]*" "([^"]*)"', rest)):
            bound = found[1]
        elif kind == "Execute":
            yield prepared[bound]
