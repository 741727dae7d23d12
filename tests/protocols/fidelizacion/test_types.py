"""3.3, 3.4: every field of every call takes what it takes, and turns nothing into anything."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.fidelizacion.people import BY_PHONE, INES, give, grant, register_ines
from tests.protocols.fidelizacion.till import Till, refusal

SALE = {
    "transactionId": "R-1",
    "openTime": "2026-05-04T08:00:00Z",
    "dateTime": "2026-05-04T08:05:00Z",
    "totalAmount": 1000,
    "totalTaxAmount": 90,
    "totalGeneralDiscount": 0,
    "orderType": "dineIn",
    "items": [
        {
            "lineId": "1",
            "code": "TEA01",
            "name": "Tea",
            "departmentCode": "HOT",
            "departmentName": "Hot drinks",
            "quantity": 1.5,
            "grossAmount": 1000,
            "netAmount": 1000,
            "action": "sale",
            "tags": ["new"],
        }
    ],
    "meansOfPayment": [{"type": "CASH", "amount": 1000}],
    "tags": ["lunch"],
    "employee": "Ana",
    "relatedTransactionId": "R-0",
    "usedAssets": [{"key": "as_1", "appliedAmount": 5}],
    "appliedDeals": [{"type": "PROMOTION", "amount": 5, "reason": "Five", "sourceId": "d"}],
}
MEMBER = BY_PHONE | {"email": INES["email"], "externalId": "CARD-1"}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/member/register": {"newMemberData": INES | {"externalId": "CARD-2"}},
    "/v1/member/update": {"member": MEMBER, "newMemberData": INES | {"externalId": "CARD-1"}},
    "/v1/member/details": {
        "member": MEMBER,
        "transaction": SALE,
        "usedAssets": [{"code": "TEA", "appliedAmount": 1}],
    },
    "/v1/member/shortCode": {"action": "verify", "member": BY_PHONE, "shortCode": "0000"},
    "/v1/payment": {
        "member": MEMBER,
        "payment": {"action": "pay", "amount": 5, "type": "POINTS", "verificationCode": "0000"},
        "transaction": SALE,
        "usedAssets": [{"key": "as_1"}],
    },
    "/v1/transaction": {
        "action": "submit",
        "member": MEMBER,
        "transaction": SALE | {"action": "submit"},
        "usedAssets": [{"key": "as_1"}],
        "appliedDeals": [{"type": "MANUAL", "amount": 1, "reason": "One", "sourceId": "m"}],
    },
    "/v1/event": {
        "member": MEMBER,
        "event": {
            "type": "visit",
            "subType": "kiosk",
            "dateTime": "2026-05-04T08:00:00Z",
            "payload": {"zone": "A"},
            "tags": ["morning"],
        },
    },
}
# What is wrong for each kind of value; a text that is no date or choice is for other tests.
WRONG = {
    str: [5, 1.5, True, [], {}, ["a"]],
    int: ["5", "", True, False, [], {}, None, 0.5, 10**15 + 1, -(10**16), 1e300],
    float: ["1", True, [], {}, 0, -1, 10**16, 1e-16, 1e300, 10**30],
    bool: [1, 0, "true", "on", "", [], {}],
    list: [5, "a", True, {}, {"0": "a"}],
    dict: [5, "a", True, [], [[]]],
}
EMPTY = ["", " ", "\t\n", "\u00a0"]


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every field and element within a document, with its path."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*path, key), inner
        if isinstance(inner, dict | list) and key != "payload":
            yield from fields(inner, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at this path."""
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def cases() -> Iterator[tuple[str, tuple[Any, ...], Any]]:
    """Each call, each path in it, and something that does not belong there."""
    for call, body in BODIES.items():
        for path, value in fields(body):
            for wrong in WRONG[type(value)]:
                # A used asset may be its key alone, and `newMemberData` no object (4.5, 5.1).
                lenient = isinstance(wrong, str) and "usedAssets" in path[:-1]
                flat = path == ("newMemberData",) and call.endswith("register")
                if not (lenient and isinstance(value, dict)) and not flat and wrong is not None:
                    yield call, path, wrong
            if isinstance(value, str):
                yield from ((call, path, blank) for blank in EMPTY)


