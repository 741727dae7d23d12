"""All that a database holds, so that a test can say that nothing changed."""

from __future__ import annotations

from sqlalchemy import select

from adapter.db import Base, Database


def rows(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table, as texts that can be compared."""
    with database.reading() as work:
        return {
            table.name: sorted(repr(tuple(row)) for row in work.session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in without
        }
