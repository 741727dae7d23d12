"""The pages at /docs in a browser: read, and one call tried on each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from adapter.demo.rules import LOGIN
from adapter.protocols import PROTOCOLS
from tests.apidocs.shop import API_KEY, CARD, PASSWORD, TOKEN, open_shop
from tests.browser.conftest import keep_picture

# A call of each protocol, by its id, and what its answer shows: the page fills in all of it.
TRIED = {
    "koshelek": ("find_card_get", CARD),
    "fidelizacion": ("details_post", "Анна"),
    "swip": ("show_profile_get", "Анна"),
}
CREDENTIALS = {
    "koshelek": [LOGIN, PASSWORD],
    "fidelizacion": [API_KEY],
    "swip": [TOKEN],
}


@pytest.fixture
def docs_page(site: Any, new_context: Callable[..., BrowserContext]) -> Page:
    """A page of nobody in particular, over a shop that has a little of everything."""
    open_shop(site.database, secret_key=site.app.extensions["credentials"].pepper)
    return new_context().new_page()


def test_the_list_of_protocols(docs_page: Page, seen: Callable[[Page, str], None]) -> None:
    docs_page.goto("/docs")

    expect(docs_page.get_by_role("heading", level=1)).to_have_text("Protocols served here")
    for protocol in PROTOCOLS:
        expect(docs_page.get_by_role("link", name=protocol.title)).to_be_visible()
    seen(docs_page, "docs")


@pytest.mark.parametrize("name", TRIED)
def test_a_call_is_read_and_tried(docs_page: Page, site: Any, name: str) -> None:
    operation, shown = TRIED[name]
    docs_page.goto("/docs")
    title = next(protocol.title for protocol in PROTOCOLS if protocol.name == name)
    docs_page.get_by_role("link", name=title).click()
    _authorize(docs_page, CREDENTIALS[name])

    block = docs_page.locator(f"[id$='-{operation}']")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    with docs_page.expect_response(lambda response: "/docs" not in response.url) as told:
        block.get_by_role("button", name="Execute").click()

    # What was sent is seen beside what was answered.
    live = block.locator(".live-responses-table tbody .response-col_status")
    expect(live.first).to_contain_text("200")
    assert told.value.status == 200 and shown in told.value.text()
    assert site.foreign == [] and site.complaints == []
    keep_picture(docs_page, f"docs-{name}")


def _authorize(page: Page, parts: list[str]) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    inputs = page.locator(".auth-container input")
    for place, text in enumerate(parts):
        inputs.nth(place).fill(text)
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
