"""An application with every path there can be, over a shop that has a little of everything."""

from __future__ import annotations

import pytest

from adapter.db import Database
from adapter.web.application import Application
from tests.apidocs.shop import open_shop
from tests.protocols.conftest import log_lines, log_text, make_app

__all__ = ["log_lines", "log_text", "make_app"]

PATHS = {
    "KOSHELEK_OFFERS_PATH": "/v1/offers/<card>",
    "KOSHELEK_PUSH_CALLBACK_PATH": "/v1/push",
    "LOG_LEVEL": "ERROR",
}


@pytest.fixture
def app(database: Database, make_app) -> Application:
    """The application."""
    open_shop(database)
    return make_app(**PATHS)
