"""One person, a wallet and a till: the card issued there identifies here, and what is earned here
shows there.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from adapter.core import cards, partners
from adapter.core.cards import CardState
from tests.protocols.fidelizacion.people import INES
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.house import SECRET_KEY

WALLET = {"Authorization": "Basic " + base64.b64encode(b"wallet:1").decode()}
PHONE = "34612005544"
SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 10_000}


@pytest.fixture
def till(make_till: Any) -> Till:
    """A till of a business whose points live for a year, and which has a wallet as well."""
    till = make_till(settings={"points_expire_after_days": 365}, earning={"points_per_unit": "1"})
    with till.database.unit_of_work() as work:
        digest = partners.digest(SECRET_KEY.encode(), "koshelek", "wallet:1")
        partners.create_credential(
            work, till.program.id, protocol="koshelek", name="wallet", digest=digest
        )
    return till


def issue(till: Till, **profile: Any) -> str:
    """The number of the card that the wallet was given for this person."""
    response = till.client.post(
        "/v1/card/anonymous", json={"phone": PHONE} | profile, headers=WALLET
    )
    return str(response.json["card"]["cardNumber"])


def in_wallet(till: Till, number: str) -> dict[str, Any]:
    """The card as the wallet sees it."""
    return dict(till.client.get(f"/v1/card/{number}", headers=WALLET).json["card"])


def test_a_card_of_the_wallet_identifies_at_the_till(till: Till) -> None:
    """Whoever got it there needs no registration here."""
    number = issue(till, email="ines@example.org", firstname="Ines")

    by_card = data_of(till.details({"externalId": number}))["member"]

    assert (by_card["firstName"], by_card["email"]) == ("Ines", "ines@example.org")
    assert data_of(till.details({"phoneNumber": "612005544"}))["member"] == by_card
    assert refusal(till.register(phoneNumber="612005544"))[1] == "204"


def test_a_barcode_identifies_like_the_number(till: Till) -> None:
    number = issue(till)
    with till.database.unit_of_work() as work:
        card = cards.by_number(work, till.program.id, number)
        card.barcode_number = "2900000070011"

    for text in (number, "2900000070011"):
        assert till.details({"externalId": text}).json["status"] == "success"


def test_what_is_earned_at_the_till_shows_in_the_wallet_with_its_expiry(till: Till) -> None:
    number = issue(till)
    sold = till.submit(SALE, member={"externalId": number})
    assert data_of(sold)["earnedPoints"] == 10_000

    bonus = in_wallet(till, number)["bonus"]

    assert (bonus["total"], bonus["available"]) == ("100", "100")
    assert bonus["bonuses"] == [
        {"description": "Purchase R-1", "amount": "100", "validUntil": "2027-05-04"}
    ]


def test_what_is_paid_and_cancelled_at_the_till_shows_in_the_wallet(till: Till) -> None:
    number = issue(till)
    member = {"externalId": number}
    sold = data_of(till.submit(SALE, member=member))["confirmationCode"]
    paid = data_of(till.pay(member, 2_500))["confirmationCode"]
    assert in_wallet(till, number)["bonus"]["total"] == "75"

    till.cancel_payment(member, paid)
    assert in_wallet(till, number)["bonus"]["total"] == "100"
    till.cancel(sold)

    assert in_wallet(till, number)["bonus"]["total"] == "0"


def test_who_registers_at_the_till_gets_their_card_in_the_wallet(till: Till) -> None:
    """The other direction: one member, with what they earned before."""
    till.register(**INES)
    till.submit(SALE, member={"phoneNumber": "612005544"})

    number = issue(till)

    assert in_wallet(till, number)["bonus"]["total"] == "100"
    key = data_of(till.details({"externalId": number}))["member"]["membershipKey"]
    again = data_of(till.details({"phoneNumber": "612005544"}))["member"]
    assert again["membershipKey"] == key
    assert again["phoneNumber"] == "612005544"


def test_a_sale_at_the_till_is_a_purchase_in_the_wallet(till: Till) -> None:
    number = issue(till)
    line = {"lineId": "1", "code": "TEA", "name": "Té", "quantity": 2, "netAmount": 10_000}
    till.submit(SALE | {"items": [line]}, member={"externalId": number})

    (item,) = till.client.get(
        f"/v1/card/{number}/purchases?startDate=2026-01-01", headers=WALLET
    ).json

    assert (item["item"], item["amount"], item["bonuses"]) == ("Té", "5000", "100")


def test_a_change_on_either_side_is_one_change(till: Till) -> None:
    number = issue(till, firstname="Ines")
    till.update({"externalId": number}, lastName="Prats", phoneNumber="612005545")

    profile = {"firstname": "Inés", "phone": "34612005545"}
    till.client.post(f"/v1/card/{number}", json=profile, headers=WALLET)

    member = data_of(till.details({"externalId": number}))["member"]
    assert (member["firstName"], member["lastName"]) == ("Inés", "Prats")
    assert member["phoneNumber"] == "612005545"


@pytest.mark.parametrize("state", [CardState.BLOCKED, CardState.INACTIVE])
def test_a_card_that_is_not_active_identifies_nobody(till: Till, state: CardState) -> None:
    number = issue(till)
    with till.database.unit_of_work() as work:
        cards.by_number(work, till.program.id, number).state = state

    assert refusal(till.details({"externalId": number}))[1] == "203"
    assert till.details({"phoneNumber": "612005544"}).json["status"] == "success"


def test_points_that_run_out_do_so_on_both_sides(till: Till, clock: Any) -> None:
    number = issue(till)
    till.submit(SALE, member={"externalId": number})
    clock.advance(timedelta(days=366))

    assert in_wallet(till, number)["bonus"]["available"] == "0"
    assert data_of(till.details({"externalId": number}))["member"]["points"] == 0
    assert refusal(till.pay({"externalId": number}, 1))[1] == "407"
