"""Fixtures of every test: a real database of its own, a clock, a unit of work."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule

from adapter.db import Database, Work
from tests.clock import Clock
from tests.databases import ISOLATION, PostgresqlCopies, Run, SqliteCopies, run_folder
from tests.postgresql import Server, clean_up_after
from tests.scale import isolation
from tests.shelf import KeptPostgresql, KeptSqlite, Loan, Shelf
from tests.trail import whole_lines

# SQLite has one level of isolation, so that only one engine is worth running at another.
ENGINES = ("postgresql",) if ISOLATION in os.environ else ("sqlite", "postgresql")
RUN = pytest.StashKey[Run]()
SPARED_EVERY = 200
# So many objects that may be in circles are worth a look: those of one or two applications.
LITTER = 10_000
FINISHED = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Open the run, in the process that the workers are started from."""
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = Run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run; pytest gets here on Ctrl-C as well."""
    run = config.stash.get(RUN, None)
    if run is not None:
        run.end()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how often the engine asked to run something again."""
    if ISOLATION in os.environ:
        told = ", ".join(f"{times} {what}" for what, times in sorted(isolation.counted().items()))
        terminalreporter.write_line(f"isolation {os.environ[ISOLATION]}: {told or 'nothing'}")


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives as long as the run, and have it look between tests.

    In the middle of one it would look at whole applications again and again: a sixth of the time of
    the tests that make one. And what an earlier test left would be finalised anywhere, even where
    a document nested too deep has used up the stack.
    """
    gc.set_threshold(10 * LITTER, 10, 10)
    _spare()


def pytest_runtest_logfinish() -> None:
    """Clear up; and spare what has come to stay since: modules, caches, compiled statements."""
    if next(FINISHED) % SPARED_EVERY == 0:
        _spare()
    elif gc.get_count()[0] > LITTER:
        gc.collect(1)


def _spare() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def rules_read_once() -> Iterator[None]:
    """Have Werkzeug read the same rule once for all applications, and compile what builds its URLs
    when one is first asked for.

    Only the console asks, for the same few in each application, and the two were nine tenths of the
    time that one takes to be made.
    """
    read, builder = Rule.compile, Rule._compile_builder
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    builders: dict[tuple[Any, ...], Callable[..., Any]] = {}

    def late(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        def build(self: Rule, **values: Any) -> Any:
            what = (append_unknown, *rule._trace, *(rule.defaults or {}).items())
            if what not in builders:
                builders[what] = builder(rule, append_unknown)
            return builders[what](self, **values)

        return build

    def once(rule: Rule) -> None:
        kinds = frozenset(rule.map.converters.items())
        what = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, kinds)
        if what not in known:
            read(rule)
            known[what] = (rule._parts, rule._trace, rule._converters)
        rule._parts, rule._trace, rule._converters = known[what]
        rule.arguments.update(rule._converters)
        rule._build = late(rule, False).__get__(rule)
        rule._build_unknown = late(rule, True).__get__(rule)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", late)
        patch.setattr(Rule, "compile", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def watched() -> Iterator[None]:
    """Have what is run again counted, where the engine is at another isolation than its own."""
    leave = isolation.watch() if ISOLATION in os.environ else lambda: None
    yield
    leave()


@pytest.fixture(scope="session", autouse=True)
def told_whole() -> Iterator[None]:
    """Have no change be in the trail without how it was before, whatever test makes it."""
    with whole_lines():
        yield


@pytest.fixture(scope="session")
def worker_folder() -> Path:
    """Where this worker keeps its files."""
    return Path(tempfile.mkdtemp(dir=run_folder()))


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


@pytest.fixture(scope="session")
def sqlite_shelf(sqlite_copies: SqliteCopies, worker_folder: Path) -> Iterator[Shelf]:
    """SQLite files that serve one test after another."""
    shelf = Shelf(sqlite_copies, KeptSqlite, worker_folder)
    yield shelf
    shelf.close()


@pytest.fixture(scope="session")
def postgresql_shelf(postgresql_copies: PostgresqlCopies, worker_folder: Path) -> Iterator[Shelf]:
    """PostgreSQL databases that serve one test after another."""
    shelf = Shelf(postgresql_copies, KeptPostgresql, worker_folder)
    yield shelf
    shelf.close()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn: whatever asks for a database runs on both."""
    return request.param


@pytest.fixture
def shelf(engine_name: str, request: pytest.FixtureRequest) -> Shelf:
    """Where the databases of the test's engine stand between two tests."""
    return request.getfixturevalue(f"{engine_name}_shelf")


@pytest.fixture
def loan(shelf: Shelf) -> Iterator[Loan]:
    """The databases of the test."""
    loan = Loan(shelf)
    yield loan
    loan.end()


@pytest.fixture
def make_database_url(loan: Loan) -> Callable[..., str]:
    """A function that makes one more database, migrated unless told `migrated=False`."""
    return loan.make


@pytest.fixture
def make_database(loan: Loan, clock: Clock) -> Iterator[Callable[..., Database]]:
    """A function that opens a database by the test's clock: the one at `url`, or one more."""
    opened: list[Database] = []

    def make(url: str | None = None, **options: Any) -> Database:
        url = url or loan.make()
        if not options and (database := loan.opened(url, clock)):
            return database
        # Nothing pulls the plug while a test runs, so SQLite need not wait for the disk.
        options = {"clock": clock, "sqlite_synchronous": "OFF"} | options
        opened.append(Database(url, **options))
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
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait that is bounded ends at half the time, which is as good for what comes then."""
    monkeypatch.setattr("adapter.db.database.WAIT_SECONDS", 1)
    monkeypatch.setattr("adapter.db.postgresql.ANSWER_SECONDS", 1.25)


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
