"""What a crowd of other processes is given."""

from __future__ import annotations

import pytest

from adapter.db import Database


@pytest.fixture
def url(database: Database) -> str:
    """How another process reaches the database."""
    return database.url.render_as_string(hide_password=False)
