"""Credentials in a real browser: made, replaced, revoked."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_credential_is_made_replaced_and_revoked(open_as, seen, shop):
    page = open_as("engineer")
    page.goto(f"{shop.url}/credentials")
    expect(page.get_by_text("No platform can call this program yet.")).to_be_visible()
    seen(page, "credentials-none")

    page.get_by_role("link", name="New credential").click()
    page.get_by_label("Name").fill("wallet")
    page.get_by_label("What was agreed").fill("nonsense")
    page.get_by_label("Reason").fill("A new platform")
    page.get_by_role("button", name="Create and show the secret once").click()
    expect(page.get_by_label("Name")).to_have_value("wallet")
    expect(page.get_by_label("What was agreed")).to_have_value("nonsense")
    seen(page, "credentials-refused")
    page.get_by_label("What was agreed").fill("")
    page.get_by_role("button", name="Create and show the secret once").click()
    first = page.locator("#secret").inner_text()
    assert len(first) > 40
    seen(page, "credentials-secret")
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("heading", name="wallet")).to_be_visible()
    seen(page, "credential")

    page.get_by_label("Hours in which").fill("2")
    page.get_by_label("Reason").first.fill("Every year")
    page.get_by_role("button", name="New secret, shown once").click()
    assert page.locator("#secret").inner_text() != first
    page.get_by_role("link", name="Who still uses the old one").click()
    expect(page.get_by_role("heading", name="Terminals that still use")).to_be_visible()
    seen(page, "credential-ending")

    page.get_by_label("Reason").fill("They all moved on")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The credential is revoked.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)
    seen(page, "credentials")
    page.context.new_page().close()
    page.go_back()
    assert first not in page.content()
