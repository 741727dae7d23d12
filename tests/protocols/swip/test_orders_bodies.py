"""§8.4: what is well-formed; of what is not, all is told at once, and nothing is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.state import rows
from tests.protocols.swip.bills import (
    LINE,
    ORDER,
    TABLE,
    bill,
    check,
    create,
    good,
    show,
    step,
    told,
)
from tests.protocols.swip.people import PHONE, add_maria
from tests.protocols.swip.plugin import ORDERS, Plugin, fields_of, refused

TEXTS = ("merchantOrderId", "merchantCashier", "merchantOrderNumber", "merchantCashierId")
WRONG_ORDERS: list[tuple[dict[str, Any], list[str]]] = [({name: ...}, [name]) for name in ORDER] + [
    ({"merchantOrderId": 5, "merchantCashier": None}, ["merchantOrderId", "merchantCashier"]),
    (
        {"merchantOrderId": " ", "merchantCashier": "x" * 256},
        ["merchantOrderId", "merchantCashier"],
    ),
    (
        {"saleDate": "1741944413000", "total": "410", "totalOriginal": True},
        ["saleDate", "total", "totalOriginal"],
    ),
    (
        {"saleDate": 1741944413, "total": 410.005, "totalOriginal": -1},
        ["saleDate", "total", "totalOriginal"],
    ),
    (
        {"saleDate": 1741944413000.5, "total": 1e14, "totalOriginal": None},
        ["saleDate", "total", "totalOriginal"],
    ),
    (
        {"saleDate": 10**90, "total": [], "totalOriginal": {}},
        ["saleDate", "total", "totalOriginal"],
    ),
    ({"purchases": []}, ["purchases"]),
    ({"purchases": LINE}, ["purchases"]),
    ({"purchases": [LINE, "x", None]}, ["purchases[1]", "purchases[2]"]),
    (
        {"purchases": [{}]},
        [f"purchases[0].{name}" for name in ("name", "quantity", "price", "amount")],
    ),
    (
        {
            "total": -1,
            "purchases": [
                LINE,
                LINE | {"price": "5", "quantity": 0},
                LINE | {"id": 7, "amount": 0.001},
            ],
        },
        [
            "total",
            "purchases[1].quantity",
            "purchases[1].price",
            "purchases[2].id",
            "purchases[2].amount",
        ],
    ),
    (
        {"purchases": [LINE | {"quantity": True, "name": "x" * 1001, "unit": 5}]},
        ["purchases[0].name", "purchases[0].quantity", "purchases[0].unit"],
    ),
    (
        {"purchases": [LINE | {"quantity": 1e-16, "price": -1, "amount": 1e300}]},
        ["purchases[0].quantity", "purchases[0].price", "purchases[0].amount"],
    ),
    ({"purchases": [LINE | {"amount": 9e12}, LINE | {"amount": 9e12}]}, ["purchases"]),
    (
        {"parentRefId": "a", "parentOrderRef": "b", "sessionCode": 1},
        ["sessionCode", "parentRefId", "parentOrderRef"],
    ),
    (
        {"parentRefId": "x" * 256, "merchantOrderNumber": 7, "merchantCashierId": {}},
        ["parentRefId", "merchantOrderNumber", "merchantCashierId"],
    ),
]


@OF_THE_SHAPE
def test_all_that_is_wrong_with_an_order_is_told_at_once(order_plugin: Plugin) -> None:
    before = rows(order_plugin.database)

    for changes, wanted in WRONG_ORDERS:
        response = order_plugin.post(ORDERS, told(**changes))

        assert refused(response) == (400, 1011), changes
        assert sorted(fields_of(response) or []) == sorted(wanted)
    assert rows(order_plugin.database) == before


@OF_THE_SHAPE
def test_of_very_many_wrong_lines_some_are_told(order_plugin: Plugin) -> None:
    response = order_plugin.post(ORDERS, told(purchases=[{}] * 100_000))

    assert len(fields_of(response) or []) == 4 * 50


@OF_THE_SHAPE
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"points": NaN}'])
def test_what_is_no_object_is_refused(order_plugin: Plugin, body: bytes) -> None:
    order_id = create(order_plugin)
    paths = [ORDERS, f"{ORDERS}/bind", f"{ORDERS}/loyalty"]

    for path in [
        *paths,
        *(f"{ORDERS}/{order_id}/{name}" for name in ("bind", "loyalty", "close", "refund")),
    ]:
        assert refused(order_plugin.post(path, body)) == (400, 1011)


WRONG_STEPS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("bind", {}, ["phone", "pass"]),
    ("bind", {"phone": " ", "pass_": None}, ["phone", "pass"]),
    ("bind", {"phone": "79abc", "pass_": 5}, ["phone", "pass"]),
    ("bind", {"phone": {}}, ["phone"]),
    ("loyalty", {}, ["points"]),
    ("loyalty", {"points": None}, ["points"]),
    ("loyalty", {"points": "100"}, ["points"]),
    ("loyalty", {"points": True}, ["points"]),
    ("loyalty", {"points": 1.5}, ["points"]),
    ("close", {}, ["amount"]),
    ("close", {"amount": -0.01}, ["amount"]),
    ("close", {"amount": "410"}, ["amount"]),
    ("close", {"amount": False}, ["amount"]),
    ("close", {"amount": 0.001}, ["amount"]),
    ("close", {"amount": 1e300}, ["amount"]),
    ("refund", {}, ["amount"]),
    ("refund", {"amount": 0}, ["amount"]),
    ("refund", {"amount": -5}, ["amount"]),
]


@OF_THE_SHAPE
def test_all_that_is_wrong_with_a_step_is_told_at_once(order_plugin: Plugin) -> None:
    order_id = create(order_plugin, parentRefId=TABLE)

    for name, body, wanted in WRONG_STEPS:
        response = step(order_plugin, order_id, name, **body)
        assert refused(response) == (400, 1011), (name, body)
        assert fields_of(response) == wanted
        if name in ("bind", "loyalty"):
            for parent in (..., None, " ", 7):
                response = bill(order_plugin, name, parentRefId=parent, **body)
                assert refused(response) == (400, 1011)
                assert sorted(fields_of(response) or []) == sorted([*wanted, "parentRefId"])
    assert show(order_plugin, order_id)["status"] == "OPEN"


@OF_THE_SHAPE
def test_two_names_of_one_bill_must_agree(order_plugin: Plugin) -> None:
    """D28."""
    add_maria(order_plugin)
    check(order_plugin, 1)

    assert (
        good(bill(order_plugin, "bind", phone=PHONE, parentOrderRef=TABLE))["parentRefId"] == TABLE
    )
    response = bill(order_plugin, "bind", phone=PHONE, parentOrderRef="TABLE-15")
    assert refused(response) == (400, 1011)
    assert fields_of(response) == ["parentRefId", "parentOrderRef"]


def test_what_is_as_long_as_it_may_be_is_kept(order_plugin: Plugin) -> None:
    """And read back as it was told, on either engine; numbers however they are written."""
    texts = dict.fromkeys(TEXTS, "Ы" * 255)
    line = LINE | {"id": "я" * 255, "productId": "ю" * 255, "parentId": "э" * 255, "unit": "ь" * 64}
    line |= {"name": "😀" * 1000, "price": 9e12, "amount": 9e12}
    line |= {"quantity": 123456789.0078125}
    order = told(
        **texts, parentRefId="ъ" * 255, sessionCode="щ" * 1000, purchases=[line], total=1e13
    )

    answer = good(order_plugin.post(ORDERS, order))

    assert {name: answer[name] for name in order} == order | {"purchases": [line]}
