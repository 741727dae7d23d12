"""§8.5, and the order of checks of §2: what is refused of orders, and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from adapter.core import members
from adapter.core.members import IdentityKind, MemberStatus
from tests.protocols.state import rows
from tests.protocols.swip.bills import (
    LINE,
    ORDER,
    TABLE,
    bill,
    check,
    create,
    entries,
    good,
    has,
    show,
    sound,
    step,
    told,
)
from tests.protocols.swip.people import (
    BLOCKED_PASS,
    BLOCKED_PHONE,
    INACTIVE_PHONE,
    NOBODY,
    PASS,
    PHONE,
    add_maria,
    add_people,
)
from tests.protocols.swip.plugin import ORDERS, Plugin, refusal, refused


@pytest.fixture
def till(order_plugin: Plugin) -> Plugin:
    """The plugin of a merchant with whom orders were agreed, and who has customers."""
    add_people(order_plugin)
    return order_plugin


def ready(till: Plugin, **changes: Any) -> str:
    """The id of an order of Мария's."""
    order_id = create(till, **changes)
    good(step(till, order_id, "bind", phone=PHONE))
    return order_id


def test_what_is_checked_first_decides(till: Plugin) -> None:
    """D7: form, order, customer, blocked, rule."""
    closed = create(till, parentRefId=TABLE)
    good(step(till, closed, "close", amount=0))

    for order_id in ("x", closed):
        assert refused(step(till, order_id, "bind", phone="79abc")) == (400, 1011)
    assert refused(step(till, "x", "bind", phone=NOBODY)) == (404, 1004)
    assert refused(bill(till, "bind", parentRefId="x", phone=NOBODY)) == (404, 1004)
    for ask in (partial(step, till, closed, "bind"), partial(bill, till, "bind")):
        assert refusal(ask(phone="8 999 000 11 22")) == (400, 9, f"Customer[{NOBODY}] not found")
        assert refusal(ask(phone=PHONE, pass_=" P ")) == (400, 9, "Customer[P] not found")
        assert refused(ask(phone=PHONE, pass_=BLOCKED_PASS)) == (400, 1011)
        wanted = (400, 1012, f"Customer[{BLOCKED_PHONE}] is blocked")
        assert refusal(ask(phone=BLOCKED_PHONE)) == wanted
        assert refused(ask(phone=INACTIVE_PHONE)) == (400, 1012)
        assert refused(ask(phone=PHONE, pass_=PASS)) == (422, 1030)


def test_who_was_blocked_meanwhile_spends_nothing(till: Plugin) -> None:
    order_id = ready(till)
    with till.database.unit_of_work() as work:
        (maria,) = members.by_identity(work, till.program.id, IdentityKind.PHONE, PHONE)
        members.set_status(work, maria, MemberStatus.BLOCKED)

    assert refused(step(till, order_id, "loyalty", points=10)) == (400, 1012)
    assert good(step(till, order_id, "close", amount=410))["points"] == 1540
    assert entries(till, maria) == []
    assert sound(till)


def test_one_id_of_the_merchants_is_one_order(till: Plugin) -> None:
    """§8.5: the same again is the same order, whatever way it is written; another is refused."""
    first = create(till)
    same = json.dumps(told(parentRefId=None, sessionCode="  ", later="?")).replace("410.0", "410")

    assert good(till.post(ORDERS, same.encode()))["id"] == first
    for changes in (
        {"total": 409},
        {"merchantCashier": "Олег"},
        {"parentRefId": TABLE},
        {"merchantOrderNumber": "1"},
        {"saleDate": ORDER["saleDate"] + 1},
        {"purchases": [LINE | {"unit": "л"}]},
        {"purchases": [LINE, LINE]},
    ):
        response = till.post(ORDERS, told(**changes))
        assert refused(response) == (422, 1030), changes
    assert create(till.with_headers(x_store_id="Store 8"), total=409) != first
    assert create(till.with_headers(x_cash_id="99")) == first


