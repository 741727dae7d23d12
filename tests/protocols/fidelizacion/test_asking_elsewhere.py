"""Whom the business does not know and its CRM does: the till is answered as if they were there."""

from __future__ import annotations

import pytest

from tests.crm.register import ANNA, PHONE, said
from tests.protocols.fidelizacion.till import refused

MEMBER = {"phoneNumber": f"+{PHONE}"}
SALE = {
    "transactionId": "R-1",
    "dateTime": "2026-05-04T08:00:00Z",
    "totalAmount": 1000,
    "items": [{"lineId": "1", "code": "TEA01", "quantity": 1, "netAmount": 1000}],
    "meansOfPayment": [{"type": "CASH", "amount": 1000}],
}


@pytest.fixture
def till(make_till, register):
    crm = {"url": register.url, "timeout_ms": 5000, "ask_by": ["phone", "external_id"]}
    return make_till(settings={"crm": crm})


def test_a_sale_earns_for_whom_the_crm_knows_and_earns_once(till, register):
    register.knows(ANNA)

    sold = till.submit(SALE, member=MEMBER)
    again = till.submit(SALE, member=MEMBER)

    assert sold.json["data"]["earnedPoints"] == 100
    assert again.json["data"] == sold.json["data"]
    assert till.details(MEMBER).json["data"]["member"]["points"] == 100
    assert len(register.asked) == 1


def test_the_number_of_a_card_that_a_till_scans_is_asked_for(till, register):
    register.knows(ANNA | {"card_number": "2337658900"})

    details = till.details({"externalId": "2337658900"})

    assert details.json["data"]["member"]["firstName"] == "Анна"
    assert register.asked[0].document["kind"] == "external_id"


@pytest.mark.parametrize("call", ["details", "update", "pay", "submit", "event", "short_code"])
def test_every_call_about_a_member_asks(till, register, call):
    register.answer = said(404)
    calls = {
        "details": lambda: till.details(MEMBER),
        "update": lambda: till.update(MEMBER, firstName="Ann"),
        "pay": lambda: till.pay(MEMBER, 100),
        "submit": lambda: till.submit(SALE, member=MEMBER),
        "event": lambda: till.event({"type": "visit", "dateTime": SALE["dateTime"]}, member=MEMBER),
        "short_code": lambda: till.short_code("send", member=MEMBER),
    }

    assert refused(calls[call]())[1]

    assert [one.document["value"] for one in register.asked] == [PHONE]


def test_who_registers_is_new_whatever_the_crm_says(till, register):
    register.knows(ANNA)

    assert till.register(phoneNumber=f"+{PHONE}", firstName="Ann").json["status"] == "success"
    assert register.asked == []


@pytest.mark.parametrize("answer", [said(404), said(503), said(200, ANNA | {"phone": "1"})])
def test_whom_nobody_knows_is_refused_as_before(make_till, register, answer):
    register.answer = answer
    asking = make_till(settings={"crm": {"url": register.url, "timeout_ms": 5000}})
    alone = make_till(code="ALONE", key="another-key")

    assert refused(asking.details(MEMBER)) == refused(alone.details(MEMBER))
    assert len(register.asked) == 1
