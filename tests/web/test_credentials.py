"""Who is calling: read strictly, remembered for three seconds, never kept as it came."""

from __future__ import annotations

import base64

import pytest
from flask import Request
from sqlalchemy import event, exc
from werkzeug.test import EnvironBuilder

from adapter.core import partners
from adapter.core.errors import Unauthenticated
from adapter.web.credentials import CredentialCache, basic, bearer, header_key, header_text


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
    environ["HTTP_X_STORE_ID"] = "caf\xe9"

    request = Request(environ)

    assert header_key(request, "x-api-key") == "пароль"
    assert bearer(request) == "пароль"
    assert header_text(request, "X-Store-ID") == "café"
    assert header_text(request, "X-Cash-ID") == ""


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


def test_the_cache_keeps_no_secret_and_asks_once():
    asked = []
    cache = CredentialCache(b"p" * 32)

    def ask(digest):
        asked.append(digest)
        return digest

    first = cache.caller("parrot", "polly:secret", ask)
    second = cache.caller("parrot", "polly:secret", ask)

    assert first == second == asked[0] and len(asked) == 1
    assert "secret" not in repr(vars(cache))
    assert cache.caller("crow", "polly:secret", ask) != first


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
