"""The doors of one program: in the process, and behind a real gunicorn that all tests share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapter.app import create_app
from adapter.config import Config
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.web import credentials
from adapter.web.application import Application
from tests.databases import SqliteCopies
from tests.protocols.house import SECRET_KEY
from tests.protocols.server import serving
from tests.security.doors import furnish


@dataclass(frozen=True)
class Host:
    """A server that runs, its database, and the file it logs to."""

    url: str
    database_url: str
    log: Path


@pytest.fixture(scope="session")
def host(sqlite_copies: SqliteCopies, worker_folder: Path) -> Iterator[Host]:
    """gunicorn with the checked-in settings; one for all, since each costs a second to start."""
    folder = worker_folder / "security"
    folder.mkdir()
    url = sqlite_copies.make(folder)
    database = Database(url, sqlite_synchronous="OFF")
    furnish(database)
    database.dispose()
    with serving(url, folder, workers=1) as base:
        yield Host(base, url, folder / "gunicorn.log")


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """The program of the doors, in the test's own database."""
    return furnish(database)


@pytest.fixture
def seconds() -> list[float]:
    """The time that the throttle and the cache of credentials go by."""
    return [0.0]


@pytest.fixture
def make_app(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: list[float]
) -> Iterator[Callable[..., Application]]:
    """A function that makes an application of these settings over the test's database."""
    handlers = list(logging.getLogger().handlers)
    monkeypatch.chdir(tmp_path)  # where no settings file of a developer's lies about

    def make(**settings: object) -> Application:
        environ = {f"ADAPTER_{name}": str(value) for name, value in settings.items()}
        config = Config.from_environ({"ADAPTER_SECRET_KEY": SECRET_KEY} | environ)
        app = create_app(config, database=database)
        timer = lambda: seconds[0]  # noqa: E731
        throttle = config.throttle(timer=timer)
        cache = credentials.CredentialCache(config.secret_key, timer=timer, throttle=throttle)
        credentials.install(app, cache)
        return app

    yield make
    logging.getLogger().handlers[:] = handlers
