"""1.3: what is looked at first decides; whoever is not known learns of nothing else."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from werkzeug.test import TestResponse

from adapter.web.json import LARGEST_BODY
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.fidelizacion.people import BY_PHONE, INES, register_ines
from tests.protocols.fidelizacion.till import HEADERS, Till, refusal
from tests.protocols.state import rows

GOOD = b'{"member": {"phoneNumber": "612005544"}}'
# What can be wrong with a request, in the order in which it is found, and what is said of it.
STEPS: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
    ({"path": "/v1/member/nothing"}, ("4040000", None)),
    ({"method": "GET"}, ("4050000", None)),
    ({"x-api-key": "wrong"}, ("4010000", "headers.x-api-key")),
    ({"x-branch-id": None}, ("4000001", "headers.x-branch-id")),
    ({"x-pos-id": ""}, ("4000001", "headers.x-pos-id")),
    ({"x-source-type": None}, ("4000001", "headers.x-source-type")),
    ({"x-source-name": " "}, ("4000001", "headers.x-source-name")),
    ({"x-source-version": "9" * 61}, ("4000003", "headers.x-source-version")),
    ({"x-branch-id": "BR009"}, ("4030001", "headers.x-branch-id")),
    ({"x-return-assets": "none"}, ("4000003", "headers.x-return-assets")),
    ({"x-return-benefits": "1"}, ("4000003", "headers.x-return-benefits")),
    ({"Content-Type": "text/plain"}, ("4150000", "headers.content-type")),
    ({"body": b" " * (LARGEST_BODY + 1)}, ("4130000", None)),
    ({"body": b"{"}, ("4000002", "body")),
    ({"body": b"[]"}, ("1001", "body")),
    ({"body": b"{}"}, ("1001", "body.member")),
    ({"body": b'{"member": {"phoneNumber": "612009999"}}'}, ("203", "body.member.phoneNumber")),
]


@pytest.fixture
def shop(make_till: Any) -> Till:
    """The till of a business that keeps a list of its branches, with Ines for a member."""
    till = make_till(agreed={"branches": ["BR001", "BR002"]})
    register_ines(till)
    return till


def ask(till: Till, wrong: dict[str, Any]) -> TestResponse:
    """The reply to a request with which this is wrong, and nothing else."""
    headers = HEADERS | {key: text for key, text in wrong.items() if key in NAMED}
    return till.client.open(
        wrong.get("path", "/v1/member/details"),
        method=wrong.get("method", "POST"),
        data=wrong.get("body", GOOD),
        headers={name: text for name, text in headers.items() if text is not None},
    )


NAMED = {*HEADERS, "x-return-assets", "x-return-benefits"}


@OF_THE_SHAPE
def test_each_step_is_answered_in_its_way(shop: Till) -> None:
    assert ask(shop, {}).json["status"] == "success"

    for wrong, said in STEPS:
        assert refusal(ask(shop, wrong))[1::2] == said, str(wrong)[:50]


@OF_THE_SHAPE
def test_of_two_things_that_are_wrong_the_first_is_said(shop: Till) -> None:
    pairs = list(itertools.combinations(STEPS, 2))

    for (wrong, said), (worse, _) in pairs:
        if wrong.keys() & worse.keys():
            continue
        both = f"{str(wrong)[:40]} and {str(worse)[:40]}"
        assert refusal(ask(shop, worse | wrong))[1::2] == said, both
    assert len(pairs) == 136


@OF_THE_SHAPE
def test_two_missing_headers_are_reported_in_the_order_of_the_list(shop: Till) -> None:
    names = ["x-branch-id", "x-pos-id", "x-source-type", "x-source-name"]

    for first, second in itertools.combinations(names, 2):
        found = refusal(ask(shop, {second: None, first: None}))

        assert found == (400, "4000001", f"{first} header is required", f"headers.{first}")


@OF_THE_SHAPE
def test_a_missing_header_comes_before_one_that_is_too_long(shop: Till) -> None:
    assert refusal(ask(shop, {"x-branch-id": "B" * 256, "x-source-name": None}))[3] == (
        "headers.x-source-name"
    )


@OF_THE_SHAPE
def test_of_the_body_outer_fields_come_before_inner_ones(shop: Till) -> None:
    """1.3 step 7: in the order of the tables, breadth first."""
    sale: dict[str, Any] = {"transactionId": "R", "dateTime": "x", "totalAmount": "1"}
    bad_line: dict[str, Any] = {"lineId": 1}
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("/v1/member/update", {"member": {"phoneNumber": 5}}, "newMemberData"),
        ("/v1/member/update", {}, "member"),
        ("/v1/member/update", {"member": {}, "newMemberData": {"gdpr": 1}}, "member"),
        (
            "/v1/member/update",
            {"member": BY_PHONE, "newMemberData": {"birthday": 1, "firstName": 1}},
            "newMemberData.firstName",
        ),
        ("/v1/payment", {"member": {"email": 1}}, "payment"),
        ("/v1/payment", {"member": {"email": 1}, "payment": {}}, "member.email"),
        ("/v1/payment", {"member": BY_PHONE, "payment": {}}, "payment.action"),
        (
            "/v1/payment",
            {"payment": {"action": "cancel"}, "member": BY_PHONE},
            "payment.confirmationCode",
        ),
        ("/v1/transaction", {"transaction": sale, "usedAssets": 5}, "usedAssets"),
        (
            "/v1/transaction",
            {"transaction": SALE | {"items": [bad_line]}, "appliedDeals": [{}]},
            "appliedDeals.0.type",
        ),
        (
            "/v1/transaction",
            {"transaction": sale | {"items": [bad_line]}, "appliedDeals": [{}]},
            "transaction.dateTime",
        ),
        (
            "/v1/transaction",
            {"transaction": {"items": [bad_line, 5], "dateTime": 5}},
            "transaction.transactionId",
        ),
        (
            "/v1/transaction",
            {"transaction": SALE | {"items": [bad_line], "meansOfPayment": {}}},
            "transaction.meansOfPayment",
        ),
        (
            "/v1/transaction",
            {"transaction": SALE | {"items": [bad_line, 5]}},
            "transaction.items.1",
        ),
        (
            "/v1/transaction",
            {"transaction": SALE | {"items": [{"lineId": "1", "code": "a"}, bad_line]}},
            "transaction.items.0.quantity",
        ),
        (
            "/v1/transaction",
            {"transaction": SALE | {"meansOfPayment": [{"type": "a"}], "items": [bad_line]}},
            "transaction.items.0.lineId",
        ),
        ("/v1/event", {"event": {"payload": 5, "dateTime": 5}}, "event.type"),
        ("/v1/member/shortCode", {"member": {}}, "action"),
    ]
    for call, body, where in cases:
        found = refusal(shop.post(call, body))

        assert found[1::2] == ("1001", f"body.{where}"), (call, body)


SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 1000}


def test_whoever_is_not_known_learns_nothing(shop: Till) -> None:
    """Member or none, branch or none, good or bad: one answer, and nothing is written."""
    before = rows(shop.database)
    stranger = shop.with_headers(x_api_key="till-key-of-nobody")
    strangers = [
        stranger,
        stranger.with_headers(x_branch_id="BR009"),
        stranger.with_headers(x_branch_id=None, x_pos_id=None),
        stranger.with_headers(content_type="text/plain"),
        stranger.with_headers(x_return_assets="some"),
        stranger.with_headers(x_api_key=None),
        stranger.with_headers(x_api_key="  "),
        stranger.with_headers(x_api_key="till-key-of-the-test"),
        stranger.with_headers(x_api_key="ключ".encode().decode("latin-1")),
    ]

    replies = [
        reply
        for one in strangers
        for reply in (
            one.details(BY_PHONE),
            one.details({"phoneNumber": "612009999"}),
            one.register(**INES),
            one.pay(BY_PHONE, "x"),
            one.post("/v1/event", b"{"),
            one.post("/v1/transaction", b" " * (LARGEST_BODY + 1)),
        )
    ]

    assert len({(reply.status_code, reply.data) for reply in replies}) == 1
    assert replies[0].status_code == 401
    assert rows(shop.database) == before
