"""A commit waits for the standby: what the standby may not have is never acknowledged."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.faults.backup.tools import ask
from tests.faults.failover.pair import Pair, wait_until
from tests.faults.journal import Ask, Kind
from tests.faults.outages.house import LATER, SERVED, House
from tests.faults.terminal import Line
from tests.protocols.callers import postgresql_only

pytestmark = postgresql_only
TILLS = 4
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.mark.usefixtures("impatient")
def test_without_its_standby_nothing_is_acknowledged_until_it_is_back(
    pair: Pair, make_house: Callable[..., House]
) -> None:
    """The server's own time-outs do not end that wait; ours do."""
    house = make_house(pair.url())
    pair.be_synchronous()
    with house.selling(tills=TILLS):
        house.journal.wait_for(20)
        pair.standby.stop()
        told = house.journal.told
        assert house.writes() == LATER
        assert house.reads() == dict.fromkeys(LATER, SERVED)
        # What was on its way when the standby stopped may have got there.
        assert house.journal.told - told <= TILLS
        pair.standby.start()
        pair.wait_until_synchronous()
        house.journal.wait_for(20)

    wait_until(lambda: ask(pair.primary.url(), WAITING) == [])
    house.assert_serves()
    house.assert_agrees(in_doubt=True)


def test_a_wait_that_an_operator_cuts_short_is_no_acknowledgement(
    pair: Pair, make_house: Callable[..., House]
) -> None:
    """PostgreSQL then says that it has committed, with a warning: on the primary alone."""
    house = make_house(pair.url())
    pair.be_synchronous()
    pair.standby.stop()
    sale = Ask(Kind.SALE, house.shop.phones[0], "S-1", 100)
    with closing(Line(house.url, house.journal)) as till:
        asking = threading.Thread(target=till.say, args=[sale])
        asking.start()
        wait_until(lambda: len(ask(pair.primary.url(), WAITING)) == 1)
        ask(pair.primary.url(), f"SELECT pg_cancel_backend(pid) FROM ({WAITING}) AS waiting")
        asking.join()

        assert house.journal.told == 0 and house.journal.unanswered[sale] == 1
        pair.standby.start()
        pair.wait_until_synchronous()
        till.say(sale)

    assert house.journal.told == 1
    house.assert_agrees()
