"""One small table, and the rows in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from adapter.db import Database

Rows = Callable[[], list[int]]


@pytest.fixture
def numbers(database: Database) -> Rows:
    """What the table `numbers` holds now, as anybody else would see it."""
    with database.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))

    def read() -> list[int]:
        with database.reading() as looking:
            rows = looking.session.scalars(text("SELECT number FROM numbers ORDER BY 1"))
            return list(rows)

    return read


@pytest.fixture
def serving(database_url: str, make_database: Callable[..., Database], impatient: None) -> Database:
    """The test's database as a server opens it: every wait ends, here within half the time."""
    return make_database(database_url, serving=True, pool_size=2)
