"""Behind proxies: what they say is believed as far as they were told of, and no further."""

from __future__ import annotations

import pytest
from flask import request

from tests.protocols.callers import OF_THE_SHAPE

SAID = {
    "X-Forwarded-For": "198.51.100.1, 93.184.216.34",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "loyalty.example",
    "X-Forwarded-Prefix": "/loyalty",
}
PLAIN = {"address": "127.0.0.1", "scheme": "http", "host": "localhost", "root": ""}


@pytest.fixture
def seen(make_app):
    """What the application takes the caller's words for, under these settings."""

    def ask(**settings):
        app = make_app(**settings)
        app.add_url_rule(
            "/seen",
            view_func=lambda: {
                "address": request.remote_addr,
                "scheme": request.scheme,
                "host": request.host,
                "root": request.root_path,
            },
        )
        return app.test_client().get("/seen", headers=SAID).json

    return ask


@OF_THE_SHAPE
def test_without_proxies_nothing_of_it_is_believed(seen):
    assert seen() == PLAIN


@OF_THE_SHAPE
def test_with_one_proxy_its_address_and_scheme_are(seen):
    # A host or a path of the caller's own passes through many a proxy untouched.
    assert seen(TRUSTED_PROXIES=1) == PLAIN | {"address": "93.184.216.34", "scheme": "https"}


@OF_THE_SHAPE
def test_a_proxy_that_sets_more_is_believed_in_more(seen):
    assert seen(TRUSTED_PROXIES=1, TRUSTED_HEADERS="for,proto,host,prefix") == {
        "address": "93.184.216.34",
        "scheme": "https",
        "host": "loyalty.example",
        "root": "/loyalty",
    }


@OF_THE_SHAPE
def test_more_proxies_than_there_are_are_believed_in_nothing(seen):
    assert seen(TRUSTED_PROXIES=3) == PLAIN
