"""Corrections by the desk: in points or money, with a second person above a limit, and undone."""

from __future__ import annotations

import re

import pytest

from adapter.core import approvals, ledger, programs, support
from adapter.core.amounts import CREDIT
from tests.admin.members_desk import WHY, available, entries, errors_of, filled, sound, told
from tests.factories import give_points, points, purse_of, spend_points


def limited(database, shop, limit: str = "50") -> None:
    """The program in which a person alone may correct so many points."""
    with database.unit_of_work() as work:
        programs.put(work, code=shop.program.code, settings={"adjust_limit_points": limit})


@pytest.mark.parametrize(("amount", "after"), [("5.5", "115.5"), ("-10", "100"), ("−1,5", "108.5")])
def test_a_balance_is_corrected_and_the_trail_says_so(console, shop, database, amount, after):
    browser = console.sign_in("support")

    done = browser.post(
        f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount=amount, unit="points")
    )

    assert "Done" in browser.follow(done).text
    assert available(database, shop.program, shop.anna) == points(after)
    (line,) = told(database, "points.adjust")
    assert (line.actor, line.reason) == (f"user:{browser.user.login}", WHY)
    assert (line.before["available"], line.after["available"]) == ("110", after)
    with database.reading() as work:
        entry = support.history(work, shop.anna.id)[0].entry
        assert (entry.reason, entry.channel) == (WHY, "console")
        assert entry.actor == f"user:{browser.user.login}"
    assert sound(database)


def test_a_form_sent_twice_has_one_effect(console, shop, database):
    browser = console.sign_in("support")
    form, url = filled(amount="5", unit="points"), f"{shop.url}/members/{shop.anna.id}/adjust"

    first, second = browser.post(url, **form), browser.post(url, **form)

    assert first.status_code == second.status_code == 303
    assert available(database, shop.program, shop.anna) == points(115)
    assert len(told(database, "points.adjust")) == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"amount": "many"}, "amount", "not an amount"),
        ({"amount": "0"}, "amount", "Nothing would move"),
        ({"amount": "1.234"}, "amount", "not an amount"),
        ({"amount": "1e3"}, "amount", "not an amount"),
        ({"amount": "٣"}, "amount", "not an amount"),
        ({"amount": "-111"}, "amount", "not so many points"),
        ({"reason": ""}, "reason", "required"),
        ({"reason": "ab"}, "reason", ""),
        ({"expires_on": "2020-01-01"}, "expires_on", "over"),
        ({"expires_on": "soon"}, "expires_on", ""),
        ({"unit": "gold"}, "unit", ""),
        ({"form_key": "x"}, "", ""),
    ],
)
def test_a_wrong_correction_is_said_beside_the_field_and_changes_nothing(
    console, shop, database, fields, field, words
):
    browser, before = console.sign_in("support"), entries(database)
    typed = filled(amount="5", unit="points") | fields

    done = browser.post(f"{shop.url}/members/{shop.anna.id}/adjust", **typed)

    assert done.status_code == 422
    if field:
        assert words in errors_of(done.text, field)
        assert errors_of(done.text, field)
    assert f'value="{typed["amount"]}"' in done.text
    assert entries(database) == before
    assert told(database, "points.adjust") == []


def test_points_have_the_last_day_that_was_chosen(console, shop, database):
    browser = console.sign_in("support")

    browser.post(
        f"{shop.url}/members/{shop.anna.id}/adjust",
        **filled(amount="5", unit="points", expires_on="2026-12-31"),
    )

    with database.reading() as work:
        held = ledger.balance(work, purse_of(shop.program, shop.anna))
        day = programs.last_day(held.portions[0].expires_at, shop.program.timezone)
        assert (str(held.portions[0].amount), day.isoformat()) == ("5", "2026-12-31")


