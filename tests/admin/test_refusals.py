"""Errors are pages in the console's own words, and every answer is strict about what it allows."""

from __future__ import annotations

import pytest

from adapter.admin.csrf import HEADER
from adapter.admin.headers import HEADERS
from adapter.admin.wording import WORDS, said
from adapter.core import errors
from adapter.core.staff import Role
from adapter.web.errors import reply_for


@pytest.fixture
def browser(console):
    return console.sign_in(Role.MANAGER)


def is_page(answer, status):
    assert answer.status_code == status
    assert answer.mimetype == "text/html" and "<h1>" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["X-Request-ID"] in answer.text
    return True


def is_page_of(answer, status):
    return answer.status_code == status and "<h1" in answer.text


def test_what_is_not_there_is_a_page(browser):
    assert is_page(browser.get("/admin/nothing/here"), 404)


def test_what_a_role_may_not_is_a_page(console, shop):
    assert is_page(console.sign_in(Role.SUPPORT).get(f"{shop.url}/trail"), 403)


def test_a_wrong_method_names_the_right_ones(browser):
    answer = browser.open("/admin/account", method="DELETE")

    assert is_page(answer, 405)
    assert {"GET", "HEAD", "OPTIONS"} <= answer.allow


def test_a_body_beyond_all_limits_is_refused(browser):
    answer = browser.post(
        "/admin/account/language", data=b"language=" + b"x" * 2_000_000, headers={HEADER: "x"}
    )

    assert is_page(answer, 413)


@pytest.mark.parametrize(
    "body",
    (
        b"language=%00",
        b"language=a\x00b",
        b"language=%FF",
        b"language=\xff",
        "language=ру".encode("cp1251"),
        "language=ру".encode("utf-16"),
    ),
)
def test_what_is_no_text_is_refused(browser, body):
    answer = browser.post(
        "/admin/account/language",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers={HEADER: browser.csrf},
    )

    assert is_page(answer, 400)


@pytest.mark.parametrize(
    "given",
    (
        {"data": b'{"language": "ru"}', "content_type": "application/json"},
        {"data": b"language=ru", "content_type": "text/plain"},
        {"data": {"language": "r\0u"}, "content_type": "multipart/form-data"},
    ),
)
def test_a_body_of_another_kind_is_no_form(browser, given):
    answer = browser.post("/admin/account/language", headers={HEADER: browser.csrf}, **given)

    assert is_page(answer, 415)


@pytest.mark.parametrize(
    "query",
    ("status=" + "9" * 400, "status=٣", "status=1e2", "since=0001-01-01", "until=1969-12-31"),
)
def test_numbers_and_days_beyond_all_reason_are_no_error_of_ours(console, shop, query):
    answer = console.sign_in(Role.ENGINEER).get(f"{shop.url}/requests?{query}")

    assert is_page_of(answer, 422 if query.startswith("status") else 200)


@pytest.mark.parametrize("number", ("9" * 300, "٣", "-1", "x"))
def test_a_version_nobody_could_have_counted_to_is_not_there(browser, shop, number):
    assert is_page(browser.get(f"{shop.url}/settings/history?after={number}"), 404)


def test_a_compressed_body_is_refused(browser):
    answer = browser.post(
        "/admin/account/language", data=b"x", headers={"Content-Encoding": "gzip"}
    )

    assert is_page(answer, 415)


@pytest.mark.parametrize("address", ("/admin/p/a%00b/trail", "/admin/account?x=%00"))
def test_addresses_that_are_no_text_are_refused(browser, address):
    assert is_page(browser.get(address), 400)


def test_a_database_that_is_away_is_said_at_once(console, browser, monkeypatch):
    def away(*_arguments):
        raise errors.Unavailable("away")

    monkeypatch.setattr(console.database, "reading", away)

    answer = browser.get("/admin/account")

    assert is_page(answer, 503)
    assert answer.headers["Retry-After"] == "5"
    # Whoever has not come in yet is still shown the form.
    assert console.browser().get("/admin/sign-in").status_code == 200


def test_a_bug_is_a_page_without_what_it_met(console, browser, monkeypatch):
    def broken():
        raise KeyError("79005550142")

    from adapter.admin.access import needs

    monkeypatch.setitem(console.app.view_functions, "admin.account", needs()(broken))

    answer = browser.get("/admin/account")

    assert is_page(answer, 500)
    assert "79005550142" not in answer.text


def test_htmx_is_given_the_words_without_a_page_around_them(browser):
    answer = browser.get("/admin/nothing", headers={"HX-Request": "true"})

    assert answer.status_code == 404
    assert "<h1>" in answer.text and "<html" not in answer.text


def test_every_refusal_of_the_core_has_words_in_both_languages(console):
    kinds = [errors.LoyaltyError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    texts = set()
    for language in ("en", "ru"):
        with console.app.test_request_context(headers={"Accept-Language": language}):
            texts |= {str(reply_for(kind.__new__(kind), WORDS)) for kind in kinds}

    assert len(kinds) > 30
    assert len(texts) >= 2 * 20


def test_a_refusal_that_is_new_is_said_by_its_family(console):
    class Unheard(errors.Refused):
        """Something new."""

    with console.app.test_request_context():
        assert said(Unheard()) == "The rules of the program do not allow it."


@pytest.mark.parametrize("path", ("/admin/sign-in", "/admin", "/admin/"))
def test_every_page_is_strict(console, path):
    answer = console.browser().get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_console_can_be_switched_off(make_console):
    console = make_console(CONSOLE="off")

    for path in ("/admin", "/admin/sign-in"):
        answer = console.app.test_client().get(path)
        assert answer.status_code == 404 and answer.mimetype == "application/json"
