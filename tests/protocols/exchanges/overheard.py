"""The exchanges of an application, as they are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select, text

from adapter.core import exchanges
from adapter.core.exchanges import Exchange
from adapter.db import Base, Database
from adapter.web import exchanges as log
from adapter.web.application import Application


@dataclass(frozen=True)
class Overheard:
    """What is kept of the exchanges of an application."""

    app: Application
    database: Database

    def all(self) -> Sequence[Exchange]:
        """All of them, the first in front."""
        assert log.flush(self.app)
        with self.database.reading() as work:
            return exchanges.recent(work, None, limit=1000, oldest_first=True)

    def last(self) -> Exchange:
        """The last one."""
        return self.all()[-1]


def asked(exchange: Exchange) -> Any:
    """The body that was sent, masked."""
    return json.loads(exchange.request_body or "null")


def answered(exchange: Exchange) -> Any:
    """The body that was answered, masked."""
    return json.loads(exchange.response_body or "null")


def dump(database: Database) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    tables: list[Table] = [*Base.metadata.sorted_tables]
    with database.reading() as work:
        return {
            table.name: sorted(str(tuple(row)) for row in work.session.execute(select(table)))
            for table in tables
        }


def everything_kept(database: Database) -> str:
    """All that stands in the tables of the request log."""
    with database.reading() as work:
        return "\n".join(
            str(tuple(row))
            for name in ("exchanges", "exchange_counts", "terminal_uses")
            for row in work.session.execute(text(f"SELECT * FROM {name}"))  # noqa: S608
        )
