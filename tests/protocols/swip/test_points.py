"""D14: what may be spent now, in whole points, rounded down and never below none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.core.members import Member
from tests.factories import give_points, purse_of, reserve_points, reverse, spend_points
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.swip.people import PHONE, add_maria, give
from tests.protocols.swip.plugin import Plugin

DAY = timedelta(days=1)


def told(plugin: Plugin) -> int:
    """Her points, by either call."""
    points = plugin.points(phone=PHONE)
    assert plugin.profile(phone=PHONE).json["balance"] == points
    return points


@OF_THE_SHAPE
@pytest.mark.parametrize(
    "decimals, given, shown",
    [
        (2, "0.99", 0),
        (2, "1.00", 1),
        (2, "11806.99", 11806),
        (0, "7", 7),
        (1, "6.9", 6),
        (2, "1000000000.01", 1_000_000_000),
    ],
)
def test_parts_of_a_point_are_left_out(
    make_plugin: Any, decimals: int, given: str, shown: int
) -> None:
    plugin: Plugin = make_plugin(settings={"points_decimals": decimals})
    add_maria(plugin, points=given)

    response = plugin.stats(phone=PHONE)

    assert response.data == f'{{"points": {shown}}}'.encode()
    assert told(plugin) == shown


def test_a_debt_is_no_points(make_plugin: Any) -> None:
    plugin: Plugin = make_plugin(settings={"allow_negative": True})
    maria = add_maria(plugin, points=0)
    purse = purse_of(plugin.program, maria, may_go_negative=True)

    for given, spent, shown in (("10", "4", 6), ("5", "10.01", 0), ("0.50", "30", 0)):
        with plugin.database.unit_of_work() as work:
            entry = give_points(work, purse, given)
            spend_points(work, purse, spent)
        assert told(plugin) == shown
    with plugin.database.unit_of_work() as work:
        reverse(work, purse, entry)
    assert told(plugin) == 0


def test_what_is_set_aside_cannot_be_spent(plugin: Plugin, maria: Member) -> None:
    with plugin.database.unit_of_work() as work:
        reserve_points(work, purse_of(plugin.program, maria), "40.50")

    assert told(plugin) == 1499


def test_what_expires_is_gone_before_the_job_came_by(plugin: Plugin) -> None:
    clock: Any = plugin.database.clock
    maria = add_maria(plugin, points=100)
    give(plugin, maria, 30, expires_at=clock.now + DAY)
    with plugin.database.unit_of_work() as work:
        reserve_points(work, purse_of(plugin.program, maria), 10)

    assert told(plugin) == 120
    clock.advance(DAY - timedelta(microseconds=1))
    assert told(plugin) == 120
    clock.advance(timedelta(microseconds=1))
    assert told(plugin) == 100


def test_what_is_not_active_yet_is_told_from_its_moment_on(plugin: Plugin) -> None:
    clock: Any = plugin.database.clock
    maria = add_maria(plugin, points=100)
    give(plugin, maria, 30, active_from=clock.now + DAY)
    give(plugin, maria, 7, active_from=clock.now + DAY, expires_at=clock.now + 2 * DAY)

    assert told(plugin) == 100
    clock.advance(DAY)
    assert told(plugin) == 137
    clock.advance(DAY)
    assert told(plugin) == 130


def test_credit_is_no_points(plugin: Plugin, maria: Member) -> None:
    with plugin.database.unit_of_work() as work:
        give_points(work, purse_of(plugin.program, maria, unit=plugin.program.unit("credit")), 9)

    assert told(plugin) == 1540
