"""§8.2: the flows of an order, and what the ledger holds after each step."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core import ledger, programs, transactions
from adapter.core.members import Member
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
    stands,
    step,
    told,
)
from tests.protocols.swip.people import PASS, PHONE, add_customer, add_maria
from tests.protocols.swip.plugin import CASH, ORDERS, STORE, Plugin

TOLD = ["merchantOrderId", "merchantCashier", "saleDate", "total", "totalOriginal", "purchases"]
TOLD += ["merchantOrderNumber", "merchantCashierId", "sessionCode", "parentRefId"]
ANSWERED = ["id", "status", "customer", "points", "discount", "pointsApplied", "amount", "refunded"]
LINE_KEYS = ["id", "parentId", "productId", "name", "quantity", "unit", "price", "amount"]


@pytest.fixture
def till(order_plugin: Plugin) -> Plugin:
    """The plugin of a merchant with whom orders were agreed."""
    return order_plugin


@pytest.fixture
def guest(till: Plugin) -> Member:
    """Its customer, who has 1540 points."""
    return add_maria(till)


def test_an_order_is_answered_with_all_that_was_told_of_it(till: Plugin) -> None:
    """§8.4: all keys, numbers as numbers, and null where nothing was said."""
    purchases = [LINE, {"name": "Сироп", "quantity": 0.5, "price": 0, "amount": 0, "parentId": "1"}]
    more = {"merchantOrderNumber": "77", "merchantCashierId": "K-1", "sessionCode": "QR", "x": 1}

    order = good(till.post(ORDERS, told(purchases=purchases, parentOrderRef=TABLE, **more)))

    assert list(order) == TOLD + ANSWERED
    sent = told(parentRefId=TABLE, purchases=order["purchases"], **more)
    assert order | sent == order | {"x": 1}
    first, second = order["purchases"]
    assert list(first) == list(second) == LINE_KEYS
    assert first == LINE | {"parentId": None, "productId": None}
    assert (second["id"], second["parentId"], second["unit"]) == (None, "1", None)
    assert (second["quantity"], second["price"]) == (0.5, 0)
    assert stands(order) == ("OPEN", 0, 0, None, 0)
    assert (order["customer"], order["discount"]) == (None, 0)
    assert show(till, order["id"]) == order


def test_a_session_code_is_invented_once(till: Plugin) -> None:
    """§8.4: where none or an empty one is told."""
    order = good(till.post(ORDERS, told(sessionCode="")))

    assert order["sessionCode"]
    assert good(till.post(ORDERS, told(sessionCode="")))["sessionCode"] == order["sessionCode"]


def test_points_are_set_aside_spent_and_earned(till: Plugin, guest: Member) -> None:
    """§8.2, standard: a debit and a credit, and nothing before the order is closed."""
    order_id = create(till)

    bound = good(step(till, order_id, "bind", phone="8 (926) 111-22-33"))
    assert bound["customer"] == {"name": "Мария Петрова", "phone": PHONE}
    assert stands(bound) == ("OPEN", 1540, 0, None, 0)
    assert entries(till, guest) == []

    held = good(step(till, order_id, "loyalty", points=100))
    assert stands(held) == ("LOYALTY_CALCULATION", 1440, 100, None, 0)
    assert has(till, guest) == ("1440", "100")

    closed = good(step(till, order_id, "close", amount=310.0))
    assert stands(closed) == ("CLOSED", 1750, 100, 310, 0)
    assert has(till, guest) == ("1750", "0")
    assert entries(till, guest) == ["reservation", "capture", "accrual"]
    assert till.points(pass_=PASS) == 1750
    assert sound(till)


def test_every_entry_says_at_which_store_and_cash_desk(till: Plugin, guest: Member) -> None:
    """D29; and the history has the sale of that store and its cashier."""
    order_id = create(till)
    step(till, order_id, "bind", pass_=PASS)
    step(till, order_id, "loyalty", points=100)
    good(step(till.with_headers(x_cash_id="13"), order_id, "close", amount=310.0))

    with till.database.reading() as work:
        told_of = [line.entry for line in ledger.statement(work, guest.id)][1:]
        (sale,) = transactions.of_members(work, [guest.id])
        assert [entry.channel for entry in told_of] == ["swip"] * len(told_of)
        assert {entry.outlet_code for entry in told_of} == {STORE}
        desks = {str(entry.kind): entry.terminal for entry in told_of}
        assert desks == {"reservation": CASH, "capture": "13", "accrual": "13"}
        (earned,) = [entry for entry in told_of if entry.kind == "accrual"]
        assert sale.actor == earned.actor == ORDER["merchantCashier"]
        assert (sale.source, sale.outlet_code, sale.total_minor) == ("swip", STORE, 41000)
        assert [item.name for item in sale.items] == [LINE["name"]]


def test_binding_tells_the_discount_worked_out(till: Plugin, guest: Member) -> None:
    """§8.1; and points pay for less than what is left."""
    with till.database.unit_of_work() as work:
        programs.put_deal(work, till.program.id, code="ten", name="Ten", terms={"percent": "10"})
    order_id = create(till)

    bound = good(step(till, order_id, "bind", phone=PHONE))

    assert bound["discount"] == 41
    assert step(till, order_id, "loyalty", points=369).json["code"] == 1031
    assert good(step(till, order_id, "loyalty", points=368))["pointsApplied"] == 368


def test_a_new_reservation_replaces_the_old_and_none_drops_it(till: Plugin, guest: Member) -> None:
    """§8.2, step 3, and §8.5."""
    order_id = create(till)
    good(step(till, order_id, "bind", phone=PHONE))

    for points in (100, 100, 409, 30):
        order = good(step(till, order_id, "loyalty", points=points))
        assert stands(order)[:3] == ("LOYALTY_CALCULATION", 1540 - points, points)
        assert has(till, guest) == (str(1540 - points), str(points))
    order = good(step(till, order_id, "loyalty", points=0))

    assert stands(order) == ("OPEN", 1540, 0, None, 0)
    assert has(till, guest) == ("1540", "0")
    assert sound(till)


def test_closing_with_nothing_cancels(till: Plugin, guest: Member) -> None:
    """§8.2, step 5: the points are free again, and nothing is earned."""
    order_id = create(till)
    step(till, order_id, "bind", phone=PHONE)
    step(till, order_id, "loyalty", points=100)

    cancelled = good(step(till, order_id, "close", amount=0))

    assert stands(cancelled) == ("CLOSED", 1540, 0, 0, 0)
    assert cancelled["amount"] is not None
    assert entries(till, guest) == ["reservation", "release"]
    assert sound(till)


def test_an_order_of_nobody_moves_no_points(till: Plugin, guest: Member) -> None:
    """§8.2: steps 2 and 3 are optional."""
    order_id = create(till)

    closed = good(step(till, order_id, "close", amount=410))

    assert stands(closed) == ("CLOSED", 0, 0, 410, 0)
    assert closed["customer"] is None
    assert entries(till, guest) == []
    assert sound(till)


def test_every_step_told_again_is_answered_as_before(till: Plugin, guest: Member) -> None:
    """§8.5: and has no effect."""
    order_id = create(till)
    assert create(till) == order_id
    for name, body in (
        ("bind", {"phone": PHONE}),
        ("loyalty", {"points": 100}),
        ("close", {"amount": 310}),
    ):
        first = good(step(till, order_id, name, **body))
        standing = entries(till, guest)

        assert good(step(till, order_id, name, **body)) == first
        assert entries(till, guest) == standing
        # The order itself too, whatever became of it.
        assert good(till.post(ORDERS, told())) == first
    assert sound(till)


def test_the_answer_to_a_closing_is_kept(till: Plugin, guest: Member) -> None:
    """§8.5: also when the customer's points have moved on."""
    order_id = create(till)
    step(till, order_id, "bind", phone=PHONE)
    first = good(step(till, order_id, "close", amount=410))
    other = create(till, merchantOrderId="another")
    step(till, other, "bind", phone=PHONE)
    good(step(till, other, "close", amount=410))

    assert good(step(till, order_id, "close", amount=410.0)) == first
    assert show(till, order_id) == first


