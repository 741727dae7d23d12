"""5.3: identification, assets, and what a basket would get; nothing is changed by looking."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.core import programs
from adapter.core.benefits import BenefitState
from adapter.core.members import MemberStatus
from tests.protocols.fidelizacion.people import (
    BY_PHONE,
    give,
    grant,
    register_ines,
    status,
)
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.state import rows

LINE = {
    "lineId": "1",
    "code": "TEA01",
    "departmentCode": "HOT",
    "quantity": 2,
    "grossAmount": 2400,
    "netAmount": 2400,
}
SALE = {
    "transactionId": "R-1",
    "dateTime": "2026-05-04T08:00:00Z",
    "totalAmount": 2400,
    "items": [LINE],
}
VIOLATION = {"code": "5523", "message": "Violation of asset conditions (no benefits)"}
NOT_REDEEMABLE = {"code": "4008102", "message": "Asset is not redeemable"}
UNKNOWN = {"code": "4008101", "message": "Asset not found for this member"}
INACTIVE = {"code": "4001101", "message": "Member is not active"}


@pytest.fixture
def till(till: Till) -> Till:
    """A till that asks for all assets, where Ines is a member with one of each kind."""
    register_ines(till)
    past, future = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    tea = {"terms": {"free_item": True, "items": ["TEA01"]}}
    grant(till, "as_1", name="Free tea", valid_from=past, valid_until=future, **tea)
    grant(till, "as_2", name="Cake", terms={"percent": "50", "items": ["CAKE"]})
    grant(till, "as_3", state=BenefitState.REDEEMED)
    grant(till, "as_4", state=BenefitState.DEACTIVATED)
    grant(till, "as_5", valid_until=past)
    grant(till, "as_6", valid_from=future, description="Soon", image="https://x.example/1.png")
    return till.with_headers(x_return_assets="all")


def assets(till: Till, **more: Any) -> list[dict[str, Any]]:
    return list(data_of(till.details(BY_PHONE, **more))["member"]["assets"])


def test_an_asset_is_shown_with_all_that_is_known_of_it(till: Till) -> None:
    """4.4: without a basket, whether it is of use now."""
    unusable = {"redeemable": False, "nonRedeemableCause": NOT_REDEEMABLE}

    assert assets(till) == [
        {
            "key": "as_1",
            "name": "Free tea",
            "status": "active",
            "validFrom": "2026-01-01T00:00:00Z",
            "validUntil": "2027-01-01T00:00:00Z",
            "redeemable": True,
        },
        {"key": "as_2", "name": "Cake", "status": "active", "redeemable": True},
        {"key": "as_3", "name": "as_3", "status": "redeemed"} | unusable,
        {"key": "as_4", "name": "as_4", "status": "deactivated"} | unusable,
        {
            "key": "as_5",
            "name": "as_5",
            "status": "expired",
            "validUntil": "2026-01-01T00:00:00Z",
        }
        | unusable,
        {
            "key": "as_6",
            "name": "as_6",
            "description": "Soon",
            "image": "https://x.example/1.png",
            "status": "future",
            "validFrom": "2027-01-01T00:00:00Z",
        }
        | unusable,
    ]


@pytest.mark.parametrize(
    "selection, keys",
    [
        (None, "12"),
        ("active", "12"),
        ("Active", "12"),
        ("inactive", "3456"),
        ("all", "123456"),
    ],
)
def test_a_header_selects_assets(till: Till, selection: str | None, keys: str) -> None:
    """1.2: `inactive` is everything that is not active."""
    found = assets(till.with_headers(x_return_assets=selection))

    assert [asset["key"] for asset in found] == [f"as_{key}" for key in keys]


def test_a_preview_is_shown_where_it_was_asked_for(till: Till) -> None:
    """5.3: a basket without the header is checked and no more, the header without one is empty."""
    wanted = till.with_headers(x_return_benefits="true")
    asked = {"usedAssets": ["as_1"]}

    assert set(data_of(till.details(BY_PHONE, transaction=SALE, **asked))) == {"member"}
    assert set(data_of(till.details(BY_PHONE))) == {"member"}
    empty = data_of(wanted.details(BY_PHONE, **asked))
    assert (empty["appliedDeals"], empty["usedAssets"], empty["totalDiscount"]) == ([], [], 0)
    full = data_of(wanted.details(BY_PHONE, transaction=SALE, **asked))
    assert (len(full["usedAssets"]), full["totalDiscount"]) == (1, 1200)
    wrong = wanted.details(BY_PHONE, transaction=SALE | {"items": 5})
    assert refusal(wrong)[2:] == ("items must be an array", "body.transaction.items")
    wrong = till.details(BY_PHONE, transaction=SALE | {"items": 5})
    assert refusal(wrong)[2:] == ("items must be an array", "body.transaction.items")


def test_a_preview_tells_of_each_asset_asked_for(till: Till) -> None:
    """5.3: what cannot be used is no error, and told with its cause."""
    wanted = till.with_headers(x_return_benefits="true")
    asked = ["as_1", {"id": "as_2"}, {"assetId": "as_3"}, {"code": "nothing"}, "as_1"]

    found = data_of(wanted.details(BY_PHONE, transaction=SALE, usedAssets=asked))

    tea = {"type": "LOYALTY", "reason": "Free tea", "amount": 1200, "sourceId": "as_1"}
    no = {"redeemable": False}
    assert found["usedAssets"] == [
        {"key": "as_1", "name": "Free tea", "redeemable": True, "discount": tea},
        {"key": "as_2", "name": "Cake", **no, "nonRedeemableCause": VIOLATION},
        {"key": "as_3", "name": "as_3", **no, "nonRedeemableCause": NOT_REDEEMABLE},
        {"key": "nothing", **no, "nonRedeemableCause": UNKNOWN},
    ]
    assert found["totalDiscount"] == 1200
    causes = {asset["key"]: asset.get("nonRedeemableCause") for asset in found["member"]["assets"]}
    assert causes["as_1"] is None
    assert causes["as_2"] == VIOLATION
    assert causes["as_6"] == NOT_REDEEMABLE


def test_a_preview_shows_the_deals_that_apply(till: Till) -> None:
    with till.database.unit_of_work() as work:
        for code, terms in (
            ("hot", {"percent": "10", "departments": ["HOT"]}),
            ("cold", {"percent": "10", "departments": ["COLD"]}),
            ("huge", {"amount_minor": 100000}),
        ):
            name = code.title() if code != "huge" else ""
            programs.put_deal(work, till.program.id, code=code, name=name, terms=terms)
    wanted = till.with_headers(x_return_benefits="true")

    found = data_of(wanted.details(BY_PHONE, transaction=SALE))

    assert found["appliedDeals"] == [
        {"type": "PROMOTION", "reason": "Hot", "amount": 240, "sourceId": "hot"},
        {"type": "PROMOTION", "reason": "huge", "amount": 2400, "sourceId": "huge"},
    ]
    assert found["totalDiscount"] == 2400


def test_who_takes_no_part_gets_nothing(till: Till) -> None:
    """Gap 29: details yes."""
    status(till, MemberStatus.BLOCKED)
    with till.database.unit_of_work() as work:
        programs.put_deal(work, till.program.id, code="d", name="", terms={"percent": "10"})
    wanted = till.with_headers(x_return_benefits="true")

    plain = data_of(till.details(BY_PHONE))
    found = data_of(wanted.details(BY_PHONE, transaction=SALE, usedAssets=["as_1"]))

    assert plain["member"]["status"] == "inactive"
    assert {asset["redeemable"] for asset in plain["member"]["assets"]} == {False}
    assert plain["member"]["assets"][0]["nonRedeemableCause"] == INACTIVE
    assert found["appliedDeals"] == []
    assert found["usedAssets"][0]["nonRedeemableCause"] == INACTIVE
    assert found["totalDiscount"] == 0


def test_looking_changes_nothing(till: Till) -> None:
    give(till, 500)
    before = rows(till.database)
    wanted = till.with_headers(x_return_benefits="true")

    for one in (till, wanted):
        one.details(BY_PHONE)
        one.details(BY_PHONE, transaction=SALE, usedAssets=["as_1", "nothing"])
        one.details({"phoneNumber": "612009999"}, transaction=SALE)

    assert rows(till.database) == before


def test_visits_and_what_was_spent_are_counted(till: Till) -> None:
    """4.3: of sales that stand."""
    codes = [
        data_of(till.submit(SALE | {"transactionId": f"R-{n}"}, member=BY_PHONE))[
            "confirmationCode"
        ]
        for n in range(3)
    ]
    till.submit(SALE | {"transactionId": "R-0"}, member=BY_PHONE)
    till.submit(SALE | {"transactionId": "R-9"})
    till.cancel(codes[0])
    till.cancel(codes[0])

    member = data_of(till.details(BY_PHONE))["member"]

    assert (member["visit"], member["totalSpent"]) == (2, 4800)


def test_a_code_names_its_member_once(till: Till) -> None:
    """8.2: it is the one thing that is used up by looking."""
    code = data_of(till.short_code("get", member=BY_PHONE))["shortCode"]

    first = till.details({"shortCode": code})
    second = till.details({"shortCode": code})

    assert first.json["member"]["firstName"] == "Ines"
    assert refusal(second) == (
        200,
        "203",
        "Cannot find any member with the given identifier!",
        "body.member.shortCode",
    )


def test_a_code_may_stand_beside_another_identifier(till: Till) -> None:
    """8.2: then it is this member's or wrong, and a wrong one is counted."""
    till.register(phoneNumber="612009999")
    code = data_of(till.short_code("get", member=BY_PHONE))["shortCode"]
    wrong = "0000" if code != "0000" else "1111"

    for given, found in (
        ({"shortCode": code, "phoneNumber": "612009999"}, ("4007004", "body.member.shortCode")),
        ({"shortCode": wrong} | BY_PHONE, ("4007004", "body.member.shortCode")),
        ({"shortCode": code, "phoneNumber": "612001111"}, ("203", "body.member.phoneNumber")),
    ):
        assert refusal(till.details(given))[1::2] == found
    assert till.details({"shortCode": code} | BY_PHONE).json["status"] == "success"
    assert refusal(till.details({"shortCode": code} | BY_PHONE))[1] == "4007004"


def test_five_wrong_tries_end_a_code(till: Till) -> None:
    """8.2: each is counted although it is refused."""
    code = data_of(till.short_code("get", member=BY_PHONE))["shortCode"]

    for _ in range(5):
        assert refusal(till.details({"shortCode": "no"} | BY_PHONE))[1] == "4007004"

    assert refusal(till.details({"shortCode": code} | BY_PHONE))[1] == "4007004"


def test_a_code_is_no_identifier_of_other_calls(till: Till) -> None:
    """4.1."""
    code = data_of(till.short_code("get", member=BY_PHONE))["shortCode"]

    for response in (
        till.pay({"shortCode": code}, 1),
        till.submit(SALE, member={"shortCode": code}),
        till.update({"shortCode": code}, gdpr=True),
    ):
        assert refusal(response)[2].startswith("member must contain at least one of")
