"""Every exchange is found again: whose, what it did, and what was said, masked."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from adapter.core import exchanges, members
from adapter.core.exchanges import Filters, Outcome
from adapter.core.members import IdentityKind, Member
from adapter.web import exchanges as log
from adapter.web.replay import entries_of
from tests.clock import Clock
from tests.protocols.exchanges.overheard import Overheard, answered, asked
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.koshelek.wallet import basic
from tests.protocols.swip.bills import create, good, step
from tests.protocols.together.shop import Shop, order, receipt

OLGA = "79261112233"
SHOWN = "+7 (926) 111-22-33"


def member_of(shop: Shop, phone: str) -> Member:
    """The member with this phone."""
    with shop.database.reading() as work:
        (found,) = members.by_identity(work, shop.program.id, IdentityKind.PHONE, phone)
        return found


def reference(shop: Shop, what: str, **more: object) -> dict[str, object]:
    """What stands for something of Olga's."""
    return {"$member": str(member_of(shop, OLGA).id), "is": what} | more


@pytest.fixture
def number(shop: Shop) -> str:
    """The number of Olga's card."""
    return shop.issue(OLGA, firstName="Ольга", surname="Юрьева")


def test_a_card_issued_to_somebody_new_is_kept_by_reference_to_who_they_are_now(
    shop: Shop, heard: Overheard, number: str
) -> None:
    kept = heard.last()

    assert (kept.protocol, kept.method, kept.rule) == ("koshelek", "POST", "/v1/card/anonymous")
    assert (kept.status, kept.outcome, kept.refusal) == (200, Outcome.OK, None)
    assert (kept.program_id, kept.member_id) == (shop.program.id, member_of(shop, OLGA).id)
    assert asked(kept) == {
        "phone": reference(shop, "phone", **{"as": "7##########"}),
        "firstName": reference(shop, "first_name"),
        "surname": reference(shop, "last_name"),
    }
    assert answered(kept)["card"]["cardState"] == "active"
    assert answered(kept)["card"]["cardNumber"]["is"].startswith("card:")
    assert json.loads(kept.headers or "") == {"authorization": "***"}
    with shop.database.reading() as work:
        (welcome,) = exchanges.effects(work, entries_of(kept))
    assert [(leg.amount.minor, leg.after.minor) for leg in welcome.legs] == [(5000, 5000)]


def test_a_card_looked_at_is_kept_without_its_number_in_the_path(
    shop: Shop, heard: Overheard, number: str
) -> None:
    shop.bonus(number)

    kept = heard.last()
    assert number not in (kept.path or "") and "<" in (kept.rule or "")
    assert json.loads(kept.path or "")["number"]["$member"] == str(kept.member_id)
    assert answered(kept)["card"]["bonus"]["available"] == "50"
    assert kept.entries is None


def test_a_sale_is_kept_with_its_till_and_what_it_earned(
    shop: Shop, heard: Overheard, clock: Clock, number: str
) -> None:
    sale = receipt("R-1", clock.now, money=10000)
    sold = data_of(shop.till.submit(sale, member={"phoneNumber": SHOWN}))

    kept = heard.last()
    assert (kept.outlet, kept.terminal) == ("BR001", "POS001")
    assert asked(kept)["transaction"] == sale
    assert asked(kept)["member"]["phoneNumber"] == reference(
        shop, "phone", **{"as": "+7 (###) ###-##-##"}
    )
    assert answered(kept)["data"] == sold
    assert len(json.loads(kept.entries or "")) == 1
    assert kept.at == clock.now and kept.duration_us > 0
    assert json.loads(kept.headers or "")["x-api-key"] == "***"


def test_the_same_sale_again_moves_nothing_and_says_so(
    shop: Shop, heard: Overheard, clock: Clock, number: str
) -> None:
    sale = receipt("R-1", clock.now, money=10000)
    for _ in range(2):
        shop.till.submit(sale, member={"phoneNumber": SHOWN})

    first, again = heard.all()[-2:]
    assert (len(json.loads(first.entries or "")), again.entries) == (1, None)
    assert first.member_id == again.member_id == member_of(shop, OLGA).id


def test_a_payment_by_card_is_kept_by_the_card(shop: Shop, heard: Overheard, number: str) -> None:
    data_of(shop.till.pay({"externalId": number}, 1000))

    kept = heard.last()
    assert asked(kept)["member"]["externalId"] == reference(shop, "card number")
    assert kept.entries is not None


def test_points_asked_for_by_a_glance_are_kept_with_whose_they_are(
    shop: Shop, heard: Overheard, number: str
) -> None:
    shop.plugin.points(phone=OLGA)
    shop.plugin.profile(phone=OLGA)

    points, profile = heard.all()[-2:]
    assert points.member_id == profile.member_id == member_of(shop, OLGA).id
    assert (points.outlet, points.terminal) == ("Store 7", "12")
    assert json.loads(points.query or "") == {
        "phone": reference(shop, "phone", **{"as": "7##########"})
    }
    assert answered(points) == {"points": 50}
    assert answered(profile)["name"] == reference(shop, "first_name+last_name")


def test_an_order_from_its_beginning_to_its_end(
    shop: Shop, heard: Overheard, clock: Clock, number: str
) -> None:
    told = order("S-1", clock.now, money=10000, points=5)
    order_id = create(shop.plugin, **told)
    for name, more in (("bind", {"phone": OLGA}), ("loyalty", {"points": 5})):
        good(step(shop.plugin, order_id, name, **more))
    good(step(shop.plugin, order_id, "close", amount=100))

    made, bound, held, closed = heard.all()[-4:]
    assert made.member_id is None and asked(made)["merchantOrderId"] == "S-1"
    assert asked(made)["merchantCashier"] != told["merchantCashier"]
    assert Decimal(str(asked(made)["total"])) == 105
    assert {one.member_id for one in (bound, held, closed)} == {member_of(shop, OLGA).id}
    assert json.loads(bound.path or "") == {"order_id": order_id}
    assert bound.entries is None and held.entries and len(json.loads(closed.entries or "")) >= 2


