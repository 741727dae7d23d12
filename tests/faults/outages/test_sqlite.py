"""A SQLite file that takes no writes: lookups go on, and the rest does when it takes them again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from tests.faults.outages.house import LATER, SERVED, House
from tests.protocols.callers import sqlite_only

pytestmark = [sqlite_only, pytest.mark.usefixtures("impatient")]


def test_a_file_that_may_only_be_read_for_a_while(
    database_url: str, make_house: Callable[..., House]
) -> None:
    """Said by each connection, since root may write to whatever is forbidden to others."""
    house, only_read = make_house(database_url), threading.Event()

    @event.listens_for(house.serving.engine, "checkout")
    def forbid(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA query_only = {int(only_read.is_set())}")

    with house.selling():
        house.journal.wait_for(20)
        only_read.set()
        house.is_refused()
        assert house.reads() == dict.fromkeys(LATER, SERVED)
        only_read.clear()
        house.journal.wait_for(20)

    house.assert_serves()
    house.assert_agrees()
