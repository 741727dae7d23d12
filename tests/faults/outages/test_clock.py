"""A clock that is set by hours, forth and back, while the shop is open: nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from adapter import jobs
from adapter.core import programs
from adapter.core.errors import LoyaltyError
from adapter.core.payments import ReservationState
from adapter.db import Database
from tests.clock import Clock
from tests.factories import (
    balances,
    capture,
    findings,
    give_points,
    make_member,
    points,
    purse_of,
    reserve_points,
)
from tests.faults.outages.house import House

DAY = timedelta(days=1)


def test_tills_sell_on_while_the_clock_jumps(
    database_url: str,
    make_house: Callable[..., House],
    clock: Clock,
    chance: Random,
    rounds: int,
) -> None:
    house = make_house(database_url, clock=clock)
    with house.selling():
        for _ in range(2 * rounds):
            house.journal.wait_for(8)
            clock.now += timedelta(hours=chance.randint(-40, 40))
        house.journal.wait_for(8)

    house.assert_serves()
    house.assert_agrees()


def test_what_time_does_to_points_it_does_once_whatever_the_clock_says_next(
    database: Database, clock: Clock, chance: Random, rounds: int
) -> None:
    """Some expire, some become active, some are set aside until a deadline; the job comes by."""
    with database.unit_of_work() as work:
        program = programs.put(work, code="MAIN").terms()
        member = make_member(work, program)
        purse = purse_of(program, member)
        for days in range(1, 5):
            give_points(work, purse, 10, expires_at=clock.now + days * DAY)
            give_points(work, purse, 100, active_from=clock.now + days * DAY)
            reserve_points(work, purse, 1, deadline=clock.now + days * DAY)

    for _ in range(5 * rounds):
        clock.now += timedelta(hours=chance.randint(-60, 60))
        assert jobs.run(database).failed == 0
        with database.unit_of_work() as work:
            assert findings(work) == []
            give_points(work, purse, 1)

    clock.now += 100 * DAY
    for _ in range(2):
        jobs.run(database)
        with database.reading() as work:
            # What never expires is there, whatever was due in which order.
            held = points(400 + 5 * rounds).minor
            assert balances(work, program, member) == {"points": held, "credit": 0}
            assert findings(work) == []


@pytest.mark.parametrize("then", [timedelta(hours=-30), timedelta(days=-400)])
def test_what_ran_out_stays_so_when_the_clock_is_set_back(
    database: Database, clock: Clock, then: timedelta
) -> None:
    with database.unit_of_work() as work:
        program = programs.put(work, code="MAIN").terms()
        purse = purse_of(program, make_member(work, program))
        give_points(work, purse, 100)
        held = reserve_points(work, purse, 30, deadline=clock.now + DAY)
    clock.now += 2 * DAY
    assert jobs.run(database).reservations_released == 1

    clock.now += then

    assert jobs.run(database).reservations_released == 0
    with pytest.raises(LoyaltyError), database.unit_of_work() as work:
        capture(work, held)
    with database.reading() as work:
        assert work.session.get_one(type(held), held.id).state == ReservationState.EXPIRED
        assert findings(work) == []
