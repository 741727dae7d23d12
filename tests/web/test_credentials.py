"""Who is calling: read strictly, remembered for three seconds, never kept as it came."""

from __future__ import annotations

import base64

import pytest
from flask import Request
from sqlalchemy import event, exc
from werkzeug.test import EnvironBuilder

from adapter.core import partners
from adapter.core.errors import Unauthenticated
from adapter.web.credentials import (
    CALLERS_REMEMBERED,
    CredentialCache,
    basic,
    bearer,
    header_key,
    header_text,
    header_texts,
)
from tests.statements import recorded

PEPPER = b"p" * 32


def request_with(**headers):
    return Request(EnvironBuilder(headers=headers).get_environ())


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
@pytest.mark.parametrize("text", ["a:b", "open:sesame:more", ":", "имя:пароль", "a: b "])
def test_basic_credentials_are_read_as_they_are(scheme, text):
    assert basic(request_with(Authorization=f"{scheme} {encoded(text)}")) == text


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic YTpi, Basic YTpi",
        "Basic YT pi",
        "Basic YTp",
        "Basic " + encoded("no colon"),
        "Basic " + encoded("a:\0"),
        "Basic " + base64.b64encode(b"a:\xff").decode(),
        "Bearer YTpi",
        "YTpi",
        "Basic я",
        "\xff\xfe",
    ],
)
def test_anything_else_is_nobody(header):
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header.encode().decode("latin-1")}
    environ = EnvironBuilder().get_environ() | headers

    with pytest.raises(Unauthenticated):
        basic(Request(environ))


def test_tokens_and_keys_are_read_as_utf8_without_blanks():
    as_sent = " пароль ".encode().decode("latin-1")
    environ = EnvironBuilder().get_environ()
    environ |= {"HTTP_X_API_KEY": as_sent, "HTTP_AUTHORIZATION": f"bearer {as_sent}"}
    environ |= {"HTTP_X_STORE_ID": "caf\xe9", "CONTENT_TYPE": "text/plain"}

    request = Request(environ)

    assert header_key(request, "x-api-key") == "пароль"
    assert bearer(request) == "пароль"
    assert header_text(request, "X-Store-ID") == "café"
    assert header_text(request, "X-Cash-ID") == ""
    assert header_texts(request, ("X-Store-ID", "X-Cash-ID", "Content-Type")) == {
        "X-Store-ID": "café",
        "X-Cash-ID": "",
        "Content-Type": "text/plain",
    }


@pytest.mark.parametrize("text", ["ЦЕНТР", "Верх", "Р", "Store à"])
def test_a_letter_whose_last_byte_latin1_has_as_a_blank_keeps_it(text):
    sent = f" {text} ".encode().decode("latin-1")
    environ = EnvironBuilder().get_environ()
    environ |= {"HTTP_X_STORE_ID": sent, "HTTP_AUTHORIZATION": f"Bearer {sent}".rstrip(" ")}

    request = Request(environ)

    assert header_text(request, "X-Store-ID") == header_key(request, "X-Store-ID") == text
    assert bearer(request) == text


@pytest.mark.parametrize("value", ["", "   "])
def test_a_blank_key_is_nobody(value):
    with pytest.raises(Unauthenticated):
        header_key(request_with(**{"X-API-Key": value}), "x-api-key")


def test_a_caller_is_known_by_what_was_presented(scene, polly):
    good = {"Authorization": f"Basic {encoded('polly:пароль:1')}"}
    bad = {"Authorization": f"Basic {encoded('polly:пароль:2')}"}

    assert scene.client.get("/v1/parrot/cage", headers=good).json == {"name": "polly"}
    assert scene.client.get("/v1/parrot/cage", headers=bad).status_code == 401


def test_a_revoked_credential_stops_working_after_three_seconds(scene, polly, clock):
    good = {"Authorization": f"Basic {encoded('polly:пароль:1')}"}
    scene.client.get("/v1/parrot/cage", headers=good)
    with scene.database.unit_of_work() as work:
        partners.revoke_credential(work, polly.id)

    statuses = []
    for clock[0] in (2.9, 3.1):
        statuses.append(scene.client.get("/v1/parrot/cage", headers=good).status_code)

    assert statuses == [200, 401]


def test_a_refusal_is_not_remembered(scene, clock, request):
    good = {"Authorization": f"Basic {encoded('polly:пароль:1')}"}
    before = scene.client.get("/v1/parrot/cage", headers=good).status_code
    request.getfixturevalue("polly")

    after = scene.client.get("/v1/parrot/cage", headers=good).status_code

    assert (before, after) == (401, 200)


def test_whoever_is_remembered_costs_the_database_nothing(scene, polly):
    good = {"Authorization": f"Basic {encoded('polly:пароль:1')}"}
    scene.client.get("/v1/parrot/cage", headers=good)

    with recorded(scene.database) as sent:
        reply = scene.client.get("/v1/parrot/cage", headers=good)

    assert (reply.status_code, sent) == (200, [])
    assert "пароль" not in repr(vars(scene.app.extensions["credentials"]))


def test_a_secret_of_one_protocol_is_nothing_in_another():
    digests = {partners.digest(PEPPER, name, "polly:secret") for name in ("parrot", "crow")}

    assert len(digests) == 2


def test_the_cache_grows_no_larger_and_forgets_whoever_was_asked_about_longest_ago(clock):
    cache = CredentialCache(PEPPER, timer=lambda: clock[0])
    for number in range(CALLERS_REMEMBERED + 1):
        cache.keep(b"%d" % number, number)

    assert len(cache._callers) == CALLERS_REMEMBERED
    assert not cache.was_valid(b"0") and cache.was_valid(b"1")
    assert cache.caller(b"%d" % CALLERS_REMEMBERED) == CALLERS_REMEMBERED


def test_an_authentication_on_a_dead_connection_is_run_again(scene, polly):
    good = {"Authorization": f"Basic {encoded('polly:пароль:1')}"}
    scene.client.get("/v1/parrot/seeds")
    _break_pooled_connections(scene.database)

    reply = scene.client.get("/v1/parrot/cage", headers=good)

    assert reply.status_code == 200


def _break_pooled_connections(database):
    """Make the next statement fail as one on a connection that the other side has closed."""
    failures = [exc.OperationalError("SELECT", None, Exception(), connection_invalidated=True)]

    @event.listens_for(database.engine, "before_cursor_execute")
    def fail(*_args):
        if failures:
            raise failures.pop()
