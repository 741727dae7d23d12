"""A server for all the tests of a file, each of which hangs up when it is done."""

from __future__ import annotations

import pytest

from tests.overload.service import running


@pytest.fixture(scope="module")
def running_service(tmp_path_factory):
    """The server of a file."""
    with running(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def service(running_service):
    """The server, without a connection of an earlier test's."""
    yield running_service
    running_service.hang_up()
