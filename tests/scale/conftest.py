"""The application of the protocols' tests, over the one engine that grows past a machine."""

from __future__ import annotations

import pytest

from tests.protocols.conftest import make_app

__all__ = ["make_app"]


@pytest.fixture
def engine_name() -> str:
    """PostgreSQL alone: SQLite has no rows that are locked, and no second machine."""
    return "postgresql"
