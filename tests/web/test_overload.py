"""A thread in which whatever a vendor asks is refused, as if no database were there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from adapter.app import create_app
from adapter.config import Config
from adapter.core.errors import Unavailable
from adapter.protocols import PROTOCOLS
from adapter.web import overload


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Nothing is there at all: whoever looked into the database would notice.
    url = f"sqlite:///{tmp_path}/nowhere/shop.db"
    key = "of-the-tests-and-of-nobody-else-!"
    environ = {"ADAPTER_DATABASE_URL": url, "ADAPTER_SECRET_KEY": key}
    return create_app(Config.from_environ(environ | {"ADAPTER_LONGEST_WAIT_MS": "250"}))


@pytest.fixture
def refusing(app):
    """A function that asks for a page in a thread that refuses."""
    with ThreadPoolExecutor(1, initializer=overload.refuse_here) as thread:
        yield lambda path: thread.submit(app.test_client().get, path).result()


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=[protocol.name for protocol in PROTOCOLS])
def test_a_vendor_hears_in_its_own_words_that_we_are_not_available(app, refusing, protocol):
    with app.test_request_context(f"/{protocol.name}/"):
        wanted = protocol.refuse(Unavailable())

    found = refusing(f"/{protocol.name}/v1/whatever")

    assert (found.status_code, found.content_type) == (wanted.status_code, wanted.content_type)
    told, words = found.get_json(), wanted.get_json()
    assert told | {"timestamp": ""} == words | {"timestamp": ""}


def test_pages_of_ours_are_answered_there_as_well(refusing):
    assert refusing("/healthz").status_code == 200
    assert refusing("/readyz").status_code == 503
    assert refusing("/of/nobody").status_code == 404


def test_elsewhere_nobody_is_refused(app):
    assert app.test_client().get("/koshelek/v1/card").status_code == 401


def test_the_setting_says_how_long_a_request_may_wait(app):
    assert overload.longest_wait(app) == 0.25
    assert overload.longest_wait(object()) == float("inf")
