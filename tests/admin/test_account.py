"""What somebody changes about themselves."""

from __future__ import annotations

import pytest

from adapter.core import staff, trail
from adapter.core.staff import Role
from tests.admin.conftest import COOKIE, PASSWORD
from tests.admin.test_signing import password_hash

NEW = "another horse battery"
URL = "/admin/account"


@pytest.fixture
def anna(console):
    return console.hire(Role.SUPPORT, login="anna", password_hash=password_hash())


def hash_of(console):
    with console.database.reading() as work:
        return staff.by_login(work, "anna").password_hash


def change(browser, current=PASSWORD, new=NEW, again=NEW):
    return browser.post(f"{URL}/password", current=current, new=new, again=again)


def test_a_new_password_signs_out_everywhere_else_and_stays_here(console, anna):
    here, there = console.admit(anna), console.admit(anna)

    answer = change(here)

    assert answer.status_code == 303
    page = here.get(answer.location)
    assert page.status_code == 200 and "Your password is changed" in page.text
    assert here.get_cookie(COOKIE, path="/admin").value != here.token
    assert there.get(URL).status_code == 303
    assert console.browser(here.token).get(URL).status_code == 303
    assert staff.passwords.is_right(hash_of(console), NEW)
    with console.database.reading() as work:
        (line, *_others) = trail.of_subject(work, anna.id)
        assert (line.actor, line.action) == ("user:anna", "user.password")


@pytest.mark.parametrize(
    ("typed", "field"),
    (
        ({"current": "not the password"}, "current"),
        ({"current": ""}, "current"),
        ({"again": "a different one"}, "again"),
        ({"new": "short", "again": "short"}, "new"),
        ({"new": "aaaaaaaaaaaaa", "again": "aaaaaaaaaaaaa"}, "new"),
        ({"new": "x" * 300, "again": "x" * 300}, "new"),
    ),
)
def test_what_will_not_do_is_said_beside_the_field_and_changes_nothing(console, anna, typed, field):
    browser = console.admit(anna)

    answer = change(browser, **typed)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert PASSWORD not in answer.text and NEW not in answer.text
    assert hash_of(console) == anna.password_hash
    assert browser.get(URL).status_code == 200


def test_who_guesses_at_the_password_of_an_open_browser_waits(console, anna, monkeypatch):
    browser = console.admit(anna)
    monkeypatch.setattr(staff.passwords, "is_right", lambda *_: False)

    told = [change(browser).status_code for _ in range(7)]

    assert told == [422] * 5 + [429] * 2


def test_the_language_is_kept_for_every_browser(console, anna):
    here, there = console.admit(anna), console.admit(anna)

    here.post(f"{URL}/language", language="ru")

    assert '<html lang="ru">' in there.get(URL, headers={"Accept-Language": "en"}).text
    here.post(f"{URL}/language", language="")
    assert '<html lang="en">' in there.get(URL, headers={"Accept-Language": "en"}).text


def test_a_language_we_do_not_speak_is_refused(console, anna):
    answer = console.admit(anna).post(f"{URL}/language", language="de")

    assert answer.status_code == 422
    assert 'id="language-error"' in answer.text


def test_a_session_elsewhere_is_ended_by_itself(console, anna):
    here, there = console.admit(anna), console.admit(anna)
    with console.database.reading() as work:
        other = staff.signed_in(work, there.token).session_id
    page = here.get(URL).text
    assert f"{URL}/sessions/{other}" in page and "Times are in UTC." in page

    answer = here.post(f"{URL}/sessions/{other}")

    assert answer.status_code == 303
    assert there.get(URL).status_code == 303
    assert here.get(URL).status_code == 200


def test_somebody_elses_session_is_not_found(console, anna):
    stranger = console.sign_in(Role.MANAGER)
    with console.database.reading() as work:
        theirs = staff.signed_in(work, stranger.token).session_id

    answer = console.admit(anna).post(f"{URL}/sessions/{theirs}")

    assert answer.status_code == 404
    assert stranger.get(URL).status_code == 200


def test_a_name_of_html_is_text(console):
    user = console.hire(Role.SUPPORT, login="eve")
    with console.database.unit_of_work() as work:
        work.session.get(staff.StaffUser, user.id).name = "<script>alert(1)</script>"

    page = console.admit(user).get(URL).text

    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