@pytest.mark.parametrize(("language", "said"), [("en", "+7.50 RUB"), ("ru", "+7,50 RUB")])
def test_money_is_typed_and_shown_in_whole_units(console, shop, database, language, said):
    browser = console.sign_in("manager", language=language)
    url = f"{shop.url}/members/{shop.anna.id}"

    done = browser.post(f"{url}/adjust", **filled(amount="7.5", unit="credit"))

    with database.reading() as work:
        purse = purse_of(shop.program, shop.anna, unit=CREDIT)
        assert ledger.balance(work, purse).available.minor == 750
        entry = support.history(work, shop.anna.id)[0].entry
    page = browser.follow(done).text
    assert page.count(said) == 3  # what was done, what it moved, and the lot
    assert said[1:] in browser.get(f"{shop.url}/entries/{entry.id}").text
    assert said in browser.get(f"{shop.url}/entries/{entry.id}/reverse").text
    assert said[1:] in browser.get(f"{shop.url}/trail").text
    assert ",7.5,credit," in browser.get(f"{url}/timeline?format=csv").text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["+1 point", "-1 point", "+2 points", "+1.5 points", "+1,021 points"]),
        ("ru", ["+1 балл", "-1 балл", "+2 балла", "+1,5 балла", "+11 баллов", "+21 балл"]),
        ("ru", ["+500 баллов", "+1\xa0021 балл", "-0,02 балла", "+3 балла", "+15 баллов"]),
    ],
)
def test_points_are_counted_as_the_language_counts(console, shop, database, language, said):
    limited(database, shop, "0")
    browser = console.sign_in("manager", language=language)
    url = f"{shop.url}/members/{shop.anna.id}/adjust"

    for one in said:
        amount = one.partition(" ")[0].replace("," if language == "en" else "", "")
        done = browser.post(url, **filled(amount=amount, unit="points"))
        assert done.status_code == 303, one

    for page in ("/approvals", f"/members/{shop.anna.id}"):
        shown = re.sub(r"<[^>]+>", "\n", browser.get(f"{shop.url}{page}").text)
        assert set(said) <= {line.strip() for line in shown.splitlines()}


def test_above_the_limit_a_second_person_agrees(console, shop, database):
    limited(database, shop)
    anna, boris = console.sign_in("support"), console.sign_in("manager")
    form = filled(amount="51", unit="points", expires_on="2099-12-31")
    url = f"{shop.url}/members/{shop.anna.id}/adjust"

    asked = anna.post(url, **form)
    anna.post(url, **form)

    assert "waits for a second person" in anna.follow(asked).text
    assert available(database, shop.program, shop.anna) == points(110)
    assert len(told(database, "approval.request")) == 1
    with database.reading() as work:
        (request,) = approvals.requests(work, shop.program.id)
    page = f"{shop.url}/approvals/{request.id}"
    assert anna.post(f"{page}/approve", **filled()).status_code == 403
    waiting = f'href="{shop.url}/approvals?state=waiting"'
    assert waiting in boris.get(f"{shop.url}/members").text
    assert waiting not in anna.get(f"{shop.url}/members").text
    listed = boris.get(f"{shop.url}/approvals?state=waiting").text
    assert f"/approvals/{request.id}" in listed
    assert f'href="{shop.url}/members/{shop.anna.id}">Ёлкина Анна' in listed
    shown = boris.get(page).text
    assert WHY in shown and "31 Dec 2099" in shown
    done = boris.post(f"{page}/approve", **filled(reason="It is right"))
    left = boris.follow(done).text
    assert "Agreed" in left and waiting not in left
    assert available(database, shop.program, shop.anna) == points(161)
    (line,) = told(database, "approval.approve")
    assert line.actor == f"user:{boris.user.login}"
    assert line.after["amount"] == "51"
    assert (line.before["available"], line.after["available"]) == ("110", "161")
    assert boris.post(f"{page}/approve", **filled()).status_code == 303
    assert len(told(database, "approval.approve")) == 1
    late = console.sign_in("manager").post(f"{page}/approve", **filled())
    assert late.status_code == 422
    assert "decided before" in late.text
    assert available(database, shop.program, shop.anna) == points(161)
    assert sound(database)


