"""One retailer whose three platforms are overheard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapter.db import Database
from adapter.web.application import Application
from tests.protocols.exchanges.overheard import Overheard
from tests.protocols.together.shop import Shop, open_shop


@pytest.fixture
def shop(database: Database, make_app: Callable[..., Application]) -> Shop:
    """A shop that welcomes with 50 points; nobody is its customer."""
    return open_shop(make_app, database, welcome_points="50")


@pytest.fixture
def heard(shop: Shop) -> Overheard:
    """What of its exchanges is kept."""
    return Overheard(shop.wallet.app, shop.database)
