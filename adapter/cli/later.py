"""Tables of a later version, and whether this one can go on with them while that is rolled out."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import inspect

from adapter.db import Database
from adapter.db.base import Base


def obstacles(database: Database) -> Iterator[str]:
    """What keeps this version from it: what is gone, and what no row can be without any more."""
    with database.engine.execution_options(begin="BEGIN").connect() as connection:
        there = {
            name: found for (_, name), found in inspect(connection).get_multi_columns().items()
        }
    for table in Base.metadata.sorted_tables:
        if table.name not in there:
            yield f"the table {table.name} is gone"
            continue
        columns = {column["name"]: column for column in there[table.name]}
        for name in sorted(table.columns.keys() - columns.keys()):
            yield f"the column {table.name}.{name} is gone"
        for name in sorted(columns.keys() - table.columns.keys()):
            one = columns[name]
            if not (one["nullable"] or one["default"] or {"computed", "identity"} & one.keys()):
                yield f"the column {table.name}.{name} wants a value that only a newer version has"
