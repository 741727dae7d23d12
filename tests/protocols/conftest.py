"""The whole application over the test's database, and what it writes to its log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from adapter.app import create_app
from adapter.config import Config
from adapter.db import Database
from adapter.web import credentials
from adapter.web.application import Application
from tests.crm.register import Register
from tests.protocols.house import SECRET_KEY
from tests.protocols.watchful import WatchfulClient

pytest.register_assert_rewrite("tests.protocols.contract")


@pytest.fixture
def make_app(
    database: Database,
    tmp_path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Application]]:
    """A function that makes an application of these settings, as gunicorn would serve it."""
    handlers = list(logging.getLogger().handlers)
    # Where no settings file of a developer's lies about.
    monkeypatch.chdir(tmp_path)

    def make(*, database: Database = database, **settings: object) -> Application:
        environ = {f"ADAPTER_{name}": str(value) for name, value in settings.items()}
        config = Config.from_environ({"ADAPTER_SECRET_KEY": SECRET_KEY} | environ)
        app = create_app(config, database=database)
        # However slow the machine is, nobody is asked for once more in the middle of a test.
        cache = credentials.CredentialCache(config.secret_key, timer=lambda: 0.0)
        credentials.install(app, cache)
        app.test_client_class = WatchfulClient
        return app

    yield make
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """The partner's CRM, for programs that ask one."""
    monkeypatch.setenv("NO_PROXY", "*")
    register = Register()
    yield register
    register.close()


@pytest.fixture
def log_text(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """A function that gives all that was written to the log since it was last asked."""
    return lambda: capsys.readouterr().err


@pytest.fixture
def log_lines(log_text: Callable[[], str]) -> Callable[[], list[dict]]:
    """The same, line by line."""
    return lambda: [json.loads(line) for line in log_text().splitlines()]
