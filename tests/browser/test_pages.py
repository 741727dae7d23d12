"""What all pages have in common: where they lead, what they ask of others, what they refuse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from adapter.core.staff import Role

DEEP = 3  # pages followed from a page


def test_the_start_offers_every_program_and_refusals_lead_back_to_it(open_as, seen, shop):
    page = open_as(Role.AUDITOR)
    page.goto("/admin/")
    seen(page, "programs")

    page.goto("/admin/p/nowhere/trail")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    seen(page, "not-found")
    page.goto(f"{shop.url}/credentials/new")
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    seen(page, "not-allowed")
    page.get_by_role("link", name="To the beginning").click()
    page.get_by_role("link", name=shop.program.code, exact=True).click()

    expect(page.get_by_role("navigation", name="Pages of the program")).to_be_visible()


@pytest.mark.parametrize("role", Role)
def test_no_page_of_the_menu_asks_another_host_or_breaks(site, open_as, shop, role):
    page = open_as(role)
    page.goto(f"/admin/p/{shop.program.code}/")
    page.goto("/admin/")
    page.get_by_role("link", name=shop.program.code, exact=True).click()
    menu = page.get_by_role("navigation", name="Pages of the program").get_by_role("link")
    addresses = [one.get_attribute("href") for one in menu.all()]
    assert addresses

    for address in addresses:
        answer = page.goto(address)
        assert answer.status == 200, address
        expect(page.locator("h1")).to_have_count(1)
    page.wait_for_load_state("networkidle")

    assert site.foreign == []
    assert site.complaints == []


def test_a_script_that_got_into_a_page_is_not_run(site, open_as):
    page = open_as(Role.AUDITOR)
    page.goto("/admin/account")

    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.broken = true";
            document.body.append(script);
            const image = document.createElement("img");
            image.setAttribute("onerror", "window.broken = true");
            image.src = "/admin/static/nothing.svg";
            document.body.append(image);
            const away = document.createElement("img");
            away.src = "https://evil.example/x.png";
            document.body.append(away);
        }"""
    )
    page.wait_for_load_state("networkidle")

    assert page.evaluate("window.broken") is None
    assert any("Content Security Policy" in words for words in site.complaints)
    assert site.foreign == []


def test_a_form_sent_twice_by_a_double_click_is_sent_once(site, open_as, shop):
    page = open_as(Role.ENGINEER)
    page.goto(f"{shop.url}/credentials/new")
    page.get_by_label("Name").fill("wallet")
    page.get_by_label("Reason").fill("A new platform")
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))

    page.get_by_role("button", name="Create").dblclick()

    expect(page.locator("#secret")).to_be_visible()
    assert len(posts) == 1
