"""Fixtures of the program file's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapter.db import Database
from tests.clock import Clock
from tests.shelf import Shelf, borrowed


@pytest.fixture
def sqlite_database(sqlite_shelf: Shelf, clock: Clock) -> Iterator[Database]:
    """A migrated database for tests whose subject no engine sees."""
    with borrowed(sqlite_shelf, clock) as borrow:
        yield borrow()
