"""Colleagues let in, given another role and shut out, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_account import sign_in


def test_somebody_is_let_in_signs_in_gets_another_role_and_is_shut_out(open_as, seen, shop):
    page, theirs = open_as("administrator"), open_as(None)
    page.goto("/admin/")
    page.get_by_role("link", name="People").and_(page.locator(".btn")).click()
    page.get_by_role("link", name="Let somebody in").click()
    page.get_by_label("Login").fill("Вера")
    page.get_by_label("Name").fill("Вера Павловна")
    page.get_by_label("All programs").uncheck()
    page.get_by_role("button", name="Let them in").click()
    expect(page.locator("main [role=alert]")).to_be_focused()
    page.get_by_role("link", name="Or these programs alone").click()
    expect(page.get_by_role("group", name="Or these programs alone")).to_be_focused()
    seen(page, "people-refused")
    page.get_by_label("Login").fill("vera")
    page.get_by_label(shop.program.code, exact=True).check()
    page.get_by_role("button", name="Let them in").click()
    password = page.locator("#secret").inner_text()
    seen(page, "people-password")

    sign_in(theirs, "vera", password)
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("heading", name="Вера Павловна")).to_be_visible()
    seen(page, "people-one")
    page.get_by_label("Role").select_option("auditor")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It is changed")).to_be_visible()
    theirs.goto("/admin/account")
    expect(theirs).to_have_title("Sign in · adapter")

    page.get_by_role("button", name="Shut them out").click()
    expect(page.get_by_role("button", name="Let them in again")).to_be_visible()
    page.goto("/admin/people?state=disabled")
    expect(page.locator("tbody tr")).to_have_count(1)
    seen(page, "people")
