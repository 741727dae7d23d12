"""What no honest terminal sends: refused or handled as specified, and never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapter.core import programs
from adapter.core.amounts import LARGEST_MINOR
from adapter.web.json import LARGEST_BODY
from tests.factories import findings
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.fidelizacion.people import BY_PHONE, balance, give, grant, register_ines
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.state import rows

LINE = {"lineId": "1", "code": "TEA01", "quantity": 1, "netAmount": 1000}
SALE: dict[str, Any] = {
    "transactionId": "R-1",
    "dateTime": "2026-05-04T08:00:00Z",
    "totalAmount": 1000,
    "items": [LINE],
}
CALLS = (
    "/v1/member/register",
    "/v1/member/update",
    "/v1/member/details",
    "/v1/member/shortCode",
    "/v1/payment",
    "/v1/transaction",
    "/v1/event",
)


@pytest.fixture
def till(make_till: Any) -> Till:
    """A till of a business with rules of every kind, where Ines has points and an asset."""
    till = make_till(settings={"points_expire_after_days": 365})
    register_ines(till)
    give(till, 1000)
    grant(till, "as_1", terms={"percent": "10", "weekdays": ["mon"], "hours": ["22:00", "06:00"]})
    with till.database.unit_of_work() as work:
        for code, kind, terms in (
            ("morning", "multiplier", {"factor": "2", "hours": ["06:00", "12:00"]}),
            (
                "capped",
                "spending",
                {"points_per_unit": "1", "on_top": True, "max_points_per_day": "5"},
            ),
            ("visit", "event", {"event": "visit", "points": "1", "period": "week", "limit": 3}),
        ):
            programs.put_rule(work, till.program.id, code=code, kind=kind, terms=terms)
    return till


def items(number: int, **changes: Any) -> list[dict[str, Any]]:
    return [LINE | {"lineId": str(n)} | changes for n in range(number)]


def test_ten_thousand_items_are_a_sale(till: Till) -> None:
    many = [{"lineId": f"{n}", "code": "A", "quantity": 1, "netAmount": 1} for n in range(10_000)]
    sale = SALE | {"totalAmount": 10_000, "items": many}
    assert len(json.dumps(sale)) < LARGEST_BODY

    first = till.submit(sale, member=BY_PHONE)
    again = till.submit(sale, member=BY_PHONE)

    assert data_of(first)["earnedPoints"] > 0
    assert again.data == first.data
    preview = till.with_headers(x_return_benefits="true").details(
        BY_PHONE, transaction=sale | {"transactionId": "R-2"}
    )
    assert data_of(preview)["totalDiscount"] == 0
    assert data_of(till.cancel(data_of(first)["confirmationCode"]))["newBalance"]["points"] == 1000


def test_one_byte_more_than_a_mebibyte_is_too_much(till: Till) -> None:
    body = json.dumps({"event": {"type": "visit", "dateTime": "2026-05-04T08:00:00Z"}}).encode()
    full = body + b" " * (LARGEST_BODY - len(body))

    assert till.post("/v1/event", full).json["status"] == "success"
    for call in CALLS:
        assert refusal(till.post(call, full + b" "))[:2] == (413, "4130000")


def test_amounts_whose_sum_is_out_of_reach_are_refused(till: Till) -> None:
    """Each of them might be; together they would be more than a balance can hold."""
    before = rows(till.database)
    half = LARGEST_MINOR // 2 + 1

    for changes, where in (
        ({"netAmount": half}, "items.1.netAmount"),
        ({"netAmount": -half}, "items.1.netAmount"),
        ({"netAmount": half, "action": "return"}, "items.1.netAmount"),
        ({"netAmount": LARGEST_MINOR + 1}, "items.0.netAmount"),
    ):
        found = refusal(till.submit(SALE | {"items": items(3, **changes)}, member=BY_PHONE))

        assert found[2:] == ("netAmount must be a safe number", f"body.transaction.{where}")
    assert rows(till.database) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"items": [LINE | {"netAmount": LARGEST_MINOR}]},
        {"items": [], "totalAmount": LARGEST_MINOR},
        {"items": [], "totalAmount": LARGEST_MINOR, "totalGeneralDiscount": LARGEST_MINOR},
        {"items": [], "totalAmount": 0, "totalGeneralDiscount": LARGEST_MINOR},
        {"items": [LINE | {"netAmount": -LARGEST_MINOR}]},
        {"items": [LINE | {"action": "return"}], "totalAmount": -LARGEST_MINOR},
        {"meansOfPayment": [{"type": "POINTS", "amount": LARGEST_MINOR}] * 3},
        {"meansOfPayment": [{"type": "POINTS", "amount": -LARGEST_MINOR}]},
        {"totalTaxAmount": -LARGEST_MINOR},
        {"appliedDeals": [{"type": "X", "amount": LARGEST_MINOR}] * 10},
    ],
    ids=str,
)
def test_the_largest_amounts_are_reckoned_with(till: Till, changes: Any) -> None:
    sale = SALE | changes

    sold = till.submit(sale, member=BY_PHONE)
    looked = till.with_headers(x_return_benefits="true").details(
        BY_PHONE, transaction=sale, usedAssets=["as_1"]
    )

    assert sold.status_code in (200, 400), sold.text
    assert looked.status_code == 200, looked.text
    assert till.submit(sale).status_code in (200, 400)
    assert balance(till)["points"] >= 0
    with till.database.unit_of_work() as work:
        assert findings(work) == []


def test_no_number_of_large_sales_breaks_a_member(till: Till) -> None:
    """What would be more than a balance can hold is said of the total, and nothing is stored."""
    large = SALE | {"items": [], "totalAmount": LARGEST_MINOR}
    told = (400, "1001", "totalAmount must be a safe number", "body.transaction.totalAmount")
    refused = 0

    for number in range(12):
        before = rows(till.database)
        response = till.submit(large | {"transactionId": f"R-{number}"}, member=BY_PHONE)
        if response.status_code != 200:
            assert refusal(response) == told
            assert rows(till.database) == before
            refused += 1

    assert refused > 0
    assert till.details(BY_PHONE).status_code == 200


def test_a_sale_that_earns_more_than_can_be_kept_is_refused(make_till: Any) -> None:
    """Said of the total, and nothing is stored."""
    till = make_till(earning={"points_per_unit": "1000000"})
    register_ines(till)
    before = rows(till.database)

    found = refusal(till.submit(SALE | {"items": [], "totalAmount": 10**13}, member=BY_PHONE))

    told = (400, "1001", "totalAmount must be a safe number", "body.transaction.totalAmount")
    assert found == told
    assert rows(till.database) == before


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T23:59:59+00:00",
        "1583-01-01T00:00:00Z",
        "1900-01-01T00:00:00.000001Z",
        "2026-03-29T01:30:00Z",
        "2026-10-25T00:30:00Z",
        "9999-12-31T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
    ],
)
def test_any_time_of_the_calendar_is_one(till: Till, moment: str) -> None:
    """Also where the local day, or the expiry of the points, lies beyond it."""
    sale = SALE | {"dateTime": moment, "openTime": moment}
    wanted = till.with_headers(x_return_benefits="true")

    assert wanted.details(BY_PHONE, transaction=sale, usedAssets=["as_1"]).status_code == 200
    sold = till.submit(sale, member=BY_PHONE)
    assert sold.status_code == 200, sold.text
    event = till.event({"type": "visit", "dateTime": moment}, member=BY_PHONE)
    assert event.status_code == 200, event.text
    assert till.pay(BY_PHONE, 5, transaction=sale).status_code == 200
    assert till.cancel(data_of(sold)["confirmationCode"]).status_code == 200


@pytest.mark.parametrize("birthday", ["0001-01-01", "9999-12-31", "1582-10-10"])
def test_any_day_of_the_calendar_is_a_birthday(till: Till, birthday: str) -> None:
    till.update(BY_PHONE, birthday=birthday)

    shown = till.details(BY_PHONE).json["member"]["birthday"]

    assert shown == f"{birthday}T00:00:00.000Z"


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@OF_THE_SHAPE
def test_a_document_may_be_so_deep_and_no_deeper(till: Till) -> None:
    head = '{"event": {"type": "visit", "dateTime": "2026-05-04T08:00:00Z", "payload": {"x": '

    fits = till.post("/v1/event", f"{head}{nested(61)}}}}}}}".encode())
    too_deep = till.post("/v1/event", f"{head}{nested(62)}}}}}}}".encode())

    assert fits.json["status"] == "success"
    assert refusal(too_deep)[:2] == (400, "4000002")


BAD_TEXTS = {
    "a NUL": b"a\\u0000b",
    "half a pair": b"\\ud800",
    "a raw NUL": b"a\0b",
    "Latin-1": "é".encode("latin-1"),
    "a raw line end": b"a\nb",
}


@OF_THE_SHAPE
def test_a_text_no_database_keeps_is_no_json(till: Till) -> None:
    before = rows(till.database)
    bodies = {
        "/v1/member/register": b'{"phoneNumber": "612009999", "firstName": "?"}',
        "/v1/transaction": b'{"transaction": {"transactionId": "?", "totalAmount": 1}}',
        "/v1/event": b'{"event": {"payload": {"?": 1}}}',
    }

    for name, text in BAD_TEXTS.items():
        for call, body in bodies.items():
            found = refusal(till.post(call, body.replace(b"?", text)))

            assert found == (400, "4000002", "Request body is not valid JSON", "body"), name
    assert rows(till.database) == before


ODD_TEXTS = [
    "\u202e\u200b",
    "\ufffd",
    "\x7f\x80",
    "𝕬𝖉",
    "e\u0301" * 30,
    "'; DROP TABLE x; --",
    "%00",
]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_an_odd_text_is_a_text(till: Till, text: str) -> None:
    """Kept as it came, found as it was kept."""
    line = LINE | {"lineId": text, "code": text, "name": text, "tags": [text]}
    sale = SALE | {"transactionId": text, "items": [line], "employee": text, "tags": [text]}
    event = {"type": text, "subType": text, "dateTime": SALE["dateTime"], "tags": [text]}

    assert data_of(till.submit(sale, member=BY_PHONE))["transactionId"] == text
    assert till.event(event).json["status"] == "success"
    assert till.update(BY_PHONE, firstName=text, externalId=text).json["status"] == "success"
    assert till.details({"externalId": text}).json["member"]["firstName"] == text
    for member in ({"membershipKey": text}, {"externalId": f"{text}x"}):
        assert refusal(till.details(member))[1] == "203"
    assert refusal(till.cancel(text))[1] == "4006101"
    assert refusal(till.cancel_payment(BY_PHONE, text))[1] == "4007101"
    assert refusal(till.submit(SALE, member=BY_PHONE, usedAssets=[text]))[1] == "4008101"


@OF_THE_SHAPE
def test_a_text_of_a_megabyte_is_too_long_wherever_it_stands(till: Till) -> None:
    long = "x" * 1_000_000
    bodies: list[tuple[str, Any]] = [
        ("/v1/member/details", {"member": {"membershipKey": long}}),
        ("/v1/member/details", {"member": {"email": f"{long}@x.yz"}}),
        ("/v1/member/details", {"member": {"externalId": long}}),
        ("/v1/member/details", {"member": {"shortCode": long}}),
        ("/v1/member/shortCode", {"action": "verify", "shortCode": long}),
        ("/v1/member/register", {"email": f"{long}@x.yz"}),
        ("/v1/transaction", {"action": "cancel", "confirmationCode": long}),
        ("/v1/transaction", {"transaction": SALE | {"tags": [long]}}),
        ("/v1/transaction", {"transaction": SALE | {"orderType": long}}),
        ("/v1/transaction", {"transaction": SALE | {"items": [LINE | {"name": long}]}}),
        (
            "/v1/transaction",
            {"member": BY_PHONE, "transaction": SALE, "usedAssets": [{"key": long}]},
        ),
        ("/v1/transaction", {"member": BY_PHONE, "transaction": SALE, "usedAssets": [long]}),
        (
            "/v1/payment",
            {"member": BY_PHONE, "payment": {"action": "cancel", "confirmationCode": long}},
        ),
        ("/v1/event", {"event": {"type": long, "dateTime": SALE["dateTime"]}}),
    ]

    for call, body in bodies:
        found = refusal(till.post(call, body))

        assert found[:2] == (400, "1001"), (call, found)
        assert "length must be less than or equal to" in found[2]


def test_a_payload_of_nearly_a_megabyte_is_kept(till: Till) -> None:
    payload = {"x": "é" * 400_000}
    body = {"event": {"type": "visit", "dateTime": SALE["dateTime"], "payload": payload}}

    assert till.post("/v1/event", body).json["status"] == "success"


def test_equal_keys_count_once(till: Till) -> None:
    """The last, as everywhere in this house."""
    body = (
        b'{"member": {"phoneNumber": 5}, "member": {"phoneNumber": 1, "phoneNumber": "612005544"}}'
    )

    assert till.post("/v1/member/details", body).json["member"]["firstName"] == "Ines"


def test_many_lists_may_be_long(till: Till) -> None:
    many = [{"type": "CASH", "amount": 1}] * 5000
    sale = SALE | {"payments": many, "tags": ["x"] * 5000, "items": [LINE | {"tags": ["y"] * 5000}]}
    deals = [{"type": "X", "amount": 1}] * 5000

    assert till.submit(sale, appliedDeals=deals).json["status"] == "success"
    unknown = till.submit(
        SALE | {"transactionId": "R-2"},
        member=BY_PHONE,
        usedAssets=[f"no_{n}" for n in range(20_000)],
    )
    assert refusal(unknown)[1] == "4008101"
