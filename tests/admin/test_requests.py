"""The page of the requests: found, looked into, and rehearsed."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest

from adapter.core import exchanges, partners
from adapter.core.exchanges import Filters
from adapter.web import exchanges as log
from tests.protocols.exchanges.overheard import dump

KEY = "key-of-the-till"
STRANGER = 401
HEADERS = {
    "x-api-key": KEY,
    "x-branch-id": "BR001",
    "x-pos-id": "POS001",
    "x-source-type": "POS",
    "x-source-name": "Simphony",
}


@pytest.fixture
def pay(console, shop, database):
    """A function that has Anna pay at a till with so many points, and gives the exchange's id."""
    secret = console.app.extensions["credentials"].pepper
    with database.unit_of_work() as work:
        digest = partners.digest(secret, "fidelizacion", KEY)
        partners.create_credential(
            work, shop.program.id, protocol="fidelizacion", name="", digest=digest
        )

    def paid(amount: int, phone: str = "79005550142"):
        document = {
            "member": {"phoneNumber": phone},
            "payment": {"action": "pay", "amount": amount},
        }
        answer = console.app.test_client().post("/v1/payment", json=document, headers=HEADERS)
        assert answer.status_code == 200
        assert log.flush(console.app)
        with database.reading() as work:
            found = exchanges.recent(work, None, Filters(request_id=answer.headers["X-Request-ID"]))
            return found[0]

    return paid


def url(shop, exchange=None):
    return f"{shop.url}/requests" + (f"/{exchange.id}" if exchange else "")


@pytest.mark.parametrize("role", ["support", "manager", "engineer", "auditor"])
def test_everybody_sees_what_was_asked_and_what_it_did(console, shop, pay, role):
    paid = pay(1000)
    browser = console.sign_in(role)

    listed, shown = browser.get(url(shop)), browser.get(url(shop, paid))
    member = browser.get(f"{shop.url}/members/{shop.anna.id}")

    assert f'href="{url(shop, paid)}"' in member.text
    assert str(paid.id) in listed.text and "POST /v1/payment" in listed.text
    assert shown.status_code == 200
    assert f"/members/{shop.anna.id}" in shown.text
    assert '"amount": 1000' in shown.text.replace("&#34;", '"')
    assert "−10" in shown.text or "-10" in shown.text
    assert "/entries/" in shown.text
    assert "curl -sS" in shown.text and "$API_KEY" in shown.text
    for secret in ("79005550142", "Ёлкина", KEY):
        assert secret not in listed.text + shown.text
    assert ("Replay as a rehearsal" in shown.text) == (role == "engineer")


def test_an_engineer_rehearses_one_and_nothing_is_changed(console, shop, database, pay):
    paid = pay(1000)
    browser = console.sign_in("engineer")
    before = dump(database)

    page = browser.post(f"{url(shop, paid)}/replay")

    assert page.status_code == 200
    assert "nothing was changed" in page.text
    assert "data.newBalance.points" in page.text
    after = dump(database)
    assert after | {"staff_sessions": []} == before | {"staff_sessions": []}


@pytest.mark.parametrize("role", ["support", "auditor", "manager"])
def test_nobody_else_rehearses(console, shop, pay, role):
    paid = pay(1000)

    assert console.sign_in(role).post(f"{url(shop, paid)}/replay").status_code == 403


def test_a_rehearsal_takes_a_form_of_ours(console, shop, pay):
    paid = pay(1000)

    answer = console.sign_in("engineer").post(f"{url(shop, paid)}/replay", data={})

    assert answer.status_code == 400


def test_another_programs_request_is_not_found(console, shop, pay):
    paid = pay(1000)
    browser = console.sign_in("engineer")
    other = f"/admin/p/{shop.neighbour.code}/requests"

    assert str(paid.id) not in browser.get(other).text
    assert browser.get(f"{other}/{paid.id}").status_code == 404
    assert browser.post(f"{other}/{paid.id}/replay").status_code == 404


@pytest.fixture
def refused(console):
    """A function that asks as nobody we know, and gives the request's id."""

    def asked(path: str, document: dict | None = None):
        headers = HEADERS | {"x-api-key": "of-nobody"}
        answer = console.app.test_client().post(path, json=document, headers=headers)
        assert log.flush(console.app)
        return answer.headers["X-Request-ID"]

    return asked


def test_one_whose_address_was_no_endpoint_cannot_be_rehearsed(console, shop, refused):
    lost = refused("/v1/payment/79005550142")

    page = console.sign_in("engineer").post(f"{url(shop)}/{UUID(lost)}/replay")

    assert page.status_code == 422
    assert "This cannot be replayed" in page.text


def test_a_refused_login_is_found_by_who_sees_all_programs(console, shop, pay, refused):
    paid = pay(1000)
    member = {"phoneNumber": "79005550142"}
    key = refused("/v1/payment", {"member": member, "payment": {"action": "pay", "amount": 1}})
    of_all, of_one = console.sign_in(), console.sign_in(programs=[shop.program.code])
    page = f"{url(shop)}/{UUID(key)}"

    for query in ("", "refusal=Unauthenticated", f"status={STRANGER}", f"request={key}"):
        assert page in of_all.get(f"{url(shop)}?{query}").text
        assert page not in of_one.get(f"{url(shop)}?{query}").text
    shown = of_all.get(page)
    file = of_all.get(f"{url(shop)}?format=csv").text

    assert shown.status_code == 200 and "79005550142" not in shown.text
    assert of_one.get(page).status_code == 404
    assert [row["Request id"] for row in csv.DictReader(io.StringIO(file.lstrip("\ufeff")))] == [
        key,
        paid.request_id,
    ]


def test_filters_are_in_the_address_and_find_what_they_say(console, shop, database, pay, clock):
    paid = pay(1000)
    clock.advance(timedelta(days=2))
    refused = pay(10_000_000)
    browser = console.sign_in("auditor")

    def found(query: str) -> set[str]:
        page = browser.get(f"{url(shop)}?{query}")
        assert page.status_code == 200, page.text
        return {str(one.id) for one in (paid, refused) if str(one.id) in page.text}

    assert found("") == {str(paid.id), str(refused.id)}
    assert found("outcome=refused") == {str(refused.id)}
    assert found("refusal=407") == found("refusal=InsufficientPoints") == {str(refused.id)}
    assert found("protocol=swip") == set()
    assert found("status=2&outcome=ok&protocol=fidelizacion") == {str(paid.id)}
    assert found("status=4") == set()
    assert found(f"request={paid.request_id}") == {str(paid.id)}
    assert found(f"member={shop.anna.id}&outlet=BR001&terminal=POS001") == {
        str(paid.id),
        str(refused.id),
    }
    assert found(f"member={shop.boris.id}") == set()
    assert found(f"since={clock.now:%Y-%m-%d}") == {str(refused.id)}
    assert found(f"credential={paid.credential_id}&until={paid.at:%Y-%m-%d}") == {str(paid.id)}


def test_what_is_no_id_is_said_beside_the_field(console, shop):
    page = console.sign_in("auditor").get(
        f"{url(shop)}?member=anna&since=2026-02-02&until=2026-02-01"
    )

    assert page.status_code == 422
    assert "This is no id." in page.text and 'value="anna"' in page.text
    assert "The last day is before the first." in page.text


def test_the_file_has_exactly_what_is_filtered(console, shop, pay):
    paid = pay(1000)
    pay(10_000_000)

    file = console.sign_in("auditor").get(f"{url(shop)}?outcome=ok&format=csv")

    rows = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    assert [(row["Id"], row["Member"]) for row in rows] == [(str(paid.id), str(shop.anna.id))]
