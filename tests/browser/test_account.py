"""What somebody changes about themselves, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.admin.conftest import PASSWORD

NEW = "another horse battery"


def sign_in(page, login, password=PASSWORD):
    page.goto("/admin/sign-in")
    page.locator("#login").fill(login)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_a_password_is_changed_and_other_browsers_are_out(site, open_as, seen, shop):
    site.hire_with_password(login="anna", role="support", programs=[shop.program.code])
    here, there = open_as(None), open_as(None)
    sign_in(here, "anna")
    sign_in(there, "anna")

    here.goto("/admin/account")
    seen(here, "account")
    here.get_by_label("Current password").fill("not the password")
    here.get_by_label("New password", exact=True).fill(NEW)
    here.get_by_label("New password again").fill(NEW)
    here.get_by_role("button", name="Change the password").click()
    expect(here.get_by_text("This is not your password.").first).to_be_visible()
    expect(here.locator("main [role=alert]")).to_be_focused()
    seen(here, "account-refused")
    here.get_by_label("Current password").fill(PASSWORD)
    here.get_by_label("New password", exact=True).fill(NEW)
    here.get_by_label("New password again").fill(NEW)
    here.get_by_role("button", name="Change the password").click()
    expect(here.get_by_text("Your password is changed")).to_be_visible()
    seen(here, "account-changed")

    there.goto("/admin/account")
    expect(there).to_have_title("Sign in · adapter")
    sign_in(there, "anna", NEW)


def test_another_language_is_chosen_before_and_after_signing_in(site, open_as, seen):
    page = open_as(None)
    page.goto("/admin/sign-in")
    page.get_by_label("Language").select_option("ru")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("heading", name="Вход")).to_be_visible()
    seen(page, "sign-in-ru")

    page = open_as("auditor", language="ru", programs=[])
    page.goto("/admin/account")
    seen(page, "account-ru")
    page.get_by_role("combobox", name="Язык").select_option("en")
    page.get_by_role("button", name="Сохранить").click()

    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_sessions_are_ended_one_by_one_and_all_at_once(site, open_as, seen):
    user = site.hire("support")
    site.token_of(user)
    page = open_as("support")
    page.context.add_cookies(
        [{"name": "adapter_session", "value": site.token_of(user), "url": f"{site.url}/admin"}]
    )

    page.goto("/admin/account")
    expect(page.get_by_role("button", name="End this session")).to_have_count(2)
    page.locator("tr", has_not_text="(this one)").get_by_role("button").click()
    expect(page.get_by_text("The session is ended.")).to_be_visible()
    expect(page.get_by_role("button", name="End this session")).to_have_count(1)
    page.get_by_role("button", name="Sign out everywhere").click()

    expect(page.get_by_text("You are signed out everywhere.")).to_be_visible()
    seen(page, "signed-out-everywhere")
