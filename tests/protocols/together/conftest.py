"""One retailer, three platforms, and an eye on every reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapter.db import Database
from adapter.web.application import Application
from tests.protocols.together.shop import Shop, open_shop


@pytest.fixture
def make_shop(database: Database, make_app: Callable[..., Application]) -> Callable[..., Shop]:
    """A function that opens a shop with these settings of its program, in a database of its own if
    one is given.
    """

    def make(database: Database = database, **settings: Any) -> Shop:
        return open_shop(make_app, database, **settings)

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop that welcomes with 50 points, which live for a year; nobody is its customer."""
    return make_shop(points_expire_after_days=365, welcome_points="50")