def test_points_are_spread_over_the_checks_of_a_bill(till: Plugin, guest: Member) -> None:
    """§8.2, multi-check: in order of creation, each up to its limit; each closed on its own."""
    first, second, third = (check(till, number) for number in (1, 2, 3))
    create(till, merchantOrderId="of another bill", parentRefId="TABLE-15")

    bound = good(bill(till, "bind", pass_=PASS))
    assert list(bound) == ["parentRefId", "points", "orders"]
    assert (bound["parentRefId"], bound["points"]) == (TABLE, 1540)
    assert [order["id"] for order in bound["orders"]] == [first, second, third]
    assert {order["customer"]["phone"] for order in bound["orders"]} == {PHONE}

    held = good(bill(till, "loyalty", points=150))
    assert held["points"] == 1390
    assert [order["pointsApplied"] for order in held["orders"]] == [100, 50, 0]
    assert has(till, guest) == ("1390", "150")
    states = [order["status"] for order in held["orders"]]
    assert states == ["LOYALTY_CALCULATION", "LOYALTY_CALCULATION", "OPEN"]

    good(step(till, first, "close", amount=0))
    assert has(till, guest) == ("1490", "50")
    good(step(till, second, "close", amount=50))
    assert has(till, guest) == ("1540", "0")  # 50 of them earned by what was paid

    # Of the bill the third is left, and the only one that is spoken of now.
    left = good(bill(till, "loyalty", points=100, parentRefId=..., parentOrderRef=TABLE))
    assert [(order["id"], order["pointsApplied"]) for order in left["orders"]] == [(third, 100)]
    assert sound(till)


