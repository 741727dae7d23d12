"""5.5, 7.2, 8.3: paying with points or credit, cancelling it, and proving who pays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.core import codes
from adapter.core.codes import ShortCode
from adapter.core.members import MemberStatus
from tests.factories import findings
from tests.protocols.fidelizacion.people import (
    BY_EMAIL,
    BY_PHONE,
    UUID,
    balance,
    give,
    register_ines,
    status,
)
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.house import SECRET_KEY
from tests.protocols.state import rows

SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 1000}
IN_SALE = {"transaction": SALE}


@pytest.fixture
def till(till: Till) -> Till:
    """A till where Ines has ten points."""
    register_ines(till)
    give(till, 1000)
    return till


def test_a_payment_takes_what_it_costs(till: Till) -> None:
    answer = data_of(till.pay(BY_PHONE, 300))

    assert UUID.fullmatch(answer.pop("confirmationCode"))
    assert answer == {
        "newBalance": {"points": 700, "credit": 0},
        "type": "POINTS",
        "amount": 300,
    }
    assert balance(till) == {"points": 700, "credit": 0}


def test_all_of_a_balance_may_be_paid_and_not_one_more(till: Till) -> None:
    """407: nothing is debited, and nothing in part."""
    before = rows(till.database)

    assert refusal(till.pay(BY_PHONE, 1001))[1] == "407"
    assert rows(till.database) == before
    assert data_of(till.pay(BY_PHONE, 1000))["newBalance"]["points"] == 0
    assert refusal(till.pay(BY_PHONE, 1))[1] == "407"


@pytest.mark.parametrize("value, debit", [(1, 100), (3, 34), (100, 1), (7, 15)])
def test_a_point_is_worth_what_the_business_says(make_till: Any, value: int, debit: int) -> None:
    """3.1: rounded up to cover the amount; the amount is told as it was asked for."""
    till = make_till(settings={"point_value_minor": value})
    register_ines(till)
    give(till, 1000)

    answer = data_of(till.pay(BY_PHONE, 100))

    assert answer["amount"] == 100
    assert answer["newBalance"]["points"] == 1000 - debit
    cancelled = data_of(till.cancel_payment(BY_PHONE, answer["confirmationCode"], amount=-100))
    assert cancelled["newBalance"]["points"] == 1000


def test_the_business_chooses_which_balance_pays(make_till: Any) -> None:
    """3.1, 4.9: the request does not, whatever its `type` says."""
    till = make_till(settings={"paying_balance": "credit", "point_value_minor": 7})
    register_ines(till)
    give(till, 1000)
    give(till, 500, "credit")

    answer = data_of(till.pay(BY_PHONE, 200, payment={"type": "POINTS"}))

    assert answer["type"] == "CREDIT"
    assert answer["newBalance"] == {"points": 1000, "credit": 300}
    short = refusal(till.pay(BY_PHONE, 301))
    assert short[2].startswith("creditBalance balance for members is insufficient")


def test_a_payment_is_not_more_than_its_sale(till: Till) -> None:
    """Gap 18; a return is worth nothing to pay for."""
    assert refusal(till.pay(BY_PHONE, 501, transaction=SALE | {"totalAmount": 500}))[1::2] == (
        "4007009",
        "body.payment.amount",
    )
    assert till.pay(BY_PHONE, 500, transaction=SALE | {"totalAmount": 500}).json["amount"] == 500


def test_limits_are_inclusive(make_till: Any) -> None:
    till = make_till(settings={"min_payment_minor": 100, "max_payment_minor": 200})
    register_ines(till)
    give(till, 1000)

    outcomes = [
        till.pay(BY_PHONE, amount).json.get("error", {}).get("code")
        for amount in (99, 100, 200, 201)
    ]

    assert outcomes == ["4007010", None, None, "4007009"]


def test_the_same_payment_for_the_same_sale_is_one(till: Till) -> None:
    """7.2: its answer again, with the balance of now; another amount is a further payment."""
    first = data_of(till.pay(BY_PHONE, 300, **IN_SALE))
    give(till, 5)
    again = data_of(till.pay(BY_EMAIL, 300.0, **IN_SALE))  # type: ignore[arg-type]
    further = data_of(till.pay(BY_PHONE, 100, **IN_SALE))

    assert again == first | {"newBalance": {"points": 705, "credit": 0}}
    assert further["confirmationCode"] != first["confirmationCode"]
    assert balance(till)["points"] == 605


def test_a_repeat_is_answered_also_where_nothing_is_left(till: Till) -> None:
    """7.2: the answer that was lost was of the last points."""
    first = data_of(till.pay(BY_PHONE, 1000, **IN_SALE))

    assert data_of(till.pay(BY_PHONE, 1000, **IN_SALE)) == first


def test_without_a_sale_or_at_another_branch_it_is_another_payment(till: Till) -> None:
    """7.2, gap 15."""
    elsewhere = till.with_headers(x_branch_id="BR002")
    calls = [
        till.pay(BY_PHONE, 100),
        till.pay(BY_PHONE, 100),
        till.pay(BY_PHONE, 100, **IN_SALE),
        elsewhere.pay(BY_PHONE, 100, **IN_SALE),
        till.with_headers(x_pos_id="POS002").pay(BY_PHONE, 100, **IN_SALE),
    ]

    made = [data_of(call)["confirmationCode"] for call in calls]

    assert len(set(made)) == 4
    assert made[4] == made[2]
    assert balance(till)["points"] == 600


def test_after_a_cancel_the_same_request_is_a_new_payment(till: Till) -> None:
    first = data_of(till.pay(BY_PHONE, 300, **IN_SALE))["confirmationCode"]
    till.cancel_payment(BY_PHONE, first)

    second = data_of(till.pay(BY_PHONE, 300, **IN_SALE))["confirmationCode"]

    assert second != first
    assert data_of(till.cancel_payment(BY_PHONE, first))["newBalance"]["points"] == 700


def test_a_payment_is_cancelled_once_and_wholly(till: Till) -> None:
    """7.3: the repeat changes nothing, and tells the present balance."""
    code = data_of(till.pay(BY_PHONE, 300))["confirmationCode"]

    first = data_of(till.cancel_payment(BY_PHONE, code))
    give(till, 7)
    again = data_of(till.cancel_payment(BY_PHONE, code, amount=-300))

    assert first == {
        "confirmationCode": code,
        "newBalance": {"points": 1000, "credit": 0},
        "type": "POINTS",
        "amount": -300,
    }
    assert again == first | {"newBalance": {"points": 1007, "credit": 0}}


@pytest.mark.parametrize(
    "told, code, message",
    [
        ({"amount": -299}, "4007102", "Cancellation amount does not match the payment"),
        ({"amount": -301}, "4007102", "Cancellation amount does not match the payment"),
        ({"amount": 300}, "1001", "amount must be a negative number"),
        ({"amount": 0}, "1001", "amount must be a negative number"),
        ({"amount": "-300"}, "1001", "amount must be a number"),
    ],
)
def test_an_amount_to_cancel_is_the_exact_negative(
    till: Till, told: Any, code: str, message: str
) -> None:
    paid = data_of(till.pay(BY_PHONE, 300))["confirmationCode"]

    found = refusal(till.cancel_payment(BY_PHONE, paid, **told))

    assert found[1:] == (code, message, "body.payment.amount")
    assert balance(till)["points"] == 700


def test_a_payment_is_its_members_alone(till: Till) -> None:
    """Gap 17: another member's code is as unknown as one of a sale."""
    till.register(phoneNumber="612009999")
    paid = data_of(till.pay(BY_PHONE, 300, **IN_SALE))["confirmationCode"]
    sold = data_of(till.submit(SALE, member=BY_PHONE))["confirmationCode"]

    others = till.cancel_payment({"phoneNumber": "612009999"}, paid)
    of_sale = till.cancel_payment(BY_PHONE, sold)
    of_payment = till.cancel(paid)

    assert refusal(others) == refusal(of_sale)
    assert refusal(others)[1] == "4007101"
    assert refusal(of_payment)[1] == "4006101"