@pytest.fixture
def verified(make_till: Any) -> Till:
    """The till of a business where even the code of a payment counts, and Ines is a member."""
    till = make_till(agreed={"verify_payments": True})
    register_ines(till, externalId="CARD-1")
    give(till, 1000)
    grant(till, "as_1")
    return till


def test_the_bodies_of_this_test_are_good(verified: Till) -> None:
    for call, body in BODIES.items():
        response = verified.post(call, body)

        assert response.status_code == 200, (call, response.text)


@OF_THE_SHAPE
@pytest.mark.parametrize("call", BODIES)
def test_what_is_of_another_type_is_refused_where_it_stands(verified: Till, call: str) -> None:
    tried = 0
    for _, path, wrong in (case for case in cases() if case[0] == call):
        response = verified.post(call, replaced(BODIES[call], path, wrong))

        status, code, message, where = refusal(response)
        shown = ".".join(map(str, ("body", *path)))
        last = f"{path[-2]}[{path[-1]}]" if isinstance(path[-1], int) else path[-1]
        assert (status, code, where) == (400, "1001", shown), (path, wrong)
        assert message.startswith(f"{last} "), (path, wrong)
        tried += 1
    assert tried > 10


@OF_THE_SHAPE
@pytest.mark.parametrize("call", BODIES)
def test_a_null_is_as_if_absent_and_unknown_fields_are_nothing(verified: Till, call: str) -> None:
    """3.3: at every level; what a call must have, it must then do without."""
    for path, _ in fields(BODIES[call]):
        if isinstance(path[-1], int):
            continue
        without = replaced(BODIES[call], path, None)
        removed = json.loads(json.dumps(without))
        place = removed
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

        given, absent = (verified.post(call, body).json for body in (without, removed))

        assert given["status"] == absent["status"], path
        assert given.get("error") == absent.get("error"), path
    more = BODIES[call] | {"x": 1, "members": [BY_PHONE], "data": {}, "status": "error"}
    assert verified.post(call, more).status_code == 200


@pytest.mark.parametrize("amount", [b"300", b"300.0", b"3e2", b"3.00E+2", b"30000e-2"])
def test_a_whole_number_is_one_however_it_is_written(till: Till, amount: bytes) -> None:
    """3.1."""
    register_ines(till)
    give(till, 300)
    body = b'{"member": {"phoneNumber": "612005544"}, "payment": {"action": "pay", "amount": %s}}'

    answer = till.post("/v1/payment", body % amount).json

    assert answer["newBalance"] == {"points": 0, "credit": 0}
    assert answer["amount"] == 300


NO_AMOUNTS = [
    (b"1" * 16, "must be a safe number"),
    (b"1" * 30, "must be a safe number"),
    (b"1" * 100, "must be a safe number"),
    (b"0.5", "must be an integer"),
    (b"1." + b"1" * 30, "must be an integer"),
    (b"999999999999999." + b"9" * 30, "must be an integer"),
    (b"-1e308", "must be a safe number"),
    (b"0", "must be a positive number"),
    (b"-0.0", "must be a positive number"),
]


@OF_THE_SHAPE
def test_a_number_that_is_no_amount(till: Till) -> None:
    body = b'{"member": {"phoneNumber": "612005544"}, "payment": {"action": "pay", "amount": %s}}'

    for number, message in NO_AMOUNTS:
        found = refusal(till.post("/v1/payment", body % number))

        assert found == (400, "1001", f"amount {message}", "body.payment.amount"), number


QUANTITIES = [
    ("0", "must be a positive number"),
    ("-2", "must be a positive number"),
    ("1" * 30, "must be a safe number"),
    ("0." + "0" * 15 + "1", "must have no more than 15 decimal places"),
    ("1e-300", "must have no more than 15 decimal places"),
    ("0.001", None),
    ("0.123456789012345", None),
    ("1000000000000000", None),
    ("2." + "0" * 90, None),
]


