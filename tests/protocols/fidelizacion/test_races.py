"""Section 7 with twenty tills at once: equal requests end as one, and the last points go once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.factories import findings
from tests.protocols.fidelizacion.people import (
    BY_EMAIL,
    BY_PHONE,
    INES,
    balance,
    give,
    grant,
    register_ines,
)
from tests.protocols.fidelizacion.till import Till, data_of

TILLS = 20
PATIENCE = 60  # seconds; nobody waits that long unless something is wrong
SALE = {
    "transactionId": "R-1",
    "dateTime": "2026-05-04T08:00:00Z",
    "totalAmount": 1000,
    "items": [{"lineId": "1", "code": "TEA01", "quantity": 1, "netAmount": 1000}],
}
Ask = Callable[[Till, int], TestResponse]


@pytest.fixture
def ines(till: Till) -> Till:
    """A till where Ines has ten points."""
    register_ines(till)
    give(till, 1000)
    return till


def at_once(till: Till, ask: Ask) -> list[TestResponse]:
    """What each of twenty tills is answered that ask in the same moment."""
    barrier = Barrier(TILLS)

    def one(number: int) -> TestResponse:
        client = till.app.test_client()
        barrier.wait(PATIENCE)
        return ask(Till(till.app, client, till.database, till.program, till.headers), number)

    with ThreadPoolExecutor(TILLS) as pool:
        return list(pool.map(one, range(TILLS)))


def only(answers: list[TestResponse]) -> dict[str, Any]:
    """The payload that all of them are."""
    payloads = [data_of(answer) for answer in answers]
    assert payloads == payloads[:1] * TILLS
    return payloads[0]


def test_a_sale_told_twenty_times_is_one_sale(ines: Till) -> None:
    """7.1, 7.6: one award, and the same answer for all."""
    answer = only(at_once(ines, lambda till, _: till.submit(SALE, member=BY_PHONE)))

    assert answer["earnedPoints"] == 100
    assert balance(ines)["points"] == 1100
    assert data_of(ines.details(BY_PHONE))["member"]["visit"] == 1
    assert sound(ines)


def test_a_sale_of_nobody_told_twenty_times_is_one_sale(ines: Till) -> None:
    assert only(at_once(ines, lambda till, _: till.submit(SALE)))["transactionId"] == "R-1"
    assert sound(ines)


def test_of_two_sales_under_one_id_one_stands(ines: Till) -> None:
    """7.1: the same key with other content is refused, whoever comes first."""

    def ask(till: Till, number: int) -> TestResponse:
        return till.submit(SALE | {"totalAmount": 1000 + number % 2}, member=BY_PHONE)

    answers = at_once(ines, ask)

    codes = [a.json.get("error", {}).get("code") for a in answers]
    assert sorted(map(str, codes)) == ["4006102"] * (TILLS // 2) + ["None"] * (TILLS // 2)
    assert balance(ines)["points"] == 1100
    assert sound(ines)


def test_a_payment_repeated_twenty_times_is_one_payment(ines: Till) -> None:
    """7.2, 7.6: one debit."""
    more = {"transaction": SALE}

    answer = only(at_once(ines, lambda till, _: till.pay(BY_PHONE, 300, **more)))

    assert answer["newBalance"]["points"] == balance(ines)["points"] == 700
    assert sound(ines)


def test_the_last_points_are_spent_once(ines: Till) -> None:
    """7.6: of twenty payments of three points, ten points cover three."""
    answers = at_once(ines, lambda till, _: till.pay(BY_PHONE, 300))

    codes = [a.json.get("error", {}).get("code") for a in answers]
    assert sorted(map(str, codes)) == ["407"] * (TILLS - 3) + ["None"] * 3
    assert balance(ines)["points"] == 100
    assert sound(ines)


def test_a_payment_cancelled_twenty_times_is_cancelled_once(ines: Till) -> None:
    """7.3."""
    code = data_of(ines.pay(BY_PHONE, 300))["confirmationCode"]

    answer = only(at_once(ines, lambda till, _: till.cancel_payment(BY_PHONE, code)))

    assert answer["newBalance"]["points"] == balance(ines)["points"] == 1000
    assert sound(ines)


def test_a_sale_cancelled_twenty_times_is_cancelled_once(ines: Till) -> None:
    """7.3: its asset is back once, and its points are taken once."""
    grant(ines, "as_1", name="Free tea", kind="gift")
    sold = data_of(ines.submit(SALE, member=BY_PHONE, usedAssets=["as_1"]))

    answer = only(at_once(ines, lambda till, _: till.cancel(sold["confirmationCode"])))

    assert (answer["earnedPoints"], answer["newBalance"]["points"]) == (-100, 1000)
    member = data_of(ines.details(BY_PHONE))["member"]
    assert (member["visit"], member["assets"][0]["status"]) == (0, "active")
    assert sound(ines)


def test_one_asset_is_used_by_one_sale(ines: Till) -> None:
    """5.6: all others are refused whole."""
    grant(ines, "as_1", name="Free tea", kind="gift")

    def ask(till: Till, number: int) -> TestResponse:
        sale = SALE | {"transactionId": f"R-{number}"}
        return till.submit(sale, member=BY_PHONE, usedAssets=["as_1"])

    codes = [a.json.get("error", {}).get("code") for a in at_once(ines, ask)]

    assert sorted(map(str, codes)) == ["4008102"] * (TILLS - 1) + ["None"]
    assert balance(ines)["points"] == 1100
    assert sound(ines)


@pytest.mark.parametrize("by", ["phoneNumber", "email"])
def test_a_newcomer_who_comes_twenty_times_is_one_member(till: Till, by: str) -> None:
    """7.4, 7.6: families may share an e-mail, but not by registering with it."""
    answers = at_once(till, lambda one, _: one.register(**{by: INES[by]}))

    codes = [a.json.get("error", {}).get("code") for a in answers]
    assert sorted(map(str, codes)) == ["204"] * (TILLS - 1) + ["None"]
    assert data_of(till.details({by: INES[by]}))["member"]["status"] == "active"


def test_an_email_wanted_by_two_members_becomes_one_members(till: Till) -> None:
    """5.2: whoever is second is told that it is taken."""
    register_ines(till, email="old@example.org")
    data_of(till.register(phoneNumber="612005545"))

    def ask(one: Till, number: int) -> TestResponse:
        member = {"phoneNumber": f"61200554{4 + number % 2}"}
        return one.update(member, email=INES["email"])

    codes = {a.json.get("error", {}).get("code") for a in at_once(till, ask)}

    assert codes == {None, "204"}
    assert data_of(till.details(BY_EMAIL))["member"]["status"] == "active"


def sound(till: Till) -> bool:
    """Whether the ledger and all that stands around it agree."""
    with till.database.unit_of_work() as work:
        return findings(work) == []