def test_nobody_agrees_with_themselves_but_may_take_it_back(console, shop, database):
    limited(database, shop)
    browser = console.sign_in("manager")
    browser.post(f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount="51", unit="points"))
    with database.reading() as work:
        (request,) = approvals.requests(work, shop.program.id)
    page = f"{shop.url}/approvals/{request.id}"

    for deed in ("approve", "decline"):
        refused = browser.post(f"{page}/{deed}", **filled())
        assert refused.status_code == 422
        assert "Somebody else" in errors_of(refused.text, "reason")
        assert f"{page}/{deed}" not in browser.get(page).text
    others = console.sign_in("support").post(f"{page}/withdraw", **filled())
    assert "Only who asked for it may take it back." in others.text
    for _ in range(2):
        assert browser.post(f"{page}/withdraw", **filled()).status_code == 303

    assert available(database, shop.program, shop.anna) == points(110)
    (line,) = told(database, "approval.withdraw")
    assert (line.actor, line.after["state"]) == (f"user:{browser.user.login}", "withdrawn")
    assert "taken back" in browser.get(page).text


def test_who_may_not_approve_takes_back_what_they_asked_for(console, shop, database):
    limited(database, shop)
    browser = console.sign_in("support", language="ru")
    browser.post(f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount="51", unit="points"))
    with database.reading() as work:
        (request,) = approvals.requests(work, shop.program.id)
    page = f"{shop.url}/approvals/{request.id}"
    assert "Отозвать" in browser.get(page).text

    done = browser.post(f"{page}/withdraw", **filled())

    assert "Отозвано. Ничего не изменилось." in browser.follow(done).text


def test_the_limit_is_for_a_day_and_a_form_sent_again_is_no_new_one(console, shop, database):
    limited(database, shop)
    browser = console.sign_in("support")
    url, form = f"{shop.url}/members/{shop.anna.id}/adjust", filled(amount="30", unit="points")

    for _ in range(2):
        assert "Done" in browser.follow(browser.post(url, **form)).text
    second = browser.post(url, **filled(amount="21", unit="points"))

    assert "waits for a second person" in browser.follow(second).text
    assert available(database, shop.program, shop.anna) == points(140)
    assert len(told(database, "points.adjust")) == len(told(database, "approval.request")) == 1


def test_another_programs_request_is_not_there(console, shop, database):
    limited(database, shop)
    console.sign_in("support").post(
        f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount="51", unit="points")
    )
    with database.reading() as work:
        (request,) = approvals.requests(work, shop.program.id)
    browser = console.sign_in("manager")
    elsewhere = f"/admin/p/{shop.neighbour.code}/approvals/{request.id}"

    assert browser.get(elsewhere).status_code == 404
    assert browser.post(f"{elsewhere}/approve", **filled()).status_code == 404


def test_an_entry_is_undone_once(console, shop, database):
    browser = console.sign_in("manager")
    with database.reading() as work:
        entry = support.history(work, shop.anna.id)[0].entry
    url, form = f"{shop.url}/entries/{entry.id}/reverse", filled()
    assert browser.get(url).status_code == 200

    first, again = browser.post(url, **form), browser.post(url, **form)
    other = browser.post(url, **filled())

    assert first.status_code == again.status_code == 303
    assert other.status_code == 422
    assert "reversed before" in errors_of(other.text, "reason")
    assert available(database, shop.program, shop.anna) == points(100)
    (line,) = told(database, "points.reverse")
    assert (line.before["available"], line.after["available"]) == ("110", "100")
    assert line.after["reverses"] == str(entry.id)
    assert sound(database)


def test_what_was_spent_is_taken_as_far_as_it_is_there(console, shop, database):
    with database.unit_of_work() as work:
        entry = give_points(work, purse_of(shop.program, shop.boris), 50)
        spend_points(work, purse_of(shop.program, shop.boris), 120)
    browser = console.sign_in("manager")
    url = f"{shop.url}/entries/{entry.id}/reverse"

    refused = browser.post(url, **filled())
    done = browser.post(url, **filled(down_to_zero="y"))

    assert refused.status_code == 422
    assert done.status_code == 303
    assert available(database, shop.program, shop.boris) == points(0)
    assert sound(database)
