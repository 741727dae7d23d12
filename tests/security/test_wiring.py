"""The application has the limits that its settings say."""

from __future__ import annotations

import logging

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

from adapter.app import create_app
from adapter.config import Config
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.house import SECRET_KEY
from tests.security.doors import DOORS

TILL = DOORS[1]


@pytest.fixture
def app(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    handlers = list(logging.getLogger().handlers)

    def make(**settings):
        environ = {f"ADAPTER_{name}": str(value) for name, value in settings.items()}
        config = Config.from_environ({"ADAPTER_SECRET_KEY": SECRET_KEY} | environ)
        return create_app(config, database=database)

    yield make
    logging.getLogger().handlers[:] = handlers


def statuses(client, *secrets, forwarded=None):
    """What each secret is told, all from one address."""
    environ = {"REMOTE_ADDR": "93.184.216.34"}
    if forwarded:
        environ |= {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    return [
        TILL.ask(client, secret=secret, environ_overrides=environ).status_code for secret in secrets
    ]


@OF_THE_SHAPE
def test_guesses_are_limited_unless_they_are_not_to_be(app, program):
    wrong = [f"wrong-{number}" for number in range(120)]
    right = "of-this-program-alone"

    assert statuses(app().test_client(), *wrong, right)[-1] == 401
    assert statuses(app(RATE_LIMITS="off").test_client(), *wrong, right)[-1] == 200
    assert statuses(app(WRONG_PER_ADDRESS=500).test_client(), *wrong, right)[-1] == 200


@OF_THE_SHAPE
def test_an_address_is_taken_from_as_many_proxies_as_were_told_of(app, program):
    assert not isinstance(app().wsgi_app, ProxyFix)
    client = app(TRUSTED_PROXIES=1, WRONG_PER_ADDRESS=2).test_client()

    statuses(client, "a", "b", "c", forwarded="93.184.216.34")

    assert statuses(client, "of-this-program-alone", forwarded="93.184.216.34") == [401]
    assert statuses(client, "of-this-program-alone", forwarded="81.2.69.160") == [200]
