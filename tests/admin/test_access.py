"""Who may ask what: every role and every page, also by its address, and of no other program."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from adapter.admin.access import EVERYBODY, needed_by
from adapter.admin.csrf import SAFE
from adapter.admin.menu import ENTRIES
from adapter.core import programs, staff
from adapter.core.staff import PERMISSIONS, Permission, Role

NOBODYS = UUID("01900000-0000-7000-8000-000000000000")


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")]


def address(rule, code):
    """An address of a page, of things that are not there."""
    values = {
        name: NOBODYS if type(converter).__name__ == "UUIDConverter" else "nothing"
        for name, converter in rule._converters.items()
    }
    if "code" in values:
        values["code"] = code
    built = rule.rule
    for name in values:
        for kind in ("", "uuid:", "int:", "path:", "string:"):
            built = built.replace(f"<{kind}{name}>", str(values[name]))
    return built


def test_every_page_says_who_may_ask_it(console):
    unmarked = [
        rule.endpoint
        for rule in rules(console.app)
        if needed_by(console.app.view_functions[rule.endpoint]) is None
    ]
    for_everybody = {
        rule.endpoint
        for rule in rules(console.app)
        if needed_by(console.app.view_functions[rule.endpoint]) == EVERYBODY
    }

    assert len(rules(console.app)) > 10
    assert unmarked == []
    # A page more that needs no session is a decision, so it is to be made here as well.
    assert for_everybody == {
        "admin.sign_in",
        "admin.choose_language",
        "admin.asset",
        "admin.own_file",
    }


@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_to_what_it_may_and_to_nothing_else(console, shop, role):
    browser = console.sign_in(role)
    wrong = []
    for rule in rules(console.app):
        needed = needed_by(console.app.view_functions[rule.endpoint])
        if needed == EVERYBODY or rule.endpoint.startswith("admin.sign_out"):
            continue
        is_allowed = set(needed) <= PERMISSIONS[role]
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            # Whoever may is stopped by the missing token, so that nothing is done here.
            answer = browser.open(address(rule, shop.program.code), method=method)
            status = answer.status_code
            refused = status == 403
            if refused == is_allowed or status >= 500:
                wrong.append(f"{method} {rule.rule}: {status}")
            if is_allowed and method not in SAFE and status not in (400, 404):
                wrong.append(f"{method} {rule.rule} without a token: {status}")

    assert wrong == []


def test_a_page_that_forgot_to_say_is_refused(console, monkeypatch):
    def forgetful():
        return "everything"

    monkeypatch.setitem(console.app.view_functions, "admin.account", forgetful)

    assert console.sign_in(Role.MANAGER).get("/admin/account").status_code == 403


def test_nobody_is_led_to_the_sign_in_from_every_page(console, shop):
    wrong = []
    for rule in rules(console.app):
        if needed_by(console.app.view_functions[rule.endpoint]) == EVERYBODY:
            continue
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            url = address(rule, shop.program.code)
            answer = console.browser().open(url, method=method)
            if answer.status_code != 303 or "/admin/sign-in" not in answer.location:
                wrong.append(f"{method} {rule.rule}: {answer.status_code}")

    assert wrong == []


@pytest.mark.parametrize("code", ("nowhere", "", "%00", "x" * 300))
def test_a_program_that_is_not_there_is_not_found(console, shop, code):
    answer = console.sign_in(Role.AUDITOR).get(f"/admin/p/{code}/trail")

    assert answer.status_code in (400, 404)
    assert answer.mimetype == "text/html"


def test_another_program_is_not_found_either(console, shop):
    browser = console.sign_in(Role.AUDITOR, programs=[shop.program.code])

    assert browser.get(f"/admin/p/{shop.program.code}/trail").status_code == 200
    other = browser.get(f"/admin/p/{shop.neighbour.code}/trail")
    nowhere = browser.get("/admin/p/nowhere/trail")

    assert other.status_code == nowhere.status_code == 404
    assert shop.neighbour.code not in other.text


def test_the_start_names_the_programs_that_are_theirs(console, shop):
    everything = console.sign_in(Role.AUDITOR).get("/admin/")
    nothing = console.sign_in(Role.AUDITOR, programs=[]).get("/admin/")
    one = console.sign_in(Role.AUDITOR, programs=[shop.program.code]).get("/admin/")

    assert shop.program.code in everything.text and shop.neighbour.code in everything.text
    assert nothing.status_code == 200 and shop.program.code not in nothing.text
    assert one.status_code == 303 and one.location.startswith(f"/admin/p/{shop.program.code}/")


@pytest.mark.parametrize(
    ("code", "has_pages"), [("A/B", False), ("..", False), (".", False), ("50 %?#\\", True)]
)
def test_the_start_has_no_dead_link_to_a_program(console, database, code, has_pages):
    with database.unit_of_work() as work:
        programs.put(work, code=code)
        programs.put(work, code="beside")

    both = console.sign_in(Role.AUDITOR, programs=[code, "beside"])
    start = both.get("/admin/").text
    alone = console.sign_in(Role.AUDITOR, programs=[code]).get("/admin/")

    links = re.findall(r'<a href="(/admin/p/[^"]*)"', start)
    assert len(links) == 1 + has_pages
    assert {both.get(link).status_code for link in links} == {200}
    assert (alone.status_code == 303) == has_pages
    assert ("no address can hold this code" in alone.text) != has_pages


def test_the_menu_shows_what_a_role_may_and_nothing_else(console, shop):
    theirs = console.sign_in(Role.SUPPORT).get(f"{shop.url}/rules").text
    trail = console.sign_in(Role.AUDITOR).get(f"{shop.url}/trail").text

    assert f"{shop.url}/credentials" not in theirs and f"{shop.url}/trail" not in theirs
    assert f"{shop.url}/credentials" in trail and f"{shop.url}/trail" in trail
    assert 'aria-current="page"' in trail


def test_an_auditor_reads_every_page_of_a_program_that_can_be_gone_to(console, shop):
    browser = console.sign_in(Role.AUDITOR)

    for one in ENTRIES:
        rule = next(rule for rule in rules(console.app) if rule.endpoint == one.endpoint)
        assert browser.get(address(rule, shop.program.code)).status_code == 200, one.endpoint


def test_every_entry_of_the_menu_is_a_page(console):
    missing = [one.endpoint for one in ENTRIES if one.endpoint not in console.app.view_functions]
    assert missing == []
    for one in ENTRIES:
        assert one.permission in needed_by(console.app.view_functions[one.endpoint])


def test_sessions_are_dead_after_signing_out_everywhere(console, shop):
    user = console.hire(Role.AUDITOR)
    here, there = console.admit(user), console.admit(user)
    other = console.sign_in(Role.AUDITOR)

    answer = here.post("/admin/sign-out-everywhere")

    assert answer.status_code == 303
    for browser in (here, there):
        assert browser.get(f"{shop.url}/trail").status_code == 303
    # Also whoever kept the cookie.
    kept = console.browser(there.token)
    assert kept.get(f"{shop.url}/trail").status_code == 303
    assert other.get(f"{shop.url}/trail").status_code == 200


def test_a_role_that_was_taken_away_is_gone_at_once(console, shop):
    browser = console.sign_in(Role.MANAGER)
    assert browser.get(f"{shop.url}/trail").status_code == 200

    with console.database.unit_of_work() as work:
        staff.set_role(work, browser.user.id, role=Role.SUPPORT, program_codes=None, by="x")

    assert browser.get(f"{shop.url}/trail").status_code == 303
    assert console.admit(browser.user).get(f"{shop.url}/trail").status_code == 403


def test_who_asks_by_htmx_is_sent_to_the_sign_in_as_a_whole(console, shop):
    answer = console.browser().get(f"{shop.url}/trail?actor=x", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/admin/sign-in?next=")


def test_permissions_of_the_table_are_all_asked_for_somewhere(console):
    asked = {
        permission
        for rule in rules(console.app)
        for permission in needed_by(console.app.view_functions[rule.endpoint])
        if isinstance(permission, Permission)
    }

    # These are asked within a page: who may have a file.
    assert set(Permission) - asked <= {Permission.DOWNLOAD}


def test_a_program_begins_at_the_first_page_its_visitor_may_see(console, shop):
    answer = console.sign_in(Role.SUPPORT).get(f"{shop.url}/")

    assert answer.status_code == 303 and answer.location.startswith(f"{shop.url}/")
    assert console.sign_in(Role.SUPPORT).get(answer.location).status_code == 200
