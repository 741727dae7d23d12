"""5.8: `POST /v1/card/anonymous` (1.2.0), a card on a number of our choice."""

from __future__ import annotations

import re

import pytest

from adapter.core.cards import CardState
from adapter.core.members import MemberStatus
from tests.factories import make_card, make_member
from tests.protocols.koshelek.people import CARD, PETR, PHONE, holder_of, register
from tests.protocols.koshelek.wallet import refusal, sample
from tests.protocols.state import rows

PATH = "/v1/card/anonymous"


def test_the_vendors_example_is_given_an_active_card(wallet):
    """G3: the profile in, the card out."""
    response = wallet.post(PATH, sample("profile"))

    number = response.json["card"]["cardNumber"]
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert re.fullmatch(r"77[0-9]{8}", number)
    assert response.json == {
        "card": {
            "cardNumber": number,
            "cardState": "active",
            "barcode": {"barcodeNumber": number, "barcodeType": "CODE_128"},
        }
    }
    assert holder_of(wallet.database, number) == PETR


def test_a_repeat_returns_the_same_card(wallet):
    """G3, G14: retry safety."""
    first = wallet.post(PATH, sample("profile"))
    after = rows(wallet.database)
    second = wallet.post(PATH, sample("profile"))

    assert second.data == first.data
    assert rows(wallet.database) == after


@pytest.mark.parametrize("state, sent", [("active", "active"), ("inactive", "inactive")])
def test_who_holds_a_card_already_is_given_that_one(wallet, state, sent):
    """G3."""
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, state=CardState(state))

    response = wallet.post(PATH, {"phone": PHONE, "locality": "Тверь"})

    assert response.json["card"]["cardNumber"] == CARD
    assert response.json["card"]["cardState"] == sent
    assert holder_of(wallet.database, CARD)["locality"] == "Тверь"


@pytest.mark.parametrize("policy", [None, "forbid", "show"])
def test_who_holds_a_blocked_card_is_refused(make_wallet, policy):
    """G3: the card he holds, if he may, else 422; rule 4 of 5.1."""
    wallet = make_wallet(agreed={"blocked_cards": policy} if policy else None)
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, state=CardState.BLOCKED)
    before = rows(wallet.database)

    assert refusal(wallet.post(PATH, {"phone": PHONE, "surname": "Новая"})) == (422, "008")

    assert rows(wallet.database) == before


def test_a_hidden_blocked_card_counts_as_none(make_wallet):
    """G17: `hide` treats it as not found."""
    wallet = make_wallet(agreed={"blocked_cards": "hide"})
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, state=CardState.BLOCKED)

    response = wallet.post(PATH, {"phone": PHONE})

    assert response.json["card"]["cardNumber"] != CARD
    assert response.json["card"]["cardState"] == "active"


def test_a_blocked_person_is_refused(wallet):
    with wallet.database.unit_of_work() as work:
        make_member(work, wallet.program, phone=PHONE, status=MemberStatus.BLOCKED)

    response = wallet.post(PATH, {"phone": PHONE})

    assert refusal(response) == (422, "008")
    assert response.json["description"] == "Участник программы заблокирован или неактивен"


@pytest.mark.parametrize(
    "body",
    [{}, {"phone": ""}, {"email": "a@example.com"}, {"phone": "12"}, {"phone": PHONE, "email": 1}],
    ids=str,
)
def test_a_profile_that_cannot_be_is_refused_and_nothing_written(wallet, body):
    """G9: the phone is the one thing that must be there."""
    before = rows(wallet.database)

    assert refusal(wallet.post(PATH, body)) == (422, "005")

    assert rows(wallet.database) == before


def test_an_email_of_another_customer_is_refused_and_nothing_written(wallet):
    """G25."""
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, email="petr@example.com")
    before = rows(wallet.database)

    assert refusal(wallet.post(PATH, sample("profile"))) == (422, "014")

    assert rows(wallet.database) == before


def test_an_email_that_several_share_is_no_proof_of_who_it_is(wallet):
    with wallet.database.unit_of_work() as work:
        for _ in range(2):
            make_member(work, wallet.program, phone=None, email="petr@example.com")

    assert refusal(wallet.post(PATH, sample("profile"))) == (422, "014")


def test_numbers_of_the_pool_are_left_for_the_pool(make_wallet):
    wallet = make_wallet(program={"card_numbers": {"prefix": "77", "length": 3}})
    with wallet.database.unit_of_work() as work:
        for number in range(770, 779):
            make_card(work, wallet.program, number=str(number))

    replies = [wallet.post(PATH, {"phone": f"7999000000{turn}"}) for turn in range(3)]

    issued = [r.json["card"]["cardNumber"] for r in replies if r.status_code == 200]
    assert issued in ([], ["779"])
    assert {refusal(r) for r in replies if r.status_code != 200} == {(422, "016")}


@pytest.mark.parametrize("phone", ["79995550142", "+7 999 555-01-42", "89995550142", "9995550142"])
def test_one_person_is_one_however_the_phone_is_written(wallet, phone):
    """G18."""
    first = wallet.post(PATH, {"phone": PHONE})

    assert wallet.post(PATH, {"phone": phone}).json == first.json


def test_one_phone_may_hold_a_card_of_each_program(wallet, make_wallet):
    other = make_wallet(code="OTHER", login="other")

    here, there = (each.post(PATH, {"phone": PHONE}).json["card"] for each in (wallet, other))

    assert wallet.get(f"/v1/card/{here['cardNumber']}").status_code == 200
    assert refusal(wallet.get(f"/v1/card/{there['cardNumber']}")) == (422, "009")


def test_as_many_forms_of_a_new_card_as_the_program_has_barcodes(make_wallet):
    """G16: what is sent can be scanned."""
    for kind, length in (("EAN_8", 8), ("EAN_13", 13), ("UPC_A", 12), ("QR_CODE", 10)):
        numbers = {"prefix": "29", "length": length, "barcode_type": kind}
        wallet = make_wallet(code=kind, login=kind, program={"card_numbers": numbers})

        card = wallet.post(PATH, {"phone": PHONE}).json["card"]

        assert card["barcode"] == {"barcodeNumber": card["cardNumber"], "barcodeType": kind}
        assert len(card["cardNumber"]) == length