def test_points_set_aside_for_a_bill_replace_what_was_there(till: Plugin, guest: Member) -> None:
    first, second = check(till, 1), check(till, 2)
    good(bill(till, "bind", phone=PHONE))
    good(step(till, second, "loyalty", points=80))

    held = good(bill(till, "loyalty", points=120))
    assert [order["pointsApplied"] for order in held["orders"]] == [100, 20]
    assert has(till, guest) == ("1420", "120")

    dropped = good(bill(till, "loyalty", points=0))
    assert [order["status"] for order in dropped["orders"]] == ["OPEN", "OPEN"]
    assert has(till, guest) == ("1540", "0")
    assert show(till, first)["points"] == 1540
    assert sound(till)


def test_another_customer_may_be_bound_until_points_are_set_aside(
    till: Plugin, guest: Member
) -> None:
    other = add_customer(till, phone="79261110000", points=50)
    order_id = create(till)
    step(till, order_id, "bind", phone="79261110000")
    rebound = good(step(till, order_id, "bind", phone=PHONE))
    assert (rebound["customer"]["phone"], rebound["points"]) == (PHONE, 1540)

    good(step(till, order_id, "loyalty", points=10))
    refused = step(till, order_id, "bind", phone="79261110000")

    assert (refused.status_code, refused.json["code"]) == (422, 1030)
    assert show(till, order_id)["customer"]["phone"] == PHONE
    assert entries(till, other) == []


@pytest.mark.parametrize(
    ("settings", "points", "paid", "applied", "left"),
    [
        ({"points_decimals": 0, "point_value_minor": 50}, 819, 0.5, 819, 721),
        ({"point_value_minor": 2}, 204, 2, 204, 1338),
    ],
)
def test_points_are_worth_what_the_program_says(
    make_plugin: Any, settings: dict[str, Any], points: int, paid: float, applied: int, left: int
) -> None:
    """§8.5: below what the order comes to, and not a point more; a point is whole on the wire."""
    till = make_plugin(agreed={"orders": True}, settings=settings)
    guest = add_maria(till)
    order_id = create(till)
    step(till, order_id, "bind", phone=PHONE)

    assert step(till, order_id, "loyalty", points=points + 1).json["code"] == 1031
    assert good(step(till, order_id, "loyalty", points=points))["pointsApplied"] == applied
    assert good(step(till, order_id, "close", amount=paid))["points"] == left
    assert has(till, guest) == (str(left), "0")
    assert sound(till)