def test_a_quantity_has_a_reasonable_number_of_figures(till: Till) -> None:
    for number, (quantity, message) in enumerate(QUANTITIES):
        sale = SALE | {"transactionId": f"R-{number}", "usedAssets": []}
        body = json.dumps({"transaction": sale}).replace("1.5", quantity)

        response = till.post("/v1/transaction", body.encode())

        if message is None:
            assert response.json["status"] == "success", quantity
        else:
            wanted = (f"quantity {message}", "body.transaction.items.0.quantity")
            assert refusal(response)[2:] == wanted, quantity


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-04T08:05:00Z",
        "2026-05-04T08:05:00.000Z",
        "2026-05-04T08:05:00.123456789Z",
        "2026-05-04T08:05Z",
        "2026-05-04T08:05:00",
        "2026-05-04T10:05:00+02:00",
        "2026-05-04T10:05:00+0200",
        "2026-05-03T20:05:00.5-12:00",
        " 2026-05-04T08:05:00Z ",
    ],
)
def test_a_time_may_be_written_so(till: Till, written: str) -> None:
    """3.2."""
    sale = SALE | {"dateTime": "2026-05-04T08:05:00Z", "usedAssets": []}
    first = till.submit(sale).json["confirmationCode"]
    moment = written.strip()[16:].strip(":")
    again = till.submit(sale | {"dateTime": written})

    if ".1" in moment or ".5" in moment:
        assert refusal(again)[1] == "4006102"  # another moment is another content (7.1)
    else:
        assert again.json["confirmationCode"] == first


NO_TIMES = [
    "2026-05-04",
    "20260504T080500Z",
    "2026-05-04 08:05:00",
    "2026-05-04T08:05:00 Z",
    "2026-05-04T8:05:00Z",
    "2026-05-04T24:05:00Z",
    "2026-05-04T08:60:00Z",
    "2026-05-04T08:05:60Z",
    "2026-02-29T08:05:00Z",
    "2026-13-01T08:05:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-01:00",
    "2026-05-04T08:05:00+24:00",
    "2026-05-04T08:05:00Europe/Madrid",
    "2026-W19-1T08:05:00Z",
    "٢٠٢٦-05-04T08:05:00Z",
    "now",
]


@OF_THE_SHAPE
def test_a_time_may_not_be_written_so(till: Till) -> None:
    wanted = ("dateTime must be in ISO 8601 date format", "body.transaction.dateTime")

    for written in NO_TIMES:
        found = refusal(till.submit(SALE | {"dateTime": written, "usedAssets": []}))

        assert found[2:] == wanted, written


@pytest.mark.parametrize(
    "written, kept",
    [
        ("1988-04-09", "1988-04-09"),
        ("1988-04-09T00:00:00Z", "1988-04-09"),
        ("1988-04-09T23:30:00.000-05:00", "1988-04-09"),
        ("1988-02-29", "1988-02-29"),
        ("1987-02-29", None),
        ("1988-04-09T25:00:00Z", None),
        ("09.04.1988", None),
        ("1988-4-9", None),
        ("19880409", None),
        ("1988", None),
    ],
)
def test_a_birthday_is_a_date_or_the_date_of_a_time(
    till: Till, written: str, kept: str | None
) -> None:
    """4.2: its date part, whatever the zone."""
    response = till.register(phoneNumber="612005544", birthday=written)

    if kept is None:
        assert refusal(response)[2] == "birthday must be in ISO 8601 date format"
    else:
        assert response.json["member"]["birthday"] == kept


@pytest.mark.parametrize(
    "path, name, longest",
    [
        ("/v1/member/register", "firstName", 100),
        ("/v1/member/register", "lastName", 100),
        ("/v1/member/register", "externalId", 64),
        ("/v1/transaction", "transactionId", 128),
        ("/v1/event", "type", 128),
    ],
)
def test_a_text_has_its_longest(till: Till, path: str, name: str, longest: int) -> None:
    """4.1, 4.2, 4.6, 4.11: characters are counted, not bytes."""
    bodies = {
        "/v1/member/register": {"phoneNumber": "612005544"},
        "/v1/transaction": {"transaction": {"totalAmount": 1, "dateTime": "2026-05-04T08:00:00Z"}},
        "/v1/event": {"event": {"dateTime": "2026-05-04T08:00:00Z"}},
    }
    bodies["/v1/transaction"]["transaction"]["transactionId"] = "R"
    bodies["/v1/event"]["event"]["type"] = "visit"
    body = bodies[path]
    inner = body.get("transaction", body.get("event", body))

    inner[name] = "ж" * (longest + 1)
    too_long = refusal(till.post(path, body))
    inner[name] = "ж" * longest
    fits = till.post(path, body)

    wanted = f"{name} length must be less than or equal to {longest} characters long"
    assert too_long[2] == wanted
    assert fits.json["status"] == "success"
