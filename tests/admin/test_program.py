"""A program's settings: what is typed, who else changed them, and what they were before."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from adapter.core import programs
from adapter.core.programs import Program, RevisionKind
from adapter.core.staff import Role
from adapter.core.trail import Change
from adapter.db import Database
from tests.admin.conftest import Browser, Console, Shop


def typed(browser: Browser, shop: Shop) -> dict[str, Any]:
    """What the form sends where nothing is changed."""
    page = browser.get(f"{shop.url}/settings").text
    form = page.partition(f'action="{shop.url}/settings"')[2].partition("</form>")[0]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            fields[name[1]] = value[1] if value else ""
    for name, inner in re.findall(r'<select [^>]*name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', inner)
        fields[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        fields[name] = inner.strip()
    fields.pop("csrf_token", None)
    return fields


def row(database: Database, shop: Shop) -> Program:
    """The program as it is."""
    with database.reading() as work:
        return programs.by_code(work, shop.program.code)


def last_change(database: Database) -> Change:
    """The last line of the trail."""
    with database.reading() as work:
        return work.session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()


def test_a_change_is_kept_as_a_version_and_is_in_the_trail(
    console: Console, shop: Shop, database: Database
) -> None:
    browser = console.sign_in(login="mary")
    fields = typed(browser, shop) | {
        "points_expire_after_days": "365",
        "name": "Coffee",
        "reason": "As agreed in May",
    }

    answer = browser.post(f"{shop.url}/settings", **fields)

    assert "The settings are changed" in browser.follow(answer).text
    found = row(database, shop)
    assert (found.name, found.settings) == ("Coffee", {"points_expire_after_days": 365})
    with database.reading() as work:
        kept = programs.revisions(work, found.id, RevisionKind.PROGRAM, found.code)
    assert [(one.number, one.actor, one.note) for one in kept] == [
        (2, "user:mary", "As agreed in May"),
        (1, "", ""),
    ]
    change = last_change(database)
    assert (change.action, change.actor, change.reason) == (
        "program.change",
        "user:mary",
        "As agreed in May",
    )
    assert change.before == {"name": "", "settings.points_expire_after_days": None}
    assert change.after == {"name": "Coffee", "settings.points_expire_after_days": 365}


def test_what_nobody_typed_stays_as_it_is(console: Console, shop: Shop, database: Database) -> None:
    before = row(database, shop)
    browser = console.sign_in()

    answer = browser.post(f"{shop.url}/settings", **typed(browser, shop) | {"reason": "nothing"})

    assert "Nothing was different" in browser.follow(answer).text
    assert programs.program_document(row(database, shop)) == programs.program_document(before)


def test_settings_that_no_field_is_about_are_left_alone(
    console: Console, shop: Shop, database: Database
) -> None:
    with database.unit_of_work() as work:
        programs.put(work, code=shop.program.code, settings={"colour": "red", "crm": None})
    browser = console.sign_in()
    fields = typed(browser, shop) | {"welcome_points": "5,5", "reason": "a welcome"}

    assert browser.post(f"{shop.url}/settings", **fields).status_code == 303

    assert row(database, shop).settings == {"colour": "red", "crm": None, "welcome_points": "5.5"}


@pytest.mark.parametrize(
    ("field", "wrong", "words"),
    [
        ("points_decimals", "5", "between 0 and 4"),
        ("points_decimals", "0", "points have moved"),
        ("point_value_minor", "a lot", "whole number"),
        ("currency", "roubles", "has more than 3 characters"),
        ("currency", "rub", "three capital letters"),
        ("currency", "XAU", "paid with"),
        ("currency", "JPY", "points or money are kept in it"),
        ("timezone", "Mars/Olympus", "time zone"),
        ("welcome_points", "-1", "below zero"),
        ("welcome_points", "1,000", "a number such as 12.5"),
        ("message_webhook", "javascript:alert(1)", "an address"),
        ("max_payment_minor", "1", "smallest payment"),
        ("length", "999", "between 1 and 50"),
        ("length", "2", "no free digits"),
        ("prefix", "ab", "the first of them not 0"),
        ("event_types", "points.lost", "Nothing is called &#39;points.lost&#39;"),
        ("reason", "", "required"),
        ("reason", "as \x1b[31magreed", "cannot be seen"),
        ("reason", "as \x9bagreed", "cannot be seen"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_nothing_is_changed(
    console: Console, shop: Shop, database: Database, field: str, wrong: str, words: str
) -> None:
    before = programs.program_document(row(database, shop))
    browser = console.sign_in()
    fields = typed(browser, shop) | {
        "name": "<b>Кофе</b>",
        "reason": "try",
        "min_payment_minor": "9",
    }

    answer = browser.post(f"{shop.url}/settings", **fields | {field: wrong})

    assert answer.status_code == 422
    beside = re.search(rf'id="{field}-error">(.*?)</div></div>', answer.text, re.S)
    assert beside and words in beside[1]
    assert "&lt;b&gt;Кофе&lt;/b&gt;" in answer.text
    assert programs.program_document(row(database, shop)) == before


def test_somebody_elses_change_meanwhile_is_shown_and_nothing_is_lost(
    console: Console, shop: Shop, database: Database
) -> None:
    anna, boris = console.sign_in(login="anna"), console.sign_in(login="boris")
    mine = typed(anna, shop) | {"welcome_points": "5", "reason": "mine"}
    theirs = typed(boris, shop) | {"receipt_points": "3", "reason": "theirs"}
    boris.post(f"{shop.url}/settings", **theirs)

    answer = anna.post(f"{shop.url}/settings", **mine)

    assert answer.status_code == 409
    assert "user:boris" in answer.text
    assert 'name="welcome_points" type="text" value="5"' in answer.text
    assert row(database, shop).settings == {"receipt_points": "3"}
    seen = re.search(r'name="seen" type="hidden" value="([^"]+)"', answer.text)
    assert seen
    again = anna.post(f"{shop.url}/settings", **mine | {"seen": seen[1]})
    assert again.status_code == 303
    assert row(database, shop).settings["welcome_points"] == "5"


def test_the_history_shows_what_each_version_changed(console: Console, shop: Shop) -> None:
    browser = console.sign_in(login="mary")
    for days in ("100", "200"):
        fields = typed(browser, shop) | {"points_expire_after_days": days, "reason": f"for {days}"}
        browser.post(f"{shop.url}/settings", **fields)

    page = browser.get(f"{shop.url}/settings/history").text
    file = browser.get(f"{shop.url}/settings/history?format=csv").text

    assert page.index("for 200") < page.index("for 100")
    assert '<del class="console-was">100</del>' in page
    assert '<ins class="console-became">200</ins>' in page
    assert "settings.points_expire_after_days: 100 → 200" in file


def test_the_key_in_an_address_is_not_shown_to_all(
    console: Console, shop: Shop, database: Database
) -> None:
    settings = {"message_webhook": "https://sms.example.com/send?key=S3CRET"}
    with database.unit_of_work() as work:
        programs.put(work, code=shop.program.code, settings=settings)

    for role in (Role.SUPPORT, Role.AUDITOR):
        browser = console.sign_in(role)
        for page in ("settings", "settings/history"):
            assert "S3CRET" not in browser.get(f"{shop.url}/{page}").text


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.AUDITOR])
def test_who_may_not_change_settings_reads_them(
    console: Console, shop: Shop, database: Database, role: Role
) -> None:
    browser = console.sign_in(role)

    page = browser.get(f"{shop.url}/settings")
    answer = browser.post(f"{shop.url}/settings", name="Mine", reason="because")

    assert page.status_code == 200
    assert 'name="reason"' not in page.text
    assert answer.status_code == 403
    assert row(database, shop).name == ""


@pytest.mark.parametrize("limit", ("", "1000", "10"))
def test_whoever_corrects_balances_does_not_say_how_far(
    console: Console, shop: Shop, database: Database, limit: str
) -> None:
    with database.unit_of_work() as work:
        programs.put(work, code=shop.program.code, settings={"adjust_limit_points": "100"})
    manager, engineer = console.sign_in(Role.MANAGER), console.sign_in(Role.ENGINEER)
    fields = typed(manager, shop) | {"name": "Tea", "reason": "More trust"}
    changed = fields | {"adjust_limit_points": limit}

    refused = manager.post(f"{shop.url}/settings", **changed)
    assert refused.status_code == 422 and 'id="adjust_limit_points-error"' in refused.text
    assert row(database, shop).settings == {"adjust_limit_points": "100"}

    assert engineer.post(f"{shop.url}/settings", **changed).status_code == 303
    assert row(database, shop).settings.get("adjust_limit_points") == (limit or None)
    fields = typed(manager, shop) | {"name": "Coffee", "reason": "As agreed"}
    assert manager.post(f"{shop.url}/settings", **fields).status_code == 303