def test_points_need_a_customer_a_balance_and_a_limit(till: Plugin) -> None:
    """§8.5: 1031 for the points, 1030 for the order."""
    order_id = create(till, total=2000.0)
    assert refused(step(till, order_id, "loyalty", points=1)) == (422, 1030)
    assert good(step(till, order_id, "loyalty", points=0))["status"] == "OPEN"
    good(step(till, order_id, "bind", phone=PHONE))

    for points in (-1, 1541, 2001, 10**18, 10**90):
        assert refused(step(till, order_id, "loyalty", points=points)) == (422, 1031)
    cheap = ready(till, merchantOrderId="cheap", total=99.99)
    assert refused(step(till, cheap, "loyalty", points=100)) == (422, 1031)
    assert good(step(till, cheap, "loyalty", points=99))["pointsApplied"] == 99
    # What a refusal leaves is what stood before.
    assert refused(step(till, cheap, "loyalty", points=100)) == (422, 1031)
    assert show(till, cheap)["pointsApplied"] == 99
    # 99 are set aside: so many fewer for the other.
    assert refused(step(till, order_id, "loyalty", points=1442)) == (422, 1031)
    assert good(step(till, order_id, "loyalty", points=1441))["points"] == 0
    assert sound(till)


def test_points_leave_something_to_be_paid_with_money(till: Plugin) -> None:
    """An order closed with nothing is cancelled: one that points cover could not be closed."""
    order_id = ready(till)

    wanted = (422, 1031, "More points than may be used for this order")
    assert refusal(step(till, order_id, "loyalty", points=410)) == wanted
    assert good(step(till, order_id, "loyalty", points=409))["pointsApplied"] == 409

    closed = good(step(till, order_id, "close", amount=1))
    assert (closed["status"], closed["points"]) == ("CLOSED", 1540 - 409 + 1)
    assert sound(till)


def test_the_program_may_limit_what_is_paid_with_points(
    make_plugin: Callable[..., Plugin],
) -> None:
    settings = {"max_payment_minor": 5000, "min_payment_minor": 1000}
    till = make_plugin(agreed={"orders": True}, settings=settings)
    guest = add_maria(till)
    order_id = ready(till)

    for points in (9, 51):
        assert refused(step(till, order_id, "loyalty", points=points)) == (422, 1031)
    assert good(step(till, order_id, "loyalty", points=50))["pointsApplied"] == 50
    assert has(till, guest) == ("1490", "50")


def test_after_the_closing_nothing_goes(till: Plugin) -> None:
    """§8.5: except what is said again, and refunds of what was paid."""
    paid, cancelled = ready(till), ready(till, merchantOrderId="2", parentRefId=TABLE)
    good(step(till, paid, "close", amount=400))
    good(step(till, cancelled, "close", amount=0))

    for order_id, amount in ((paid, 0), (paid, 399.99), (cancelled, 400)):
        before = show(till, order_id)
        assert refused(step(till, order_id, "close", amount=amount)) == (422, 1030)
        assert refused(step(till, order_id, "bind", phone=PHONE)) == (422, 1030)
        for points in (0, 1):
            assert refused(step(till, order_id, "loyalty", points=points)) == (422, 1030)
        assert show(till, order_id) == before
    assert refused(step(till, cancelled, "refund", amount=1)) == (422, 1030)
    assert refused(bill(till, "loyalty", points=1)) == (422, 1030)
    assert refused(bill(till, "loyalty", points=-1)) == (422, 1030)


def test_a_bill_of_two_customers_shares_no_points(till: Plugin) -> None:
    first, second = check(till, 1), check(till, 2)
    good(bill(till, "bind", phone=PHONE))
    good(till.sign_up(phone="79261110000"))
    good(step(till, second, "bind", phone="79261110000"))

    assert refused(bill(till, "loyalty", points=10)) == (422, 1030)
    assert show(till, first)["pointsApplied"] == 0


def test_nothing_that_was_refused_leaves_a_trace(till: Plugin) -> None:
    order_id = create(till)
    before = rows(till.database)

    step(till, order_id, "bind", phone=BLOCKED_PHONE)
    step(till, order_id, "loyalty", points=10)
    step(till, order_id, "refund", amount=10)
    till.post(ORDERS, told(total=1))

    assert rows(till.database) == before
