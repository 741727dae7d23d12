"""Signing in and out, and what keeps others from doing it in somebody's place."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

import pytest

from adapter.admin.sessions import CSRF
from adapter.core import staff, trail
from adapter.core.staff import Role
from tests.admin.conftest import COOKIE, PASSWORD

SIGN_IN = "/admin/sign-in"


@cache
def password_hash() -> str:
    """The hash of the tests' password, made once: it takes long on purpose."""
    return staff.passwords.hash_of(PASSWORD)


@pytest.fixture
def anna(console):
    return console.hire(Role.AUDITOR, login="anna", password_hash=password_hash())


def cookie_of(answer):
    return next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(COOKIE))


def noted(console, action):
    """The lines of the audit that tell of it."""
    with console.database.reading() as work:
        return list(trail.changes(work, trail.Sought(action=action)))


def arrive(console, **more):
    """A browser that has looked at the form, as a browser does before it is sent."""
    browser = console.browser()
    page = browser.get(SIGN_IN, **more)
    browser.token = browser.get_cookie(COOKIE, path="/admin").value
    assert page.status_code == 200
    return browser


def sign_in(browser, login="anna", password=PASSWORD, **more):
    return browser.post(SIGN_IN, login=login, password=password, **more)


def test_somebody_signs_in_and_sees_a_page(console, anna, shop):
    browser = arrive(console)

    answer = sign_in(browser, "ANNA")

    assert (answer.status_code, answer.location) == (303, "/admin/")
    assert browser.get(f"{shop.url}/trail").status_code == 200
    with console.database.reading() as work:
        (seen,) = trail.changes(work, trail.Sought(action="user.sign_in"))
        assert (seen.actor, seen.subject_id) == ("user:anna", anna.id)


def test_the_token_is_new_at_the_sign_in_and_kept_as_a_digest(console, anna):
    browser = arrive(console)
    planted = browser.token

    answer = sign_in(browser)

    token = re.match(rf"{COOKIE}=([\w-]+)", cookie_of(answer))[1]
    assert token != planted and len(token) == 43
    assert console.browser(planted).get("/admin/account").status_code == 303
    with console.database.reading() as work:
        (session,) = staff.sessions_of(work, anna.id)
        assert session.digest == staff.digest_of(token)


def test_the_cookie_is_for_the_console_and_for_no_script(console, anna):
    plain = cookie_of(sign_in(arrive(console)))
    assert {"HttpOnly", "Path=/admin", "SameSite=Lax"} <= set(plain.split("; "))
    assert "Secure" not in plain and "Domain" not in plain

    secure = console.browser().get(SIGN_IN, base_url="https://shop.example")

    (made,) = secure.headers.getlist("Set-Cookie")
    assert made.startswith("__Secure-adapter_session=")
    assert {"HttpOnly", "Path=/admin", "SameSite=Lax", "Secure"} <= set(made.split("; "))


def test_a_setting_makes_cookies_secure_where_a_proxy_ends_tls(make_console):
    console = make_console(SECURE_COOKIES="on")

    (made,) = console.browser().get(SIGN_IN).headers.getlist("Set-Cookie")

    assert made.startswith("__Secure-") and "Secure" in made.split("; ")


@pytest.mark.parametrize(
    ("login", "password"),
    (("anna", "wrong horse battery"), ("nobody", PASSWORD), ("anna\0", PASSWORD)),
)
def test_a_wrong_password_and_an_unknown_login_are_told_the_same(console, anna, login, password):
    answer = sign_in(arrive(console), login, password)

    if "\0" in login:
        assert answer.status_code == 400
        return
    assert answer.status_code == 422
    assert "The login or the password is wrong." in answer.text
    assert f'value="{login}"' in answer.text and password not in answer.text


def test_where_there_is_nobody_at_all_it_is_said_how_to_begin(console):
    assert "adapter users create" in sign_in(arrive(console)).text
    console.hire(login="boris")
    assert "adapter users create" not in sign_in(arrive(console)).text


def test_who_was_disabled_is_told_the_same(console, anna):
    with console.database.unit_of_work() as work:
        staff.disable(work, anna.id, by="x")

    assert "The login or the password is wrong." in sign_in(arrive(console)).text


def test_a_password_is_looked_at_also_where_nobody_has_the_login(console, anna, monkeypatch):
    looked = []
    monkeypatch.setattr(staff.passwords, "is_right", lambda kept, _: bool(looked.append(kept)))

    sign_in(arrive(console), "nobody")
    sign_in(arrive(console), "anna")

    assert looked == [None, anna.password_hash]


@pytest.mark.parametrize("missing", ("login", "password"))
def test_what_is_missing_is_said_beside_the_field(console, missing):
    answer = sign_in(arrive(console), **{missing: ""})

    assert answer.status_code == 422
    assert f'id="{missing}-error"' in answer.text
    assert PASSWORD not in answer.text


def test_after_a_few_guesses_it_waits_and_says_for_how_long(console, anna, monkeypatch):
    monkeypatch.setattr(staff.passwords, "is_right", lambda *_: False)
    browser = arrive(console)
    told = [sign_in(browser).status_code for _ in range(6)]

    answer = sign_in(browser)

    assert told[:5] == [422] * 5 and told[5] == 429
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert re.search(r"Try again in \d+ seconds?\.", answer.text)


def test_nobody_is_kept_out_by_others_who_guess_at_their_login(console, anna, monkeypatch):
    stranger, owner = arrive(console), arrive(console)
    with monkeypatch.context() as patch:
        patch.setattr(staff.passwords, "is_right", lambda *_: False)
        for _ in range(6):
            stranger.open(
                SIGN_IN,
                method="POST",
                data={CSRF: stranger.csrf, "login": "anna", "password": "guess"},
                environ_overrides={"REMOTE_ADDR": "198.51.100.7"},
            )

    assert sign_in(owner).status_code == 303


