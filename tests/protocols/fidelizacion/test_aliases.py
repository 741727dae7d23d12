"""Every other name and form in which a terminal may say a thing (4, 5, 12)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.fidelizacion.people import (
    BY_PHONE,
    INES,
    balance,
    give,
    grant,
    register_ines,
)
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.state import rows

LINE = {"lineId": "1", "code": "TEA01", "quantity": 1}
SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 1000}
CASH = {"type": "CASH", "amount": 1000}


@pytest.fixture
def till(till: Till) -> Till:
    """A till where Ines is a member."""
    register_ines(till)
    return till


def same(till: Till, *sales: dict[str, Any], **more: Any) -> None:
    """Fail unless all these are one sale: each repeat is answered as the first (7.1)."""
    replies = [till.submit(sale, member=BY_PHONE, **more) for sale in sales]
    assert replies[0].json["status"] == "success", replies[0].text
    assert {reply.data for reply in replies} == {replies[0].data}


def test_payments_are_means_of_payment(till: Till) -> None:
    """4.6: if both are sent, `meansOfPayment` wins."""
    same(
        till,
        SALE | {"meansOfPayment": [CASH]},
        SALE | {"payments": [CASH]},
        SALE | {"meansOfPayment": [CASH], "payments": [{"type": "POINTS", "amount": 1}]},
        SALE | {"meansOfPayment": [CASH], "payments": "x"},
        SALE | {"meansOfPayment": None, "payments": [CASH]},
    )


def test_subtotal_and_total_are_gross_and_net(till: Till) -> None:
    """4.7; and what costs no more than its gross amount costs that."""
    both = {"grossAmount": 1200, "netAmount": 1000}
    same(
        till,
        *(
            SALE | {"items": [LINE | amounts]}
            for amounts in (
                both,
                {"subtotal": 1200, "total": 1000},
                {"grossAmount": 1200, "total": 1000},
                both | {"subtotal": 5, "total": 5},
                {"subtotal": 1200, "total": 1000, "netAmount": None},
            )
        ),
    )
    same(
        till,
        *(
            SALE | {"transactionId": "R-2", "items": [LINE | amounts]}
            for amounts in (
                {"grossAmount": 1200},
                {"subtotal": 1200},
                {"grossAmount": 1200, "netAmount": 1200},
            )
        ),
    )


def test_an_earlier_sale_may_be_named_in_two_ways(till: Till) -> None:
    """4.6."""
    same(till, SALE | {"relatedTransactionId": "R-0"}, SALE | {"relatedTransaction": "R-0"})


def test_a_default_may_be_said(till: Till) -> None:
    """4.6, 4.7: what is absent is zero, empty, a sale."""
    same(
        till,
        SALE | {"items": [LINE | {"netAmount": 5}]},
        SALE
        | {
            "totalTaxAmount": 0,
            "totalGeneralDiscount": 0,
            "items": [LINE | {"netAmount": 5, "action": "sale", "tags": []}],
            "payments": [],
            "tags": [],
            "usedAssets": [],
            "appliedDeals": [],
        },
        {"action": "submit"} | SALE | {"items": [LINE | {"netAmount": 5.0, "quantity": 1.0}]},
    )


def test_deals_may_stand_within_and_beside(till: Till) -> None:
    """OV, TX: both are merged."""
    deal = {"type": "MANUAL", "amount": 5}
    within, beside = SALE | {"appliedDeals": [deal]}, {"appliedDeals": [deal]}

    first = till.submit(within).json
    again = till.submit(SALE, **beside).json
    twice = till.submit(within, **beside)

    assert first == again
    assert refusal(twice)[1] == "4006102"


USES: list[tuple[Any, Any]] = [
    (["as_1"], []),
    ([], ["as_1"]),
    ([{"key": "as_1"}], []),
    ([{"assetId": "as_1"}], []),
    ([{"id": "as_1"}], []),
    ([{"code": "tea-1"}], []),
    ([{"code": "TEA-1", "appliedAmount": 100}], []),
    ([{"key": "as_1", "id": "as_9", "code": "x"}], []),
    ([{"key": None, "id": "as_1"}], []),
    ([{"key": "as_1", "lineId": 5, "name": "Tea", "netAmount": "x"}], []),
    (["as_1"], ["as_1"]),
    (["as_1", {"key": "as_1"}], [{"code": "TEA-1"}]),
]


@pytest.mark.parametrize("beside, within", USES, ids=str)
def test_an_asset_may_be_named_in_many_ways(till: Till, beside: Any, within: Any) -> None:
    """4.5: it is used once, however often it is named."""
    grant(till, "as_1", code="tea-1", uses=2)

    sale = SALE | {"usedAssets": within}
    answer = till.submit(sale, member=BY_PHONE, usedAssets=beside)

    assert answer.json["status"] == "success", answer.text
    till = till.with_headers(x_return_assets="all")
    (asset,) = till.details(BY_PHONE).json["member"]["assets"]
    assert asset["status"] == "active"
    assert (
        till.submit(SALE | {"transactionId": "R-2"}, member=BY_PHONE, usedAssets=["as_1"]).json[
            "status"
        ]
        == "success"
    )
    (asset,) = till.details(BY_PHONE).json["member"]["assets"]
    assert asset["status"] == "redeemed"


NO_ASSETS: list[tuple[Any, str, str]] = [
    ({}, ".key", "key is required"),
    ({"name": "Tea"}, ".key", "key is required"),
    ({"key": None, "code": None}, ".key", "key is required"),
    ({"key": ""}, ".key", "key is not allowed to be empty"),
    ({"id": ""}, ".id", "id is not allowed to be empty"),
    ({"assetId": 5}, ".assetId", "assetId must be a string"),
    ({"code": " "}, ".code", "code is not allowed to be empty"),
    ({"key": "a", "appliedAmount": "5"}, ".appliedAmount", "appliedAmount must be a number"),
    ("", "", "usedAssets[0] is not allowed to be empty"),
    (5, "", "usedAssets[0] must be an object"),
    (None, "", "usedAssets[0] must be an object"),
    ([], "", "usedAssets[0] must be an object"),
]


@OF_THE_SHAPE
def test_an_asset_is_named_somehow(till: Till) -> None:
    for asset, where, message in NO_ASSETS:
        for response in (
            till.submit(SALE, member=BY_PHONE, usedAssets=[asset]),
            till.details(BY_PHONE, usedAssets=[asset]),
            till.pay(BY_PHONE, 5, usedAssets=[asset]),
        ):
            wanted = (400, "1001", message, f"body.usedAssets.0{where}")
            assert refusal(response) == wanted, asset


@OF_THE_SHAPE
def test_assets_without_a_member_are_nobodys(till: Till) -> None:
    """5.6."""
    for beside, within in ((["as_1"], []), ([], ["as_1"])):
        response = till.submit(SALE | {"usedAssets": within}, usedAssets=beside)

        assert refusal(response) == (400, "1001", "member is required", "body.member")
    assert till.submit(SALE, usedAssets=[]).json["status"] == "success"


def test_a_registration_is_wrapped_or_flat(till: Till) -> None:
    """5.1: anything that is no object does not wrap."""
    forms: list[dict[str, Any]] = [
        {"newMemberData": {"phoneNumber": "612000001"}},
        {"phoneNumber": "612000002"},
        {"phoneNumber": "612000003", "newMemberData": None},
        {"phoneNumber": "612000004", "newMemberData": "x"},
        {"phoneNumber": "x", "newMemberData": {"phoneNumber": "612000005"}},
    ]

    for number, form in enumerate(forms, 1):
        answer = till.post("/v1/member/register", form)

        assert answer.json["member"]["phoneNumber"] == f"61200000{number}"


BARE_FORMS: list[tuple[Any, str]] = [
    ({"newMemberData": {}}, "newMemberData.phoneNumber"),
    ({}, "phoneNumber"),
    ({"newMemberData": []}, "phoneNumber"),
    ({"newMemberData": {"phoneNumber": None}}, "newMemberData.phoneNumber"),
]


@OF_THE_SHAPE
def test_a_fault_stands_where_the_form_has_it(till: Till) -> None:
    for form, where in BARE_FORMS:
        response = till.post("/v1/member/register", form)

        wanted = (400, "1001", "phoneNumber is required", f"body.{where}")
        assert refusal(response) == wanted, form


def test_the_flat_form_is_blamed_for_who_is_known_too(till: Till) -> None:
    response = till.post("/v1/member/register", INES)

    assert refusal(response)[1::2] == ("204", "body.phoneNumber")


@pytest.mark.parametrize("name", ["shortCode", "code", "verificationCode"])
def test_a_code_has_three_names(till: Till, name: str) -> None:
    """5.4; and a fault names the one that was used."""
    code = data_of(till.short_code("get", member=BY_PHONE))["shortCode"]

    wrong = till.short_code("verify", **{name: "x"})
    no_text = till.short_code("verify", **{name: 5})
    right = till.short_code("verify", **{name: code})

    assert refusal(wrong)[1::2] == ("4007004", f"body.{name}")
    assert refusal(no_text)[2:] == (f"{name} must be a string", f"body.{name}")
    assert right.json["verified"] is True


def test_a_name_of_its_own_goes_before_an_alias(till: Till) -> None:
    code = data_of(till.short_code("get", member=BY_PHONE))["shortCode"]

    assert refusal(till.short_code("verify", shortCode="x", code=code))[1] == "4007004"
    assert till.short_code("verify", shortCode=None, code=code).json["verified"] is True


def test_loyalty_tenders_are_known_in_any_case(till: Till) -> None:
    """4.8: of 10.00 nothing is earned where all was paid with points or credit."""
    kinds = ["POINTS", "points", "Credit", " CREDIT "]

    for number, kind in enumerate(kinds):
        sale = SALE | {"transactionId": f"R-{number}", "payments": [{"type": kind, "amount": 1000}]}
        assert data_of(till.submit(sale, member=BY_PHONE))["earnedPoints"] == 0
    for number, kind in enumerate(("CASH", "voucher", "POINT")):
        sale = SALE | {"transactionId": f"C-{number}", "payments": [{"type": kind, "amount": 1000}]}
        assert data_of(till.submit(sale, member=BY_PHONE))["earnedPoints"] == 100


def test_either_time_will_do(till: Till) -> None:
    """4.6; the closing counts where both are there."""
    opened = {"openTime": "2026-05-04T07:00:00Z"}
    closed = {"dateTime": "2026-05-04T08:00:00Z"}
    bare = {"transactionId": "R-1", "totalAmount": 1000}

    for number, times in enumerate((opened, closed, opened | closed)):
        sale = bare | times | {"transactionId": f"R-{number}"}
        assert till.submit(sale).json["status"] == "success"
    response = till.submit(bare)
    assert refusal(response)[2:] == ("dateTime is required", "body.transaction.dateTime")


CANCELS: list[dict[str, Any]] = [
    {"action": "cancel", "confirmationCode": "?"},
    {"transaction": {"action": "cancel", "confirmationCode": "?"}},
    {"action": "cancel", "confirmationCode": "?", "transaction": {"totalAmount": "x"}},
    {"action": "cancel", "confirmationCode": "?", "transaction": 5},
    {"action": None, "transaction": {"action": "cancel", "confirmationCode": "?", "items": 5}},
]


@pytest.mark.parametrize("by", [{}, {"member": BY_PHONE}], ids=["nobody", "Ines"])
@pytest.mark.parametrize("form", CANCELS, ids=str)
def test_a_sale_is_cancelled_in_many_forms(till: Till, form: Any, by: Any) -> None:
    """5.6: of the other fields none is demanded, and none looked at."""
    code = data_of(till.submit(SALE, member=BY_PHONE))["confirmationCode"]
    assert balance(till)["points"] == 100
    filled = json.loads(json.dumps(form).replace("?", code))

    answer = till.post("/v1/transaction", filled | by)

    assert data_of(answer)["confirmationCode"] == code
    assert balance(till)["points"] == 0


NO_CANCELS: list[tuple[Any, str, str]] = [
    ({"action": "cancel"}, "confirmationCode is required", "confirmationCode"),
    (
        {"transaction": {"action": "cancel"}},
        "confirmationCode is required",
        "transaction.confirmationCode",
    ),
    ({"action": "void"}, "action must be one of [submit, cancel]", "action"),
    ({"action": ""}, "action is not allowed to be empty", "action"),
    ({"action": 5, "transaction": SALE}, "action must be a string", "action"),
    (
        {"transaction": SALE | {"action": "refund"}},
        "action must be one of [submit, cancel]",
        "transaction.action",
    ),
    (
        {"transaction": {"action": "Cancel", "confirmationCode": "x"}},
        "action must be one of [submit, cancel]",
        "transaction.action",
    ),
    (
        {"action": "cancel", "confirmationCode": 5},
        "confirmationCode must be a string",
        "confirmationCode",
    ),
]


@OF_THE_SHAPE
def test_a_cancellation_is_blamed_in_its_own_form(till: Till) -> None:
    for body, message, where in NO_CANCELS:
        response = till.post("/v1/transaction", body)

        assert refusal(response) == (400, "1001", message, f"body.{where}"), body


@pytest.mark.parametrize("top, within", [("submit", "cancel"), ("cancel", "submit")])
def test_two_actions_that_contradict_each_other_do_nothing(
    till: Till, top: str, within: str
) -> None:
    """Neither a sale nor the end of one: which is meant nobody knows, whatever else is there."""
    code = data_of(till.submit(SALE, member=BY_PHONE))["confirmationCode"]
    before = rows(till.database)
    sale = SALE | {"transactionId": "R-2"}

    for more in ({}, {"confirmationCode": code}):
        for told in (sale, sale | {"confirmationCode": code}, {}):
            body = {"action": top, "member": BY_PHONE, "transaction": told | {"action": within}}
            response = till.post("/v1/transaction", body | more)

            message = f"action must be one of [{top}]"
            assert refusal(response) == (400, "1001", message, "body.transaction.action")
    assert rows(till.database) == before


def test_two_actions_may_be_the_same(till: Till) -> None:
    sold = till.submit(SALE | {"action": "submit"}, action="submit")
    code = data_of(sold)["confirmationCode"]

    answer = till.cancel(code, transaction={"action": "cancel", "confirmationCode": "x"})

    assert data_of(answer)["confirmationCode"] == code


def test_an_unknown_sale_is_blamed_in_its_own_form(till: Till) -> None:
    top = till.post("/v1/transaction", {"action": "cancel", "confirmationCode": "x"})
    nested = till.post(
        "/v1/transaction", {"transaction": {"action": "cancel", "confirmationCode": "x"}}
    )

    assert refusal(top)[1::2] == ("4006101", "body.confirmationCode")
    assert refusal(nested)[1::2] == ("4006101", "body.transaction.confirmationCode")


def test_a_phone_may_be_written_with_marks_and_a_plus(till: Till) -> None:
    """3.5: with the country code or without it, one person."""
    give(till, 5)
    national = ("612005544", "612 00-55-44", "(612) 005.544", "+612005544")
    whole = ("+34 612 00 55 44", "34612005544", "(+34)612005544", "0034612005544")

    for written in national + whole:
        assert till.details({"phoneNumber": written}).json["member"]["points"] == 5, written


def test_a_plus_says_that_the_country_code_is_there(till: Till) -> None:
    """3.5: what is a number here and one of another country is told apart by it."""
    here = data_of(till.register(phoneNumber="933933933"))["memberId"]
    # The digits of a number of Afghanistan, with its country code.
    there = data_of(till.register(phoneNumber="+93 70 123 4567"))["memberId"]

    assert here != there
    assert till.details({"phoneNumber": "93701234567"}).json["member"]["points"] == 0


NO_PHONES = ["12345", "1" * 16, "++34612005544", "612+005544", "6l2005544", "٦١٢٠٠٥٥٤٤", "+", "-"]


@OF_THE_SHAPE
def test_a_phone_is_six_to_fifteen_digits(till: Till) -> None:
    for written in NO_PHONES:
        found = refusal(till.details({"phoneNumber": written}))

        assert found[2] == "phoneNumber must be a valid phone number", written


def test_an_email_is_compared_without_case_and_kept_as_sent(till: Till) -> None:
    """3.6."""
    till.register(email="  Marta@Example.ORG ")

    answer = till.details({"email": "marta@example.org"})

    assert answer.json["member"]["email"] == "Marta@Example.ORG"


@OF_THE_SHAPE
def test_an_email_looks_like_one(till: Till) -> None:
    for written in ("a", "a@b", "@b.c", "a@b.", "a b@c.d", "a@b@c.d", "a@.c d"):
        found = refusal(till.details({"email": written}))

        assert found[2] == "email must be a valid email", written
