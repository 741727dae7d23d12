"""Nothing personal is in the log: not while there is such a person, and not afterwards."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import select

from adapter.core import cards, events, members
from adapter.core.members import IdentityKind, Member
from adapter.web.refilling import fill_from, refilled
from tests.clock import Clock
from tests.protocols.exchanges.overheard import Overheard, asked, everything_kept
from tests.protocols.swip.bills import create, step
from tests.protocols.together.shop import Shop, order, receipt

PHONE = "79031239876"
SHOWN = "+7 (903) 123-98-76"
PERSON: dict[str, Any] = {
    "firstName": "Канарейка",
    "surname": "Желтопёрая-Кенарь",
    "patronymic": "Клеточна",
    "email": "Kenar.Canary@example.com",
    "birthDate": "1987-11-23",
}
KEY, SECRET_CODE = "till-canary-key", "482913"
TRACES = (
    "9031239876",
    "(903)",
    "123-98-76",
    "канарейк",
    "желтопёр",
    "клеточн",
    "kenar",
    "1987",
    "23.11",
    "482913",
    "SPRING-CANARY".lower(),
)


def lived(shop: Shop, clock: Clock) -> str:
    """The number of the canary's card, after every platform has had to do with it."""
    number = shop.issue(PHONE, **PERSON)
    wallet, till, plugin = shop.wallet, shop.till, shop.plugin
    shop.bonus(number)
    for by in ({"msisdn": PHONE}, {"email": PERSON["email"]}, {"birthDate": "1987-11-23"}):
        wallet.get("/v1/card", **by)
    wallet.put(f"/v1/card/{number}", PERSON | {"phone": PHONE})
    wallet.put(f"/v1/card/{number}/communication", {"allow": ["sms"], "deny": ["email"]})
    wallet.get(f"/v1/card/{number}/purchases", startDate="2020-01-01")
    wallet.post("/v1/promo/code", {"phone": PHONE, "code": "SPRING-CANARY"})
    wallet.post("/v1/card/anonymous", {"phone": PHONE, PHONE: "a key", "канарейка": [PHONE]})
    wallet.get(f"/v1/card/{PHONE}")
    member = {"phoneNumber": SHOWN}
    sale = receipt("R-1", clock.now, money=10000, employee="Канарейка Желтопёрая-Кенарь")
    till.submit(sale, member=member)
    till.pay(member, 1000)
    till.pay({"externalId": number}, 10_000_000)
    till.details(member)
    till.register(phoneNumber=SHOWN, firstName="Канарейка", birthday="1987-11-23")
    till.post("/v1/member/shortCode", {"action": "verify", "shortCode": SECRET_CODE})
    till.post("/v1/member/update", {"member": member, "newMemberData": {"lastName": "Кенарь"}})
    event = {"type": "visit", "dateTime": "2026-01-01T00:00:00Z", "payload": {PHONE: [SHOWN]}}
    till.post("/v1/event", {"member": member, "event": event})
    till.post("/v1/payment", f'{{"member": "{PHONE}", broken'.encode())
    till.post("/v1/payment", f'"{PHONE}"'.encode())
    till.post("/v1/payment", json.dumps([PHONE, {"a": [SHOWN]}]).encode())
    till.client.post(f"/v1/payment/{PHONE}", headers=dict(till.headers))
    plugin.points(phone=SHOWN)
    plugin.profile(phone=PHONE)
    plugin.profile(phone=f"8{PHONE[1:]}")
    plugin.sign_up(phone=PHONE, firstName="Канарейка", birthday="23.11.1987")
    order_id = create(plugin, **order("S-1", clock.now, money=10000, points=5))
    step(plugin, order_id, "bind", phone=PHONE)
    step(plugin, order_id, "close", amount=100)
    strange = heard_by_nobody(shop)
    strange.post("/v1/payment", json={"member": member}, headers={"x-api-key": KEY})
    strange.get(f"/v1/card?msisdn={PHONE}", headers={"Authorization": f"Basic {KEY}"})
    return number


def heard_by_nobody(shop: Shop) -> Any:
    """A client without any credential."""
    return shop.wallet.app.test_client()


def traces(text: str, *more: str) -> list[str]:
    """What of the canary is in a text."""
    folded = text.lower()
    return [trace for trace in (*TRACES, *more) if trace in folded]


def test_a_canary_is_nowhere_in_the_log(shop: Shop, heard: Overheard, clock: Clock) -> None:
    number = lived(shop, clock)

    found = heard.all()

    assert len(found) > 30
    assert {one.protocol for one in found} == {"koshelek", "fidelizacion", "swip"}
    assert len([one for one in found if one.member_id]) > 20
    assert traces(everything_kept(shop.database), number, KEY) == []


def test_a_person_erased_is_known_no_more_by_any_exchange(
    shop: Shop, heard: Overheard, clock: Clock
) -> None:
    number = lived(shop, clock)
    kept = heard.all()
    with shop.database.unit_of_work() as work:
        (person,) = members.by_identity(work, shop.program.id, IdentityKind.PHONE, PHONE)
        members.erase(work, person)
        events.forget(work, person.id)
        cards.retire_all(work, cards.of_member(work, person.id))

    with shop.database.reading() as work:
        erased = work.session.scalars(select(Member)).one()
        assert erased.erased_at is not None
        told = [
            refilled(one, fill_from(work, one)) for one in kept if one.rule and not one.is_truncated
        ]
    assert traces(str(told), number) == []
    assert sum(bool(one.missing) for one in told) > 15


def test_as_long_as_there_is_the_person_what_they_gave_is_filled_in_as_it_was_written(
    shop: Shop, heard: Overheard, clock: Clock
) -> None:
    number = shop.issue(PHONE, **PERSON)
    written = [SHOWN, PHONE, f"8{PHONE[1:]}", f"8 903 {PHONE[4:7]}-{PHONE[7:]}"]
    for phone in written:
        shop.plugin.points(phone=phone)
    shop.bonus(number)
    sent = {"member": {"phoneNumber": SHOWN}, "newMemberData": {"birthday": "1987-11-23"}}
    shop.till.post("/v1/member/update", sent)

    *looks, card, changed = heard.all()[-len(written) - 2 :]
    with shop.database.reading() as work:
        addresses = [refilled(one, fill_from(work, one)) for one in looks]
        shown = refilled(card, fill_from(work, card))
        update = refilled(changed, fill_from(work, changed))
    plain = [one.path.partition("phone=")[2] for one in addresses]
    assert [_unquoted(text) for text in plain] == written
    assert shown.path == f"/v1/card/{number}"
    assert json.loads(update.body or b"") == sent
    assert all(one.missing == [] for one in (*addresses, shown, update))
    assert "$member" in json.dumps(asked(changed))


@pytest.mark.parametrize("phone", ["+44 20 7946 0958", "442079460958"])
def test_a_phone_of_another_country_is_filled_in_as_well(
    shop: Shop, heard: Overheard, phone: str
) -> None:
    shop.issue("442079460958")
    shop.plugin.points(phone=phone)

    kept = heard.last()
    with shop.database.reading() as work:
        again = refilled(kept, fill_from(work, kept))
    assert "2079460958" not in str(kept.query)
    assert _unquoted(again.path.partition("phone=")[2]) == phone


def _unquoted(text: str) -> str:
    return unquote_plus(text)
