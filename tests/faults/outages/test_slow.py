"""A database that takes its time: slower answers first, and then none but within seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.outages.house import LATER, House
from tests.faults.proxy import to_database
from tests.protocols.callers import postgresql_only

pytestmark = [postgresql_only, pytest.mark.usefixtures("impatient")]


def test_what_is_slow_is_served_and_what_is_too_slow_is_refused(
    database_url: str, make_house: Callable[..., House]
) -> None:
    with to_database(database_url) as line:
        house = make_house(database_url, through=line.url)
        with house.selling():
            house.journal.wait_for(20)
            line.delay = 0.02
            house.journal.wait_for(8)
            house.assert_serves()
            line.delay = 3
            assert house.reads() == house.writes() == LATER
            line.delay = 0
            house.journal.wait_for(20)

        house.assert_serves()
        # A statement that is on its way when nobody waits for it any more may yet arrive.
        house.assert_agrees(in_doubt=True)