def test_what_was_refused_is_found_by_our_name_for_it_and_by_the_vendors(
    shop: Shop, heard: Overheard, number: str
) -> None:
    shop.till.pay({"phoneNumber": OLGA}, 10_000_000)

    kept = heard.last()
    assert (kept.status, kept.refusal, kept.code) == (200, "InsufficientPoints", "407")
    assert (kept.outcome, kept.entries) == (Outcome.REFUSED, None)
    assert kept.member_id == member_of(shop, OLGA).id
    assert answered(kept)["error"]["code"] == "407"
    with shop.database.reading() as work:
        for word in ("407", "InsufficientPoints"):
            (found,) = exchanges.recent(work, shop.program.id, Filters(refusal=word))
            assert found.id == kept.id


@pytest.mark.parametrize("path", ["/v1/card/7700000001", "/koshelek/v1/card/7700000001"])
def test_who_shows_no_credential_is_nobodys_and_keeps_nothing_they_sent(
    shop: Shop, heard: Overheard, path: str
) -> None:
    stranger = heard.app.test_client()

    answer = stranger.post(path, json={"phone": OLGA}, headers={"Authorization": "Basic eDp5"})

    kept = heard.last()
    assert (answer.status_code, kept.status, kept.refusal) == (401, 401, "Unauthenticated")
    assert (kept.program_id, kept.credential_id, kept.member_id) == (None, None, None)
    assert kept.request_body is None and "eDp5" not in (kept.headers or "")
    assert json.loads(kept.path or "") == {"number": "***"}


def test_an_address_that_is_no_endpoints_is_kept_without_itself(
    shop: Shop, heard: Overheard
) -> None:
    shop.till.client.post(f"/v1/payment/{OLGA}?phone={OLGA}")

    kept = heard.last()
    assert (kept.status, kept.rule, kept.path) == (404, None, None)
    assert json.loads(kept.query or "") == {"phone": "***"}


def test_our_own_pages_are_no_exchanges(shop: Shop, heard: Overheard) -> None:
    for path in ("/healthz", "/readyz", "/admin/", "/nowhere"):
        heard.app.test_client().get(path)

    assert heard.all() == []


def test_the_id_of_the_reply_finds_the_exchange_also_where_the_platform_chose_it(
    shop: Shop, heard: Overheard, number: str
) -> None:
    client = shop.wallet.client
    ours = client.get(f"/v1/card/{number}").headers["X-Request-ID"]
    client.get(f"/v1/card/{number}", headers={"X-Request-ID": "wallet-4711"})

    own, given = heard.all()[-2:]
    assert (own.request_id, own.id.hex, own.given_request_id) == (ours, ours, None)
    assert given.request_id == "wallet-4711"
    with shop.database.reading() as work:
        for text, wanted in ((ours, own), (str(own.id), own), ("wallet-4711", given)):
            found = exchanges.recent(work, None, Filters(request_id=text))
            assert [one.id for one in found] == [wanted.id]


def test_without_bodies_none_is_kept_and_the_rest_is(
    make_app, database, shop: Shop, number: str
) -> None:
    app = make_app(database=database, REQUEST_LOG_BODIES="off")
    heard = Overheard(app, database)

    app.test_client().get(f"/v1/card/{number}", headers={"Authorization": basic()})

    kept = heard.last()
    assert (kept.status, kept.request_body, kept.response_body) == (200, None, None)
    assert kept.member_id is not None and kept.path is not None


def test_switched_off_nothing_is_kept(make_app, database, shop: Shop) -> None:
    app = make_app(database=database, REQUEST_LOG="off")

    assert app.test_client().get("/v1/card/1").status_code == 401

    assert log.flush(app) and Overheard(app, database).all() == []


def test_a_body_that_is_too_long_is_kept_as_its_length_alone(
    shop: Shop, heard: Overheard, number: str
) -> None:
    document = {"member": {"phoneNumber": OLGA}, "event": {"type": "x" * 300_000}}
    shop.till.client.post("/v1/event", json=document, headers=dict(shop.till.headers))

    kept = heard.last()
    assert kept.is_truncated and list(asked(kept)) == ["$bytes"]


def test_how_many_ended_how_and_who_used_a_credential_last_are_counted(
    shop: Shop, heard: Overheard, clock: Clock, number: str
) -> None:
    shop.till.pay({"phoneNumber": OLGA}, 1000)
    shop.till.pay({"phoneNumber": OLGA}, 10_000_000)
    credential_id = heard.last().credential_id

    with shop.database.reading() as work:
        today = clock.now.date()
        found = exchanges.errors_by_protocol(work, shop.program.id, since=today)
        (used,) = exchanges.terminals_by_credential(work, credential_id)
    assert found["fidelizacion"] == {Outcome.OK: 1, Outcome.REFUSED: 1, Outcome.FAILED: 0}
    assert found["koshelek"][Outcome.OK] >= 1
    assert (used.outlet, used.terminal, used.last_at) == ("BR001", "POS001", clock.now)


def test_what_names_a_member_by_a_membership_key_is_a_reference_to_it(
    shop: Shop, heard: Overheard, number: str
) -> None:
    told = data_of(shop.till.register(phoneNumber="79030000001"))
    text = told["member"]["membershipKey"]
    shop.till.details({"membershipKey": text})

    kept = heard.last()
    assert asked(kept)["member"]["membershipKey"] == {
        "$member": str(member_of(shop, "79030000001").id),
        "is": "membership_key",
    }
