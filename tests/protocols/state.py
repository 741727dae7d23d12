"""All that a database holds, so that a test can say that nothing changed."""

from __future__ import annotations

from functools import cache

from sqlalchemy import TextClause, select, text

from adapter.db import Base, Database


def rows(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table, as texts that can be compared."""
    tables = {name: table for name, table in Base.metadata.tables.items() if name not in without}
    with database.reading() as work:
        filled = set(work.session.scalars(_filled(tuple(tables))))
        return {
            name: sorted(repr(tuple(row)) for row in work.session.execute(select(table)))
            if name in filled
            else []
            for name, table in tables.items()
        }


@cache
def _filled(tables: tuple[str, ...]) -> TextClause:
    # Most of them are empty, and need not be asked one by one.
    looks = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)  # noqa: S608
    return text(" UNION ALL ".join(looks))
