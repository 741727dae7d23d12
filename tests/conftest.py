"""Fixtures of every test: a real database of its own, a clock, a unit of work."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapter.db import Database, Work
from tests.clock import Clock
from tests.databases import PostgresqlCopies, Run, SqliteCopies, run_folder
from tests.postgresql import Server, clean_up_after

ENGINES = ("sqlite", "postgresql")
RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    """Open the run, in the process that the workers are started from."""
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = Run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run; pytest gets here on Ctrl-C as well."""
    run = config.stash.get(RUN, None)
    if run is not None:
        run.end()


@pytest.fixture(scope="session")
def sqlite_copies() -> SqliteCopies:
    """Where SQLite files come from."""
    return SqliteCopies(run_folder())


@pytest.fixture(scope="session")
def postgresql_copies() -> Iterator[PostgresqlCopies]:
    """Where PostgreSQL databases come from."""
    copies = PostgresqlCopies(run_folder(), os.environ.get("PYTEST_XDIST_WORKER", "gw"))
    yield copies
    copies.close()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn: whatever asks for a database runs on both."""
    return request.param


@pytest.fixture
def make_database_url(
    engine_name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., str]]:
    """A function that makes one more database, migrated unless told `migrated=False`."""
    copies = request.getfixturevalue(f"{engine_name}_copies")
    made: list[str] = []

    def make(*, migrated: bool = True) -> str:
        made.append(copies.make(tmp_path, migrated=migrated))
        return made[-1]

    yield make
    for url in made:
        copies.drop(url)


@pytest.fixture
def make_database(
    make_database_url: Callable[..., str], clock: Clock
) -> Iterator[Callable[..., Database]]:
    """A function that opens a database by the test's clock: the one at `url`, or one more."""
    opened: list[Database] = []

    def make(url: str | None = None, **options: Any) -> Database:
        # Nothing pulls the plug while a test runs, so SQLite need not wait for the disk.
        options = {"clock": clock, "sqlite_synchronous": "OFF"} | options
        opened.append(Database(url or make_database_url(), **options))
        return opened[-1]

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture
def database_url(make_database_url: Callable[..., str]) -> str:
    """The URL of the test's migrated database, for those who open it themselves."""
    return make_database_url()


@pytest.fixture
def database(database_url: str, make_database: Callable[..., Database]) -> Database:
    """The test's own migrated database."""
    return make_database(database_url)


@pytest.fixture
def durable_postgresql() -> Iterator[Server]:
    """A PostgreSQL of the test's own, on a disk and with fsync: to be crashed and started again."""
    folder = Path(tempfile.mkdtemp(prefix="adapter-"))
    clean_up_after(run_folder() / "alive", folder)
    server = Server(folder, durable=True)
    server.start()
    yield server
    server.stop(crash=True)
    shutil.rmtree(folder)


@pytest.fixture
def clock() -> Clock:
    """The time the database goes by: `clock.now`, `clock.advance(timedelta(...))`."""
    return Clock()


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    """An open unit of work; what is left uncommitted when the test ends is forgotten."""
    with database.unit_of_work() as work:
        yield work
        work.session.rollback()
