"""What the tests of outages ask for."""

from __future__ import annotations

import pytest

from tests.faults.backup.tools import new_database
from tests.faults.outages.fixtures import make_house, make_server, server
from tests.postgresql import Server

__all__ = ["make_house", "make_server", "server"]


@pytest.fixture
def server_url(server: Server) -> str:
    """The URL of an empty migrated database on that server."""
    return new_database(server)
