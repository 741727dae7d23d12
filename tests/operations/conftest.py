"""The application of a program that all platforms may call, with the settings of operators."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapter.app import create_app
from adapter.config import Config
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.web import credentials
from adapter.web.application import Application
from adapter.web.throttle import Quota
from tests.protocols.house import SECRET_KEY
from tests.security.doors import furnish

TOKEN = "read-by-prometheus-alone"


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A program with a member, in the test's own database."""
    return furnish(database)


@pytest.fixture
def seconds() -> list[float]:
    """The time that the quotas of credentials go by."""
    return [0.0]


@pytest.fixture
def make_app(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: list[float]
) -> Iterator[Callable[..., Application]]:
    """A function that makes an application of these settings over the test's database."""
    handlers = list(logging.getLogger().handlers)
    monkeypatch.chdir(tmp_path)  # where no settings file of a developer's lies about

    def make(*, database: Database = database, **settings: object) -> Application:
        environ = {f"ADAPTER_{name}": str(value) for name, value in settings.items()}
        config = Config.from_environ({"ADAPTER_SECRET_KEY": SECRET_KEY} | environ)
        app = create_app(config, database=database)
        quota = Quota(config.requests_per_minute, timer=lambda: seconds[0])
        credentials.install(app, credentials.CredentialCache(config.secret_key, quota=quota))
        return app

    yield make
    logging.getLogger().handlers[:] = handlers
