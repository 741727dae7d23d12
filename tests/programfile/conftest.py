"""Fixtures of the program file's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.db import Database
from tests.clock import Clock
from tests.databases import SqliteCopies


@pytest.fixture
def sqlite_database(
    sqlite_copies: SqliteCopies, tmp_path: Path, clock: Clock
) -> Iterator[Database]:
    """A migrated database for tests whose subject no engine sees."""
    database = Database(sqlite_copies.make(tmp_path), clock=clock, sqlite_synchronous="OFF")
    yield database
    database.dispose()
