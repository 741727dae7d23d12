"""The primary dies, the standby takes over: nothing acknowledged is lost, and it is found alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from adapter.db import Database
from tests.faults.backup.tools import socket_of
from tests.faults.failover.pair import Pair, pair_of
from tests.faults.host import Host
from tests.faults.journal import Journal
from tests.faults.outages.house import LATER, SERVED, House
from tests.faults.reckoning import assert_agree
from tests.faults.shop import open_shop
from tests.faults.terminal import selling
from tests.postgresql import Server
from tests.protocols.callers import postgresql_only
from tests.protocols.outages import Line

pytestmark = postgresql_only
# What docs/operate.md promises, counted from the end of the promotion.
BACK_WITHIN = 10


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_and_the_standby_is_found_alone(
    make_server: Callable[[], Server],
    make_database: Callable[..., Database],
    tmp_path: Path,
    rounds: int,
) -> None:
    # Two servers, their data and gunicorn are started for each: a tenth of the rounds of others.
    for number in range(max(1, rounds // 10)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pair_of(make_server()) as pair:
            shop, journal = open_shop(make_database(pair.url())), Journal()
            pair.be_synchronous()
            with Host(pair.url(), folder) as host, selling(host.url, shop, journal):
                journal.wait_for(40)
                pair.kill_primary()
                pair.promote()
                journal.wait_for(1, within=BACK_WITHIN)
                journal.wait_for(40)

            assert_agree(make_database(pair.standby.url("adapter")), shop, journal)


def test_a_primary_that_is_silent_is_given_up_for_the_standby(
    pair: Pair, make_house: Callable[..., House]
) -> None:
    """A machine that is gone refuses nobody: whoever calls waits."""
    line = Line(pair.primary.url("adapter"))
    try:
        port = make_url(line.url()).port
        through = pair.url("127.0.0.1", socket_of(pair.standby), ports=f"{port},")
        house = make_house(pair.url(), through=through)
        pair.be_synchronous()
        with house.selling():
            house.journal.wait_for(40)
            line.cut()
            pair.kill_primary()
            pair.promote()
            house.journal.wait_for(1, within=BACK_WITHIN)
            house.journal.wait_for(40)

        house.assert_serves()
        house.assert_agrees()
    finally:
        line.close()


@pytest.mark.usefixtures("impatient")
def test_a_standby_answers_lookups_and_takes_writes_once_it_is_promoted(
    pair: Pair, make_house: Callable[..., House]
) -> None:
    house = make_house(pair.url(), through=pair.standby.url("adapter"))
    pair.wait_until_followed()

    assert house.reads() == dict.fromkeys(LATER, SERVED)
    assert house.writes() == LATER
    pair.kill_primary()
    pair.promote()

    house.assert_serves()
    house.assert_agrees()
