"""Signing in and out in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.admin.conftest import PASSWORD


def test_somebody_signs_in_with_the_keyboard_alone_and_out_again(site, open_as, seen, shop):
    site.hire_with_password(login="anna", role="manager")
    page = open_as(None)

    page.goto("/admin/")
    expect(page).to_have_title("Sign in · adapter")
    seen(page, "sign-in")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The login or the password is wrong.").first).to_be_visible()
    expect(page.get_by_label("Login")).to_have_value("anna")
    seen(page, "sign-in-refused")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    page.locator("summary").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_title("Sign in · adapter")
    page.goto("/admin/account")
    expect(page).to_have_title("Sign in · adapter")
