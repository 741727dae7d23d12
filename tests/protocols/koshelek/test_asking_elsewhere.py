"""Whom the program does not know and its CRM does: the app is told as if they had been there."""

from __future__ import annotations

import pytest

from tests.crm.register import ANNA, PHONE, said
from tests.protocols.koshelek.wallet import is_empty, refusal

CARD = "2337658900"


@pytest.fixture
def make_asking(make_wallet, register):
    """A function that makes a partner with a CRM."""

    def make(**crm):
        settings = {
            "crm": {"url": register.url, "timeout_ms": 5000, "ask_by": ["phone", "card"]} | crm
        }
        return make_wallet(program={"settings": settings})

    return make


@pytest.fixture
def wallet(make_asking):
    return make_asking()


def test_a_search_finds_the_card_the_crm_tells_of(wallet, register):
    register.knows(ANNA | {"card_number": CARD})

    found = wallet.get("/v1/card", msisdn=PHONE)

    assert found.json["card"]["cardNumber"] == CARD
    assert wallet.get("/v1/card", msisdn=PHONE).json == found.json
    assert len(register.asked) == 1


def test_a_search_finds_the_card_they_are_given_where_the_program_gives_one(make_asking, register):
    wallet = make_asking(issue_card=True)
    register.knows(ANNA)

    assert wallet.get("/v1/card", msisdn=PHONE).json["card"]["cardState"] == "active"


def test_a_card_number_is_asked_for_as_well(wallet, register):
    register.knows(ANNA | {"card_number": CARD})

    assert wallet.get(f"/v1/card/{CARD}").json["card"]["cardNumber"] == CARD
    assert register.asked[0].document["kind"] == "card"


@pytest.mark.parametrize("answer", [said(404), said(500), said(200, ANNA | {"phone": "1"})])
def test_whom_nobody_knows_is_nobody_as_before(wallet, register, answer):
    register.answer = answer

    assert is_empty(wallet.get("/v1/card", msisdn=PHONE))
    assert refusal(wallet.get(f"/v1/card/{CARD}")) == (422, "009")


def test_the_crm_is_asked_once_in_a_call(make_asking, register):
    wallet = make_asking(ask_by=["phone", "email"])
    register.knows(ANNA)  # who has no card: the search is empty after it, too

    assert is_empty(wallet.get("/v1/card", msisdn=PHONE))
    assert is_empty(wallet.get("/v1/card", msisdn=PHONE))

    assert len(register.asked) == 1


def test_whom_the_crm_knows_is_given_a_card_by_the_app(wallet, register):
    register.knows(ANNA)
    wallet.get("/v1/card", msisdn=PHONE)

    card = wallet.post("/v1/card/anonymous", {"phone": PHONE}).json["card"]

    assert wallet.get("/v1/card", msisdn=PHONE).json["card"] == card


def test_a_program_without_a_crm_asks_nobody(make_wallet, register):
    register.knows(ANNA)

    assert is_empty(make_wallet().get("/v1/card", msisdn=PHONE))
    assert register.asked == []
