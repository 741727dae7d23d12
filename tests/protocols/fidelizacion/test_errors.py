"""Every row of section 9, provoked over HTTP and compared whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from adapter.core.errors import Throttled
from adapter.core.members import MemberStatus
from adapter.protocols.fidelizacion.errors import FAULTS
from adapter.web.json import LARGEST_BODY
from tests.protocols.contract import broken
from tests.protocols.fidelizacion.people import (
    BY_EMAIL,
    BY_PHONE,
    INES,
    give,
    grant,
    register_ines,
    status,
)
from tests.protocols.fidelizacion.till import Till, data_of, refusal

Make = Callable[..., Till]
SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 1000}
EVENT = {"type": "visit", "dateTime": "2026-05-04T08:00:00Z"}
NOBODY = {"phoneNumber": "612009999"}
NO_CODE = "00000000-0000-4000-8000-000000000000"


def with_ines(make_till: Make, **choices: Any) -> Till:
    """The till of a business of which Ines is a member with ten points."""
    till = make_till(**choices)
    register_ines(till)
    give(till, 1000)
    return till


def unknown_member(make_till: Make) -> TestResponse:
    return with_ines(make_till).details(NOBODY)


def phone_taken(make_till: Make) -> TestResponse:
    return with_ines(make_till).register(**INES)


def email_taken(make_till: Make) -> TestResponse:
    return with_ines(make_till).register(phoneNumber="612009999", email="INES@example.org")


def external_id_taken(make_till: Make) -> TestResponse:
    till = with_ines(make_till)
    till.register(phoneNumber="612009999", externalId="CARD-1")
    return till.update(BY_PHONE, externalId="CARD-1")


def too_little_credit(make_till: Make) -> TestResponse:
    return with_ines(make_till, settings={"paying_balance": "credit"}).pay(BY_PHONE, 1)


def too_few_points(make_till: Make) -> TestResponse:
    return with_ines(make_till).pay(BY_PHONE, 1001)


def mistake(make_till: Make) -> TestResponse:
    till = with_ines(make_till)
    with broken(till.app, KeyError("612005544")):
        return till.details(BY_PHONE)


def empty(make_till: Make) -> TestResponse:
    return make_till().details({"phoneNumber": " "})


def required(make_till: Make) -> TestResponse:
    return make_till().submit({"dateTime": "2026-05-04T08:00:00Z", "totalAmount": 1})


def no_string(make_till: Make) -> TestResponse:
    return make_till().details({"membershipKey": 5})


def no_number(make_till: Make) -> TestResponse:
    return make_till().submit(SALE | {"totalAmount": "1000"})


def no_boolean(make_till: Make) -> TestResponse:
    return make_till().register(phoneNumber="612005544", gdpr="true")


def no_array(make_till: Make) -> TestResponse:
    return make_till().submit(SALE | {"items": {}})


def no_object(make_till: Make) -> TestResponse:
    return make_till().details("612005544")  # type: ignore[arg-type]


def no_integer(make_till: Make) -> TestResponse:
    return make_till().pay(BY_PHONE, 300.5)


def not_positive(make_till: Make) -> TestResponse:
    return make_till().pay(BY_PHONE, -300)


def not_negative(make_till: Make) -> TestResponse:
    return make_till().cancel_payment(BY_PHONE, NO_CODE, amount=0)


def below_zero(make_till: Make) -> TestResponse:
    return make_till().submit(SALE | {"totalAmount": -1})


def no_choice(make_till: Make) -> TestResponse:
    return make_till().short_code("sent", member=BY_PHONE)


def no_date(make_till: Make) -> TestResponse:
    return make_till().event(EVENT | {"dateTime": "04.05.2026"})


def no_email(make_till: Make) -> TestResponse:
    return make_till().details({"email": "ines"})


def no_phone(make_till: Make) -> TestResponse:
    return make_till().details({"phoneNumber": "12345"})


def no_object_at_all(make_till: Make) -> TestResponse:
    return make_till().post("/v1/event", [])


def inactive(make_till: Make) -> TestResponse:
    till = with_ines(make_till)
    status(till, MemberStatus.INACTIVE)
    return till.pay(BY_PHONE, 1)


def two_members(make_till: Make) -> TestResponse:
    till = with_ines(make_till)
    till.register(**NOBODY)
    return till.details(NOBODY | BY_EMAIL)


def unknown_sale(make_till: Make) -> TestResponse:
    return make_till().cancel(NO_CODE)


def reused_reference(make_till: Make) -> TestResponse:
    till = make_till()
    till.submit(SALE)
    return till.submit(SALE | {"totalAmount": 1001})


def cancelled_sale(make_till: Make) -> TestResponse:
    till = make_till()
    till.cancel(data_of(till.submit(SALE))["confirmationCode"])
    return till.submit(SALE)


def wrong_code(make_till: Make) -> TestResponse:
    return with_ines(make_till).short_code("verify", shortCode="123")


def code_sent(make_till: Make) -> TestResponse:
    return with_ines(make_till, agreed={"verify_payments": True}).pay(BY_PHONE, 1)


def too_much(make_till: Make) -> TestResponse:
    return with_ines(make_till, settings={"max_payment_minor": 99}).pay(BY_PHONE, 100)


def too_little(make_till: Make) -> TestResponse:
    return with_ines(make_till, settings={"min_payment_minor": 101}).pay(BY_PHONE, 100)


def unknown_payment(make_till: Make) -> TestResponse:
    return with_ines(make_till).cancel_payment(BY_PHONE, NO_CODE)


def other_amount(make_till: Make) -> TestResponse:
    till = with_ines(make_till)
    code = data_of(till.pay(BY_PHONE, 100))["confirmationCode"]
    return till.cancel_payment(BY_PHONE, code, amount=-99)


def unknown_asset(make_till: Make) -> TestResponse:
    return with_ines(make_till).submit(SALE, member=BY_PHONE, usedAssets=["as_1"])


def used_asset(make_till: Make) -> TestResponse:
    till = with_ines(make_till)
    grant(till, "as_1")
    till.submit(SALE, member=BY_PHONE, usedAssets=["as_1"])
    again = SALE | {"transactionId": "R-2", "usedAssets": [{"id": "as_1"}]}
    return till.submit(again, member=BY_PHONE)


def no_key(make_till: Make) -> TestResponse:
    return make_till().with_headers(x_api_key=None).details(BY_PHONE)


def missing_header(make_till: Make) -> TestResponse:
    return make_till().with_headers(x_pos_id=" ").details(BY_PHONE)


def no_json(make_till: Make) -> TestResponse:
    return make_till().post("/v1/event", b"{")


def wrong_header(make_till: Make) -> TestResponse:
    return make_till().with_headers(x_return_assets="some").details(BY_PHONE)


def wrong_branch(make_till: Make) -> TestResponse:
    return make_till(agreed={"branches": ["BR002"]}).details(BY_PHONE)


def unknown_path(make_till: Make) -> TestResponse:
    return make_till().post("/v1/member/shortcode", {})


def wrong_method(make_till: Make) -> TestResponse:
    till = make_till()
    return till.client.get("/v1/payment", headers=dict(till.headers))


def too_large(make_till: Make) -> TestResponse:
    return make_till().post("/v1/event", b" " * (LARGEST_BODY + 1))


def other_type(make_till: Make) -> TestResponse:
    return make_till().with_headers(content_type="text/json").event(EVENT)


def compressed(make_till: Make) -> TestResponse:
    return make_till().with_headers(content_encoding="gzip").event(EVENT)


def throttled(make_till: Make) -> TestResponse:
    till = with_ines(make_till)
    for _ in range(5):
        till.short_code("send", member=BY_PHONE)
    return till.short_code("send", member=BY_PHONE)


# Code, message, status and path, as section 9 has them; `<f>` is the last part of the path.
ROWS: list[tuple[str, str, int, str | None, Callable[[Make], TestResponse]]] = [
    (
        "203",
        "Cannot find any member with the given identifier!",
        200,
        "body.member.phoneNumber",
        unknown_member,
    ),
    (
        "204",
        "Member already exists with the same phone number!",
        200,
        "body.newMemberData.phoneNumber",
        phone_taken,
    ),
    (
        "204",
        "Member already exists with the same email!",
        200,
        "body.newMemberData.email",
        email_taken,
    ),
    (
        "204",
        "Member already exists with the same externalId!",
        200,
        "body.newMemberData.externalId",
        external_id_taken,
    ),
    (
        "407",
        "creditBalance balance for members is insufficient to process the payment!",
        200,
        None,
        too_little_credit,
    ),
    (
        "407",
        "pointsBalance balance for members is insufficient to process the payment!",
        200,
        None,
        too_few_points,
    ),
    ("500", "Server error", 500, None, mistake),
    ("1001", "phoneNumber is not allowed to be empty", 400, "body.member.phoneNumber", empty),
    ("1001", "transactionId is required", 400, "body.transaction.transactionId", required),
    ("1001", "membershipKey must be a string", 400, "body.member.membershipKey", no_string),
    ("1001", "totalAmount must be a number", 400, "body.transaction.totalAmount", no_number),
    ("1001", "gdpr must be a boolean", 400, "body.newMemberData.gdpr", no_boolean),
    ("1001", "items must be an array", 400, "body.transaction.items", no_array),
    ("1001", "member must be an object", 400, "body.member", no_object),
    ("1001", "amount must be an integer", 400, "body.payment.amount", no_integer),
    ("1001", "amount must be a positive number", 400, "body.payment.amount", not_positive),
    ("1001", "amount must be a negative number", 400, "body.payment.amount", not_negative),
    (
        "1001",
        "totalAmount must be greater than or equal to 0",
        400,
        "body.transaction.totalAmount",
        below_zero,
    ),
    ("1001", "action must be one of [send, get, verify]", 400, "body.action", no_choice),
    ("1001", "dateTime must be in ISO 8601 date format", 400, "body.event.dateTime", no_date),
    ("1001", "email must be a valid email", 400, "body.member.email", no_email),
    (
        "1001",
        "phoneNumber must be a valid phone number",
        400,
        "body.member.phoneNumber",
        no_phone,
    ),
    ("1001", "body must be of type object", 400, "body", no_object_at_all),
    ("4001101", "Member is not active", 200, "body.member", inactive),
    (
        "4001102",
        "The given identifiers belong to different members",
        200,
        "body.member",
        two_members,
    ),
    (
        "4006101",
        "No transaction matches the given confirmation code",
        200,
        "body.confirmationCode",
        unknown_sale,
    ),
    (
        "4006102",
        "Transaction id was already used with different content",
        200,
        "body.transaction.transactionId",
        reused_reference,
    ),
    (
        "4006103",
        "Transaction was already cancelled",
        200,
        "body.transaction.transactionId",
        cancelled_sale,
    ),
    ("4007004", "Invalid verification code", 200, "body.shortCode", wrong_code),
    (
        "4007005",
        "A verification code was sent, repeat the request with it",
        200,
        "body.payment.verificationCode",
        code_sent,
    ),
    (
        "4007009",
        "Payment amount is over the allowed limit",
        200,
        "body.payment.amount",
        too_much,
    ),
    (
        "4007010",
        "Payment amount is below the allowed limit",
        200,
        "body.payment.amount",
        too_little,
    ),
    (
        "4007101",
        "No payment matches the given confirmation code",
        200,
        "body.payment.confirmationCode",
        unknown_payment,
    ),
    (
        "4007102",
        "Cancellation amount does not match the payment",
        200,
        "body.payment.amount",
        other_amount,
    ),
    ("4008101", "Asset not found for this member", 200, "body.usedAssets.0", unknown_asset),
    ("4008102", "Asset is not redeemable", 200, "body.transaction.usedAssets.0", used_asset),
    ("4010000", "Missing or invalid API key", 401, "headers.x-api-key", no_key),
    ("4000001", "x-pos-id header is required", 400, "headers.x-pos-id", missing_header),
    ("4000002", "Request body is not valid JSON", 400, "body", no_json),
    (
        "4000003",
        "x-return-assets header has an invalid value",
        400,
        "headers.x-return-assets",
        wrong_header,
    ),
    (
        "4030001",
        "Branch is not registered for this API key",
        403,
        "headers.x-branch-id",
        wrong_branch,
    ),
    ("4040000", "Not Found", 404, None, unknown_path),
    ("4050000", "Method not allowed", 405, None, wrong_method),
    ("4130000", "Request body is too large", 413, None, too_large),
    (
        "4150000",
        "Content-Type must be application/json",
        415,
        "headers.content-type",
        other_type,
    ),
    (
        "4150000",
        "Content-Encoding is not accepted",
        415,
        "headers.content-encoding",
        compressed,
    ),
    ("4290000", "Too many requests", 429, None, throttled),
]
# What nothing a till sends can bring about, but another part of the core might.
FOR_OTHERS = {"4000101", "4000102", "4000103"}


@pytest.mark.parametrize(
    "code, message, status_sent, path, provoke", ROWS, ids=[row[-1].__name__ for row in ROWS]
)
def test_a_row_of_section_9(
    make_till: Make,
    code: str,
    message: str,
    status_sent: int,
    path: str | None,
    provoke: Callable[[Make], TestResponse],
) -> None:
    response = provoke(make_till)

    error = {"code": code, "message": message} | ({"path": path} if path else {})
    assert response.status_code == status_sent
    assert response.json == {"status": "error", "error": error}


def test_every_row_of_the_table_was_provoked() -> None:
    provoked = {(code, status_sent) for code, _, status_sent, _, _ in ROWS}

    assert {(f.code, f.status) for f in FAULTS.values() if f.code not in FOR_OTHERS} == provoked
    assert {fault.code for fault in FAULTS.values()} - {row[0] for row in ROWS} == FOR_OTHERS


def test_the_texts_of_the_table_are_those_that_were_compared() -> None:
    compared = {message for _, message, _, _, _ in ROWS}
    fixed = {f.message for f in FAULTS.values() if "{" not in f.message}

    assert {text for text in fixed if text not in compared} == {
        "The request has an invalid value",
        "Not found in this business",
        "Already in use",
        "Refused by the rules of the business",
    }


def test_whoever_asks_too_often_is_told_when_to_come_back(make_till: Make, clock: Any) -> None:
    till = with_ines(make_till)
    with broken(till.app, Throttled(retry_after=17)):
        response = till.details(BY_PHONE)

    assert refusal(response)[:2] == (429, "4290000")
    assert response.headers["Retry-After"] == "17"


def test_a_wrong_method_names_the_right_one(make_till: Make) -> None:
    till = make_till()

    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        response = till.client.open("/v1/event", method=method, headers=dict(till.headers))

        assert response.status_code == 405
        assert response.headers["Allow"] == "POST"


def test_an_error_stored_nothing_and_may_be_repeated(make_till: Make) -> None:
    """7.7: after 203 or 407 the same request may succeed."""
    till = make_till()
    sale = SALE | {"transactionId": "R-9"}
    assert refusal(till.submit(sale, member=BY_PHONE))[1] == "203"
    register_ines(till)
    assert refusal(till.pay(BY_PHONE, 5, transaction=sale))[1] == "407"
    give(till, 5)

    assert data_of(till.pay(BY_PHONE, 5, transaction=sale))["newBalance"]["points"] == 0
    assert data_of(till.submit(sale, member=BY_PHONE))["transactionId"] == "R-9"
