"""The page of the requests in a real browser: found, looked into, and rehearsed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from adapter.core import partners
from adapter.web import exchanges as log
from tests.admin.conftest import SECRET_KEY
from tests.admin.test_requests import HEADERS, KEY


@pytest.fixture
def paid(site, shop, database):
    """Anna has paid at a till, and then wanted to pay more than she has."""
    with database.unit_of_work() as work:
        digest = partners.digest(SECRET_KEY.encode(), "fidelizacion", KEY)
        partners.create_credential(
            work, shop.program.id, protocol="fidelizacion", name="", digest=digest
        )
    for amount in (1000, 10_000_000):
        document = {
            "member": {"phoneNumber": "+7 (900) 555-01-42"},
            "payment": {"action": "pay", "amount": amount},
        }
        answer = site.app.test_client().post("/v1/payment", json=document, headers=HEADERS)
        assert answer.status_code == 200
    assert log.flush(site.app)


def test_an_engineer_finds_a_request_and_rehearses_it(site, open_as, seen, shop, paid):
    page = open_as("engineer")

    page.goto(f"{shop.url}/requests")
    seen(page, "requests")
    page.get_by_label("Ended").select_option("ok")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("cell", name="InsufficientPoints 407")).to_have_count(0)
    assert "outcome=ok" in page.url
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="POST /v1/payment")).to_be_visible()
    expect(page.get_by_text('"amount": 1000').first).to_be_visible()
    seen(page, "requests-show")
    page.get_by_role("button", name="Replay as a rehearsal").click()

    expect(page.get_by_text("nothing was changed")).to_be_visible()
    expect(page.get_by_text("data.newBalance.points", exact=True)).to_be_visible()
    seen(page, "requests-replayed")


def test_support_in_russian_sees_it_masked_and_without_the_button(site, open_as, seen, shop, paid):
    page = open_as("support", language="ru")

    page.goto(f"{shop.url}/requests?refusal=407")
    page.locator("tbody a").first.click()

    expect(page.get_by_role("heading", name="Что изменилось в учёте")).to_be_visible()
    expect(page.get_by_role("button", name="Повторить как репетицию")).to_have_count(0)
    assert "555-01-42" not in page.content()
    seen(page, "requests-show-ru")
