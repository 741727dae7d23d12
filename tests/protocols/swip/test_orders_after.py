"""What becomes of an order later: refunded in parts, or left open until its time is over (§8.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapter import jobs
from adapter.core import transactions
from tests.clock import Clock
from tests.factories import spend_points
from tests.protocols.swip.bills import (
    TABLE,
    bill,
    check,
    create,
    entries,
    good,
    has,
    show,
    sound,
    stands,
    step,
    told,
)
from tests.protocols.swip.people import PHONE, add_maria, purse
from tests.protocols.swip.plugin import ORDERS, Plugin, refused

# Points are whole here, and worth a rouble each.
WHOLE = {"points_decimals": 0, "point_value_minor": 100}


@pytest.fixture
def till(make_plugin: Callable[..., Plugin]) -> Plugin:
    """The plugin of a merchant with whom orders were agreed, which live for an hour."""
    return make_plugin(agreed={"orders": True, "order_minutes": 60}, settings=WHOLE)


def sold(till: Plugin, *, points: int = 100, paid: float = 310) -> str:
    """The id of an order of Мария's, closed."""
    order_id = create(till)
    good(step(till, order_id, "bind", phone=PHONE))
    good(step(till, order_id, "loyalty", points=points))
    good(step(till, order_id, "close", amount=paid))
    return order_id


def test_refunds_give_back_and_take_back_in_proportion(till: Plugin) -> None:
    """§8.5: rounded down, and the last settles the remainder."""
    guest = add_maria(till)
    order_id = sold(till)
    assert has(till, guest) == ("1750", "0")

    # 100 points for 310 roubles: 32 of 32.25, then 38 of 38.7, and 30 are left.
    for amount, left, refunded in (
        (100.0, 1750 + 32 - 100, 100),
        (120.0, 1682 + 38 - 120, 220),
        (90.0, 1540, 310),
    ):
        order = good(step(till, order_id, "refund", amount=amount))
        assert stands(order) == ("CLOSED", left, 100, 310, refunded)
        assert has(till, guest) == (str(left), "0")
        assert show(till, order_id) == order
    assert refused(step(till, order_id, "refund", amount=0.01)) == (422, 1030)

    assert entries(till, guest)[3:] == ["reversal"] * 6
    with till.database.reading() as work:
        sales = transactions.of_members(work, [guest.id])
        assert [sale.total_minor for sale in sales] == [41000, -13200, -15800, -12000]
    assert sound(till)


def test_all_of_it_may_be_refunded_at_once_and_nothing_more(till: Plugin) -> None:
    guest = add_maria(till)
    order_id = sold(till, paid=310.55)

    assert refused(step(till, order_id, "refund", amount=310.56)) == (422, 1030)
    refunded = good(step(till, order_id, "refund", amount=310.55))

    assert stands(refunded)[1:] == (1540, 100, refunded["amount"], refunded["amount"])
    assert has(till, guest) == ("1540", "0")
    # What was closed with the same amount stays closed with it, and only that is said again.
    assert good(step(till, order_id, "close", amount=310.55)) == refunded
    assert sound(till)


def test_earned_points_that_are_spent_cannot_be_taken_back(till: Plugin) -> None:
    """Nobody falls below nothing."""
    guest = add_maria(till, points=100)
    order_id = sold(till)
    with till.database.unit_of_work() as work:
        spend_points(work, purse(till, guest), 300)

    refunded = good(step(till, order_id, "refund", amount=310))

    # 10 were left and 100 came back: they are what is taken of the 310 earned.
    assert (refunded["points"], refunded["refunded"]) == (0, 310)
    assert has(till, guest) == ("0", "0")
    assert sound(till)


def test_money_of_nobody_known_is_refunded(till: Plugin) -> None:
    order_id = create(till)
    assert refused(step(till, order_id, "refund", amount=1)) == (422, 1030)
    good(step(till, order_id, "close", amount=410))

    refunded = good(step(till, order_id, "refund", amount=120.0))

    assert stands(refunded) == ("CLOSED", 0, 0, 410, 120)
    assert sound(till)


def test_an_order_that_nobody_closes_counts_as_cancelled(till: Plugin, clock: Clock) -> None:
    """D27: from its deadline on, and its points are free again."""
    guest = add_maria(till)
    order_id = create(till, parentRefId=TABLE)
    good(step(till, order_id, "bind", phone=PHONE))
    good(step(till, order_id, "loyalty", points=100))

    clock.advance(timedelta(minutes=59, seconds=59))
    assert show(till, order_id)["status"] == "LOYALTY_CALCULATION"
    assert jobs.run(till.database).reservations_released == 0

    clock.advance(timedelta(seconds=1))
    lapsed = show(till, order_id)
    assert stands(lapsed)[0] == "CLOSED"
    assert stands(lapsed)[2:] == (0, 0, 0)
    assert jobs.run(till.database).reservations_released == 1
    assert has(till, guest) == ("1540", "0")
    assert stands(show(till, order_id)) == ("CLOSED", 1540, 0, 0, 0)

    said: list[tuple[str, dict[str, Any]]] = [
        ("bind", {"phone": PHONE}),
        ("loyalty", {"points": 0}),
        ("close", {"amount": 310}),
        ("refund", {"amount": 1}),
    ]
    for name, body in said:
        assert refused(step(till, order_id, name, **body)) == (422, 1030)
    assert refused(bill(till, "bind", phone=PHONE)) == (422, 1030)
    assert good(step(till, order_id, "close", amount=0)) == show(till, order_id)
    assert good(till.post(ORDERS, told(parentRefId=TABLE))) == show(till, order_id)
    assert entries(till, guest) == ["reservation", "release"]
    assert sound(till)


def test_a_lapsed_check_is_no_part_of_the_bill(till: Plugin, clock: Clock) -> None:
    add_maria(till)
    check(till, 1)
    clock.advance(timedelta(minutes=30))
    second = check(till, 2)
    clock.advance(timedelta(minutes=30))

    bound = good(bill(till, "bind", phone=PHONE))
    assert [order["id"] for order in bound["orders"]] == [second]
    held = good(bill(till, "loyalty", points=100))
    assert [order["pointsApplied"] for order in held["orders"]] == [100]
    assert sound(till)
