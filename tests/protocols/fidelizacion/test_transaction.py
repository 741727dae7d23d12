"""5.6, 6, 7.1, 7.3: sales and returns reported, repeated, late, and cancelled."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapter.core.members import MemberStatus
from adapter.core.transactions import Transaction
from tests.factories import findings
from tests.protocols.fidelizacion.people import (
    BY_EMAIL,
    BY_PHONE,
    balance,
    give,
    grant,
    register_ines,
    status,
)
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.state import rows

LINE = {"lineId": "1", "code": "TEA01", "quantity": 1, "netAmount": 1000}
SALE: dict[str, Any] = {
    "transactionId": "R-1",
    "dateTime": "2026-05-04T08:00:00Z",
    "totalAmount": 1000,
    "items": [LINE],
    "meansOfPayment": [{"type": "CASH", "amount": 1000}],
}
BY_INES = {"member": BY_PHONE}


@pytest.fixture
def till(till: Till) -> Till:
    """A till where Ines is a member; a tenth of a point a euro."""
    register_ines(till)
    return till


def kept(till: Till, reference: str = "R-1") -> Transaction:
    """A sale as it was kept."""
    with till.database.reading() as work:
        (sale,) = work.session.query(Transaction).filter_by(reference=reference).all()
        assert sale.items is not None
        return sale


def test_a_sale_of_a_member_earns(till: Till) -> None:
    answer = data_of(till.submit(SALE, **BY_INES))

    assert answer.pop("confirmationCode")
    assert answer == {
        "transactionId": "R-1",
        "earnedPoints": 100,
        "newBalance": {"points": 100, "credit": 0},
    }


def test_a_sale_of_nobody_is_kept_and_no_more(till: Till) -> None:
    answer = data_of(till.submit(SALE))

    assert set(answer) == {"confirmationCode", "transactionId"}
    assert kept(till).member_id is None


def test_all_that_is_said_of_a_sale_is_kept(till: Till) -> None:
    told = SALE | {
        "openTime": "2026-05-04T09:30:00+02:00",
        "totalTaxAmount": 90,
        "totalGeneralDiscount": 10,
        "orderType": "dineIn",
        "employee": "Ana",
        "tags": ["lunch"],
        "relatedTransactionId": "R-0",
        "items": [
            LINE
            | {
                "name": "Té ☕",
                "departmentCode": "HOT",
                "departmentName": "Hot",
                "grossAmount": 1100,
                "quantity": 0.125,
                "tags": ["new"],
                "action": "void",
            },
            LINE | {"lineId": "2", "action": "return", "netAmount": 5, "grossAmount": 6},
            LINE | {"lineId": "3", "action": "return", "netAmount": -5, "grossAmount": -6},
        ],
        "appliedDeals": [{"type": "MANUAL", "amount": 5}],
    }
    deal = {"type": "PROMOTION", "amount": 7, "reason": "Seven", "sourceId": "d"}

    till.submit(told, appliedDeals=[deal])

    sale = kept(till)
    assert sale.opened_at == datetime(2026, 5, 4, 7, 30, tzinfo=UTC)
    assert sale.occurred_at == datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    assert (sale.total_minor, sale.tax_minor, sale.discount_minor) == (1000, 90, 10)
    assert (sale.tags, sale.related_reference) == (["lunch"], "R-0")
    assert sale.tenders[0]["kind"] == "CASH"
    assert sale.reported_deals == [
        {"kind": "PROMOTION", "amount_minor": 7, "reason": "Seven", "source": "d"},
        {"kind": "MANUAL", "amount_minor": 5},
    ]
    assert sale.vendor_data == {"order_type": "dineIn", "employee": "Ana", "actions": {"1": "void"}}
    first, second, third = sale.items
    assert (first.reference, first.code, first.name) == ("1", "TEA01", "Té ☕")
    assert (first.department, first.department_name) == ("HOT", "Hot")
    assert (str(first.quantity), first.gross_minor, first.net_minor) == ("0.125", 1100, 1000)
    assert first.tags == ["new"]
    assert {(one.gross_minor, one.net_minor) for one in (second, third)} == {(-6, -5)}


@pytest.mark.parametrize(
    "changes, earned",
    [
        ({"items": []}, 100),
        ({"items": [], "totalGeneralDiscount": 400}, 60),
        ({"totalAmount": 9}, 100),
        ({"items": [LINE | {"netAmount": 900, "grossAmount": 1000}]}, 90),
        ({"meansOfPayment": [{"type": "POINTS", "amount": 300}]}, 70),
        (
            {
                "meansOfPayment": [
                    {"type": "points", "amount": 300},
                    {"type": "CREDIT", "amount": 200},
                ]
            },
            50,
        ),
        ({"items": [LINE, LINE | {"lineId": "2", "action": "return", "netAmount": 400}]}, 60),
        ({"items": [LINE, LINE | {"lineId": "2", "action": "return", "netAmount": -400}]}, 60),
    ],
    ids=str,
)
def test_what_a_sale_earns_from(till: Till, changes: Any, earned: int) -> None:
    """5.6: the items, or the total less its discount; less what loyalty paid."""
    answer = data_of(till.submit(SALE | changes, **BY_INES))

    assert answer["earnedPoints"] == earned


def test_what_was_paid_with_points_earns_nothing_also_where_no_tender_says_so(till: Till) -> None:
    """5.6: the standing payments of the same sale."""
    give(till, 400)
    till.pay(BY_PHONE, 300, transaction=SALE)
    gone = data_of(till.pay(BY_PHONE, 100, transaction=SALE))["confirmationCode"]
    till.cancel_payment(BY_PHONE, gone)

    answer = data_of(till.submit(SALE, **BY_INES))

    assert answer["earnedPoints"] == 70
    assert answer["newBalance"]["points"] == 170


def test_a_return_takes_back_and_never_more_than_there_is(till: Till) -> None:
    """5.6, 6: a sale of its own, whose base is below zero."""
    back = {
        "transactionId": "R-2",
        "totalAmount": -600,
        "items": [LINE | {"action": "return", "netAmount": 600}],
        "meansOfPayment": [],
        "relatedTransactionId": "R-1",
    }
    till.submit(SALE, **BY_INES)

    first = data_of(till.submit(SALE | back, **BY_INES))
    second = data_of(till.submit(SALE | back | {"transactionId": "R-3"}, **BY_INES))

    assert (first["earnedPoints"], first["newBalance"]["points"]) == (-60, 40)
    assert (second["earnedPoints"], second["newBalance"]["points"]) == (-40, 0)


def test_a_total_below_zero_needs_something_that_came_back(till: Till) -> None:
    below = SALE | {"totalAmount": -1}

    assert refusal(till.submit(below))[2] == "totalAmount must be greater than or equal to 0"
    returned = [LINE | {"action": "return"}]
    assert till.submit(below | {"items": returned}).json["status"] == "success"


def test_a_repeat_is_answered_as_the_first_time(till: Till, clock: Any) -> None:
    """7.1: hours later, by another identifier, from another terminal, in other words."""
    first = till.submit(SALE, **BY_INES)
    till.submit(SALE | {"transactionId": "R-2"}, **BY_INES)
    clock.advance(timedelta(hours=20))
    same = copy.deepcopy(SALE) | {"totalTaxAmount": None, "unknown": 5}
    same["items"][0]["netAmount"] = 1000.0
    after = rows(till.database)

    again = till.with_headers(x_pos_id="POS009", x_source_name="Other").submit(
        same, member=BY_EMAIL
    )

    assert again.data == first.data
    assert rows(till.database) == after


OTHER_CONTENTS: list[dict[str, Any]] = [
    {"totalAmount": 1001},
    {"totalTaxAmount": 1},
    {"totalGeneralDiscount": 1},
    {"dateTime": "2026-05-04T08:00:01Z"},
    {"openTime": "2026-05-04T08:00:00Z"},
    {"items": []},
    {"items": [LINE | {"quantity": 2}]},
    {"items": [LINE | {"netAmount": 999}]},
    {"items": [LINE | {"code": "TEA02"}]},
    {"meansOfPayment": []},
    {"meansOfPayment": [{"type": "CARD", "amount": 1000}]},
    {"appliedDeals": [{"type": "MANUAL", "amount": 1}]},
    {"usedAssets": ["as_1"]},
]


def test_the_same_reference_with_other_contents_is_refused(till: Till) -> None:
    """7.1."""
    till.register(phoneNumber="612009999")
    grant(till, "as_1")
    till.submit(SALE, **BY_INES)
    before = rows(till.database)

    for changes in OTHER_CONTENTS:
        found = refusal(till.submit(SALE | changes, **BY_INES))
        assert found[1::2] == ("4006102", "body.transaction.transactionId"), changes
    for other in ({}, {"member": {"phoneNumber": "612009999"}}):
        assert refusal(till.submit(SALE, **other))[1] == "4006102"
    assert rows(till.database) == before


def test_receipt_numbers_repeat_between_branches(till: Till) -> None:
    """Gap 15."""
    here = data_of(till.submit(SALE, **BY_INES))
    there = data_of(till.with_headers(x_branch_id="BR002").submit(SALE, **BY_INES))

    assert here["confirmationCode"] != there["confirmationCode"]
    assert there["newBalance"]["points"] == 200


def test_a_sale_that_arrives_late_keeps_its_time(till: Till, clock: Any) -> None:
    """6: the newer one may be here already."""
    till.submit(SALE | {"transactionId": "R-2", "dateTime": "2026-05-04T09:00:00Z"}, **BY_INES)
    clock.advance(timedelta(hours=9))

    till.submit(SALE, **BY_INES)

    assert kept(till).occurred_at == datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    assert kept(till).recorded_at == clock.now


def test_a_cancelled_sale_is_undone(till: Till) -> None:
    """5.6: points, assets and counters; the payment stays as it is."""
    grant(till, "as_1")
    give(till, 300)
    till.pay(BY_PHONE, 300, transaction=SALE)
    sold = data_of(till.submit(SALE, **BY_INES, usedAssets=["as_1"]))

    cancelled = data_of(till.cancel(sold["confirmationCode"]))

    assert cancelled == sold | {
        "earnedPoints": -70,
        "newBalance": {"points": 0, "credit": 0},
    }
    member = till.details(BY_PHONE).json["member"]
    assert (member["visit"], member["totalSpent"], member["points"]) == (0, 0, 0)
    assert [asset["status"] for asset in member["assets"]] == ["active"]


def test_a_cancel_is_said_twice_and_done_once(till: Till) -> None:
    """7.3: the same code, and the present balance."""
    code = data_of(till.submit(SALE, **BY_INES))["confirmationCode"]
    first = data_of(till.cancel(code))
    give(till, 5)
    after = rows(till.database)

    again = data_of(till.cancel(code))

    assert again == first | {"newBalance": {"points": 5, "credit": 0}}
    assert rows(till.database) == after


def test_what_was_spent_meanwhile_is_not_taken_back(till: Till) -> None:
    """5.6: not under zero."""
    code = data_of(till.submit(SALE, **BY_INES))["confirmationCode"]
    till.pay(BY_PHONE, 60)

    answer = data_of(till.cancel(code))

    assert (answer["earnedPoints"], answer["newBalance"]["points"]) == (-40, 0)


def test_a_sale_of_nobody_is_cancelled_too(till: Till) -> None:
    code = data_of(till.submit(SALE))["confirmationCode"]

    for _ in range(2):
        answer = data_of(till.cancel(code))
        assert answer == {"confirmationCode": code, "transactionId": "R-1"}


def test_a_cancelled_sale_does_not_come_back(till: Till) -> None:
    """7.1."""
    till.cancel(data_of(till.submit(SALE, **BY_INES))["confirmationCode"])

    for changes in ({}, {"totalAmount": 5}):
        assert refusal(till.submit(SALE | changes, **BY_INES))[1] == "4006103"


def test_a_sale_is_cancelled_by_whom_it_is_of_or_by_nobody(till: Till) -> None:
    """5.6: a member, if given, must be the one of the sale."""
    till.register(phoneNumber="612009999")
    code = data_of(till.submit(SALE, **BY_INES))["confirmationCode"]
    nobodys = data_of(till.submit(SALE | {"transactionId": "R-2"}))["confirmationCode"]
    marta = {"member": {"phoneNumber": "612009999"}}

    assert refusal(till.cancel(code, **marta))[1::2] == ("4006101", "body.confirmationCode")
    assert refusal(till.cancel(nobodys, **marta))[1] == "4006101"
    assert refusal(till.cancel(code, member={"phoneNumber": "612001111"}))[1] == "203"
    assert balance(till)["points"] == 100
    assert till.cancel(code, member=BY_EMAIL).json["status"] == "success"


def test_a_sale_may_be_cancelled_at_another_branch(till: Till, clock: Any) -> None:
    """Gap 16."""
    code = data_of(till.submit(SALE, **BY_INES))["confirmationCode"]
    clock.advance(timedelta(days=400))

    elsewhere = till.with_headers(x_branch_id="BR002", x_pos_id="P9", x_source_type="Web")

    assert data_of(elsewhere.cancel(code))["confirmationCode"] == code


def test_assets_are_used_all_or_none(till: Till) -> None:
    """5.6, gap 24: nothing is stored."""
    grant(till, "as_1")
    grant(till, "as_2", valid_until=datetime(2026, 1, 1, tzinfo=UTC))
    till.register(phoneNumber="612009999")
    grant(till, "as_3", phone="612009999")
    before = rows(till.database)

    for asset, code in (("as_2", "4008102"), ("as_3", "4008101"), ("as_9", "4008101")):
        found = refusal(till.submit(SALE, **BY_INES, usedAssets=["as_1", asset]))
        assert found[1::2] == (code, "body.usedAssets")
        alone = refusal(till.submit(SALE, **BY_INES, usedAssets=[{"key": asset}]))
        assert alone[1::2] == (code, "body.usedAssets.0")
    assert rows(till.database) == before


@pytest.mark.parametrize("wanted", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_who_takes_no_part_earns_nothing(till: Till, wanted: MemberStatus) -> None:
    """Gap 29: stored, without points."""
    status(till, wanted)

    answer = data_of(till.submit(SALE, **BY_INES))

    assert (answer["earnedPoints"], answer["newBalance"]["points"]) == (0, 0)
    assert kept(till).member_id is not None


def test_an_unknown_member_stores_nothing(till: Till) -> None:
    before = rows(till.database)

    assert refusal(till.submit(SALE, member={"phoneNumber": "612009999"}))[1] == "203"
    assert rows(till.database) == before


def test_a_business_without_rules_earns_nobody_anything(make_till: Any) -> None:
    till = make_till(earning=None)
    register_ines(till)

    answer = data_of(till.submit(SALE, **BY_INES))

    assert answer["earnedPoints"] == 0
    assert data_of(till.cancel(answer["confirmationCode"]))["earnedPoints"] == 0


def test_a_line_is_told_from_the_others(till: Till) -> None:
    """4.7: unique within the sale."""
    lines = [LINE, LINE | {"lineId": "2"}, LINE]

    found = refusal(till.submit(SALE | {"items": lines}))

    assert found == (400, "1001", "lineId must be unique", "body.transaction.items.2.lineId")


def test_the_sum_of_all_tenders_is_nobodys_affair(till: Till) -> None:
    """4.8."""
    odd = SALE | {"payments": [{"type": "CASH", "amount": -5}], "meansOfPayment": None}

    assert till.submit(odd).json["status"] == "success"


def test_a_confirmation_code_is_logged(till: Till, log_lines: Any) -> None:
    log_lines()
    code = data_of(till.submit(SALE, **BY_INES))["confirmationCode"]
    till.cancel(code)

    told = [line for line in log_lines() if line["event"] == "transaction"]

    assert [(line["action"], line["confirmation_code"]) for line in told] == [
        ("submit", code),
        ("cancel", code),
    ]


def test_the_ledger_agrees_with_all_of_it(till: Till) -> None:
    for number in range(4):
        sale = SALE | {"transactionId": f"R-{number}"}
        code = data_of(till.submit(sale, **BY_INES))["confirmationCode"]
        till.pay(BY_PHONE, 30, transaction=sale)
        if number % 2:
            till.cancel(code)

    with till.database.unit_of_work() as work:
        assert findings(work) == []
