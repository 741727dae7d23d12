"""Twenty tills at once: equal steps end as one, and no point goes twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from adapter.core.members import Member
from tests.protocols.swip.bills import check, create, entries, good, has, sound, step, told
from tests.protocols.swip.people import PHONE, add_maria
from tests.protocols.swip.plugin import ORDERS, Plugin

TILLS = 20
PATIENCE = 60  # seconds; nobody waits that long unless something is wrong


@pytest.fixture
def till(order_plugin: Plugin) -> Plugin:
    """The plugin of a merchant with whom orders were agreed."""
    return order_plugin


@pytest.fixture
def guest(till: Plugin) -> Member:
    """Its customer, who has 1540 points."""
    return add_maria(till)


def at_once(till: Plugin, ask: Callable[[Plugin, int], TestResponse]) -> list[TestResponse]:
    """What each of twenty tills is answered that ask in the same moment."""
    barrier = Barrier(TILLS)

    def one(number: int) -> TestResponse:
        mine = replace(till, client=till.app.test_client())
        barrier.wait(PATIENCE)
        return ask(mine, number)

    with ThreadPoolExecutor(TILLS) as pool:
        return list(pool.map(one, range(TILLS)))


def only(answers: list[TestResponse]) -> dict[str, Any]:
    """The order that all of them are answered with."""
    found = [good(answer) for answer in answers]
    assert found == found[:1] * TILLS
    return found[0]


def test_an_order_told_twenty_times_is_one_and_is_closed_once(till: Plugin, guest: Member) -> None:
    order = only(at_once(till, lambda one, _: one.post(ORDERS, told())))
    order_id = order["id"]
    only(at_once(till, lambda one, _: step(one, order_id, "bind", phone=PHONE)))
    only(at_once(till, lambda one, _: step(one, order_id, "loyalty", points=100)))

    closed = only(at_once(till, lambda one, _: step(one, order_id, "close", amount=310)))

    assert closed["points"] == 1750
    assert entries(till, guest) == ["reservation", "capture", "accrual"]
    assert has(till, guest) == ("1750", "0")
    assert sound(till)


def test_of_a_payment_and_a_cancellation_one_stands(till: Plugin, guest: Member) -> None:
    order_id = create(till)
    good(step(till, order_id, "bind", phone=PHONE))
    good(step(till, order_id, "loyalty", points=100))

    answers = at_once(
        till, lambda one, number: step(one, order_id, "close", amount=310 * (number % 2))
    )

    codes = sorted(str(answer.json.get("code")) for answer in answers)
    assert codes == ["1030"] * (TILLS // 2) + ["None"] * (TILLS // 2)
    assert has(till, guest) in (("1750", "0"), ("1540", "0"))
    assert sound(till)


def test_the_last_points_are_set_aside_once(till: Plugin, guest: Member) -> None:
    """Each till has an order of its own, and wants 100 of the 1540 points there are."""
    checks = [check(till, number) for number in range(TILLS)]
    for order_id in checks:
        good(step(till, order_id, "bind", phone=PHONE))

    answers = at_once(till, lambda one, number: step(one, checks[number], "loyalty", points=100))

    codes = sorted(str(answer.json.get("code")) for answer in answers)
    assert codes == ["1031"] * (TILLS - 15) + ["None"] * 15
    assert has(till, guest) == ("40", "1500")
    assert sound(till)


def test_no_more_is_refunded_than_was_paid(till: Plugin, guest: Member) -> None:
    order_id = create(till)
    good(step(till, order_id, "bind", phone=PHONE))
    good(step(till, order_id, "close", amount=410))

    answers = at_once(till, lambda one, _: step(one, order_id, "refund", amount=100))

    codes = sorted(str(answer.json.get("code")) for answer in answers)
    assert codes == ["1030"] * (TILLS - 4) + ["None"] * 4
    assert has(till, guest) == ("1550", "0")
    assert sound(till)