def test_a_payment_may_be_cancelled_anywhere_and_at_any_time(till: Till, clock: Any) -> None:
    """Gap 16; and it is not the sale's affair (5.6)."""
    paid = data_of(till.pay(BY_PHONE, 300, **IN_SALE))["confirmationCode"]
    sold = data_of(till.submit(SALE, member=BY_PHONE))["confirmationCode"]
    till.cancel(sold)
    assert balance(till)["points"] == 700
    clock.advance(timedelta(days=400))

    elsewhere = till.with_headers(x_branch_id="BR002", x_pos_id="P9")

    assert data_of(elsewhere.cancel_payment(BY_PHONE, paid))["newBalance"]["points"] == 1000


@pytest.mark.parametrize("wanted", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_who_takes_no_part_does_not_pay_and_may_cancel(till: Till, wanted: MemberStatus) -> None:
    paid = data_of(till.pay(BY_PHONE, 300))["confirmationCode"]
    status(till, wanted)

    assert refusal(till.pay(BY_PHONE, 1))[1:] == ("4001101", "Member is not active", "body.member")
    assert data_of(till.cancel_payment(BY_PHONE, paid))["newBalance"]["points"] == 1000


def test_what_a_payment_does_not_look_at_is_not_looked_at(till: Till) -> None:
    """4.9: the code of a payment not yet made, and where nothing is verified a proof."""
    ignored = {"confirmationCode": 5, "verificationCode": {"x": 1}}
    paid = till.pay(BY_PHONE, 300, payment=ignored)

    code = data_of(paid)["confirmationCode"]
    cancelled = till.cancel_payment(BY_PHONE, code, verificationCode=[])

    assert data_of(cancelled)["amount"] == -300


def test_assets_beside_a_payment_are_not_used(till: Till) -> None:
    """5.5: only a sale uses them."""
    assert till.pay(BY_PHONE, 5, usedAssets=["nothing"]).json["status"] == "success"


def test_a_confirmation_code_is_logged(till: Till, log_lines: Any) -> None:
    """8.1: the vendor demands it."""
    log_lines()
    paid = data_of(till.pay(BY_PHONE, 300))["confirmationCode"]
    till.cancel_payment(BY_PHONE, paid)
    till.pay(BY_PHONE, 5000)

    told = [line for line in log_lines() if line["event"] == "payment"]

    assert [(line["action"], line["confirmation_code"]) for line in told] == [
        ("pay", paid),
        ("cancel", paid),
    ]
    assert all(line["request_id"] for line in told)


class TestVerified:
    """8.3: a business where a payment needs a code that was sent to the member."""

    @pytest.fixture
    def till(self, make_till: Any) -> Till:
        till = make_till(agreed={"verify_payments": True})
        register_ines(till)
        give(till, 1000)
        return till

    def sent(self, till: Till) -> tuple[str, str]:
        """What was sent last, and to which kind of address."""
        with till.database.reading() as work:
            found = work.session.query(ShortCode).order_by(ShortCode.created_at, ShortCode.id).all()
            sending = codes.sending(work, SECRET_KEY.encode(), found[-1].id)
            assert sending is not None
            return sending.text, sending.kind

    def paid(self, till: Till, code: str, **more: Any) -> Any:
        return till.pay(BY_PHONE, 300, payment={"verificationCode": code}, **more)

    def test_the_first_call_sends_a_code_and_the_second_brings_it(self, till: Till) -> None:
        first = refusal(till.pay(BY_PHONE, 300))
        text, kind = self.sent(till)
        assert first[1::2] == ("4007005", "body.payment.verificationCode")
        assert (kind, balance(till)["points"]) == ("phone", 1000)

        answer = self.paid(till, text)

        assert data_of(answer)["newBalance"]["points"] == 700

    def test_a_code_goes_to_the_address_the_member_was_named_by(self, till: Till) -> None:
        key = till.details(BY_PHONE).json["member"]["membershipKey"]
        for named, kind in (
            (BY_EMAIL, "email"),
            (BY_PHONE, "phone"),
            ({"membershipKey": key}, "phone"),
        ):
            till.pay(named, 300)

            assert self.sent(till)[1] == kind

    def test_a_wrong_code_pays_nothing_and_counts(self, till: Till) -> None:
        till.pay(BY_PHONE, 300)
        text, _ = self.sent(till)

        for _ in range(5):
            found = refusal(self.paid(till, "x"))
            assert found[1::2] == ("4007004", "body.payment.verificationCode")

        assert refusal(self.paid(till, text))[1] == "4007004"
        assert balance(till)["points"] == 1000

    def test_a_code_is_good_once(self, till: Till) -> None:
        till.pay(BY_PHONE, 300)
        text, _ = self.sent(till)
        assert self.paid(till, text).json["status"] == "success"

        assert refusal(self.paid(till, text))[1] == "4007004"
        assert balance(till)["points"] == 700

    def test_a_code_that_could_not_pay_is_good_yet(self, till: Till) -> None:
        till.pay(BY_PHONE, 300)
        text, _ = self.sent(till)
        short = till.pay(BY_PHONE, 5000, payment={"verificationCode": text})

        assert refusal(short)[1] == "407"
        assert self.paid(till, text).json["status"] == "success"

    def test_the_repeat_of_a_payment_needs_no_code(self, till: Till) -> None:
        """7.2: what was lost was the answer, and the code is used up."""
        till.pay(BY_PHONE, 300, **IN_SALE)
        text, _ = self.sent(till)
        first = data_of(self.paid(till, text, **IN_SALE))

        assert data_of(self.paid(till, text, **IN_SALE)) == first
        assert data_of(till.pay(BY_PHONE, 300, **IN_SALE)) == first
        assert refusal(till.pay(BY_PHONE, 301, **IN_SALE))[1] == "4007005"

    def test_a_code_is_a_text(self, till: Till) -> None:
        for code, words in ((1234, "must be a string"), ("", "is not allowed to be empty")):
            found = refusal(till.pay(BY_PHONE, 300, payment={"verificationCode": code}))

            assert found[2:] == (f"verificationCode {words}", "body.payment.verificationCode")

    def test_who_takes_no_part_is_sent_nothing(self, till: Till) -> None:
        status(till, MemberStatus.INACTIVE)
        before = rows(till.database)

        assert refusal(till.pay(BY_PHONE, 300))[1] == "4001101"
        assert rows(till.database) == before

    def test_a_cancel_needs_no_code(self, till: Till) -> None:
        till.pay(BY_PHONE, 300)
        code = data_of(self.paid(till, self.sent(till)[0]))["confirmationCode"]

        assert till.cancel_payment(BY_PHONE, code).json["status"] == "success"

    def test_too_many_codes_are_refused_for_a_while(self, till: Till) -> None:
        for _ in range(5):
            till.pay(BY_PHONE, 300)

        response = till.pay(BY_PHONE, 300)

        assert refusal(response)[:2] == (429, "4290000")
        assert int(response.headers["Retry-After"]) > 0


def test_the_ledger_agrees_with_all_of_it(till: Till) -> None:
    for amount in (1, 2, 300, 600):
        code = data_of(till.pay(BY_PHONE, amount, **IN_SALE))["confirmationCode"]
        if amount % 2 == 0:
            till.cancel_payment(BY_PHONE, code)

    with till.database.unit_of_work() as work:
        assert findings(work) == []
    assert balance(till)["points"] == 999