def test_without_rate_limits_nobody_waits(make_console, monkeypatch):
    monkeypatch.setattr(staff.passwords, "is_right", lambda *_: False)
    browser = arrive(make_console(RATE_LIMITS="off"))

    assert {sign_in(browser).status_code for _ in range(8)} == {422}


@pytest.mark.parametrize(
    ("wanted", "led"),
    (
        ("/admin/account", "/admin/account"),
        ("/admin/p/MAIN/trail?actor=x&after=y", "/admin/p/MAIN/trail?actor=x&after=y"),
        ("https://evil.example/admin/", "/admin/"),
        ("//evil.example/admin/", "/admin/"),
        ("/admin//evil.example", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("/admin/../v1/card", "/admin/"),
        ("/admin/p/%2E%2e/../%2e", "/admin/"),
        ("/admin/.%2E%2Fevil", "/admin/"),
        ("/v1/card", "/admin/"),
        ("/administration", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("/admin/\r\nSet-Cookie: a=b", "/admin/"),
    ),
)
def test_nobody_is_led_away_from_the_console(console, anna, wanted, led):
    answer = sign_in(arrive(console), next=wanted)

    assert (answer.status_code, answer.location) == (303, led)


def test_who_comes_to_a_page_first_is_led_back_to_it(console, anna, shop):
    browser = console.browser()
    sent = browser.get(f"{shop.url}/trail?actor=user%3Aanna")
    page = browser.get(sent.location)
    browser.token = browser.get_cookie(COOKIE, path="/admin").value

    wanted = re.search(r'name="next" type="hidden" value="([^"]*)"', page.text)[1]

    assert sign_in(browser, next=wanted).location == f"{shop.url}/trail?actor=user%3Aanna"


def test_signing_out_ends_the_session_and_takes_the_cookie(console, anna):
    browser = console.admit(anna)

    answer = browser.post("/admin/sign-out")

    assert answer.location == SIGN_IN
    assert "Max-Age=0" in cookie_of(answer)
    assert console.browser(browser.token).get("/admin/account").status_code == 303
    (line,) = noted(console, "user.sign_out")
    assert (line.actor, line.subject_id) == ("user:anna", anna.id)


@pytest.mark.parametrize(("login", "lines"), (("ANNA", 5), ("nobody", 0)))
def test_the_audit_tells_who_was_tried_in_vain_and_nothing_that_was_typed(
    console, anna, monkeypatch, login, lines
):
    monkeypatch.setattr(staff.passwords, "is_right", lambda *_: False)
    browser = arrive(console)

    for _ in range(7):  # who has to wait is not looked at, and adds no line
        sign_in(browser, login, "typed by mistake").close()

    found = noted(console, "user.refuse")
    assert [(one.actor, one.subject_id) for one in found] == [("console", anna.id)] * lines
    assert all((one.before, one.after, one.reason) == (None, None, "") for one in found)


@pytest.mark.parametrize(
    "token",
    ("", "nonsense", "another browser's", "unsigned"),
)
def test_a_form_that_is_not_ours_changes_nothing(console, anna, token):
    browser = console.admit(anna)
    stranger = console.sign_in(Role.MANAGER)
    sent = {"another browser's": stranger.csrf, "unsigned": browser.csrf.rsplit(".", 1)[0]}

    answer = browser.post("/admin/sign-out-everywhere", data={CSRF: sent.get(token, token)})

    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    assert browser.get("/admin/account").status_code == 200


def test_a_form_of_a_session_before_is_not_ours_any_more(console, anna):
    browser = console.admit(anna)
    old = browser.csrf

    again = console.admit(anna)

    assert again.post("/admin/sign-out", data={CSRF: old}).status_code == 400


def test_the_token_may_come_in_a_header_as_htmx_sends_it(console, anna):
    browser = console.admit(anna)

    answer = browser.post("/admin/sign-out", data={}, headers={"X-CSRF-Token": browser.csrf})

    assert answer.status_code == 303


def test_a_session_ends_when_nothing_is_done_and_is_noted_while_something_is(console, anna, clock):
    browser = console.admit(anna)
    for _ in range(3):
        clock.advance(timedelta(minutes=50))
        assert browser.get("/admin/account").status_code == 200

    clock.advance(timedelta(minutes=61))

    assert browser.get("/admin/account").status_code == 303


def test_who_was_signed_out_while_typing_is_told_that_nothing_was_changed(console, anna, shop):
    browser = console.admit(anna)
    with console.database.unit_of_work() as work:
        staff.sign_out_everywhere(work, anna.id, by="x")

    answer = browser.post("/admin/account/language", language="ru")

    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert "nothing was changed" in page.text
    assert "nothing was changed" not in browser.get(SIGN_IN).text  # said once


def test_the_language_is_the_browsers_unless_another_is_chosen(console):
    russian = arrive(console, headers={"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"})
    german = arrive(console, headers={"Accept-Language": "de"})
    assert "Пароль" in russian.get(SIGN_IN, headers={"Accept-Language": "ru"}).text
    assert '<html lang="en">' in german.get(SIGN_IN, headers={"Accept-Language": "de"}).text

    german.post("/admin/language", language="ru")

    assert '<html lang="ru">' in german.get(SIGN_IN, headers={"Accept-Language": "de"}).text
    german.post("/admin/language", language="xx")
    assert '<html lang="ru">' in german.get(SIGN_IN).text


def test_platforms_get_no_cookie_and_no_session(console):
    for path in ("/healthz", "/v1/card", "/administration"):
        answer = console.app.test_client().get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.mimetype == "application/json"
