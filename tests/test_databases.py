"""The databases that tests are given are real, migrated, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import event, exc, func, inspect, select, text
from sqlalchemy.orm import Session

from adapter.core.programs import Program
from adapter.db import Database, Work, migrations
from tests.clock import Clock
from tests.databases import FOLDER, GIVEN_SERVER
from tests.factories import make_program
from tests.postgresql import Server
from tests.protocols.state import rows
from tests.shelf import Shelf


def test_a_database_is_of_the_engine_the_test_is_named_for(
    database: Database, engine_name: str
) -> None:
    version = {"sqlite": "SELECT sqlite_version()", "postgresql": "SELECT version()"}[engine_name]

    with database.reading() as looking:
        found = looking.session.scalar(text(version))

    assert database.dialect == engine_name
    assert found.startswith({"sqlite": "3.", "postgresql": "PostgreSQL "}[engine_name])


def test_a_database_is_migrated(database: Database) -> None:
    assert migrations.is_current(database.engine)


@pytest.mark.parametrize("turn", (1, 2))
def test_what_one_test_writes_no_other_sees(database: Database, turn: int) -> None:
    with database.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE marks (turn INTEGER)"))
        work.session.execute(text("INSERT INTO marks VALUES (:turn)"), {"turn": turn})

    with database.reading() as looking:
        assert looking.session.scalars(text("SELECT turn FROM marks")).all() == [turn]


def test_two_databases_of_one_test_are_apart(make_database: Callable[..., Database]) -> None:
    one, other = make_database(), make_database()

    with one.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE marks (turn INTEGER)"))

    with other.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE marks (turn INTEGER)"))


@pytest.fixture
def own_shelf(shelf: Shelf) -> Iterator[Shelf]:
    """An empty shelf, so that what is put back is what is taken next."""
    own = Shelf(shelf.copies, shelf.keep, shelf.folder)
    yield own
    own.close()


def stamp(work: Work) -> None:
    work.session.execute(text("UPDATE alembic_version SET version_num = 'later'"))


def put_a_table(work: Work) -> None:
    work.session.execute(text("CREATE TABLE marks (turn INTEGER)"))


def take_a_table(work: Work) -> None:
    work.session.execute(text("DROP TABLE code_misses"))


def bend_a_table(work: Work) -> None:
    work.session.execute(text("ALTER TABLE programs RENAME COLUMN name TO title"))


CHANGES = (make_program, stamp, put_a_table, take_a_table, bend_a_table)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_database_that_is_used_again_is_as_it_was(
    own_shelf: Shelf, clock: Clock, change: Callable[[Work], object]
) -> None:
    def look(database: Database) -> object:
        return repr(inspect(database.engine).get_multi_columns()), rows(database)

    kept = own_shelf.take()
    first = kept.opened(clock)
    before = look(first)
    with first.unit_of_work() as work:
        change(work)
    own_shelf.put_back(kept)

    again = own_shelf.take()

    second = again.opened(clock)
    assert look(second) == before
    assert migrations.is_current(second.engine)
    if change is make_program:
        assert again is kept
    own_shelf.put_back(again)


@pytest.mark.parametrize("how", ["its own engine", "another engine"])
def test_what_a_test_left_open_reaches_no_other(own_shelf: Shelf, clock: Clock, how: str) -> None:
    kept = own_shelf.take()
    theirs = kept.opened(clock) if how == "its own engine" else Database(kept.url)
    with Session(theirs.engine) as left:
        make_program(Work(left, clock.now))
        own_shelf.put_back(kept)

        again = own_shelf.take()

        with again.opened(clock).unit_of_work() as work:
            make_program(work)
        with suppress(exc.DBAPIError):
            left.commit()
        left.invalidate()
    with again.opened(clock).reading() as looking:
        assert looking.session.scalar(select(func.count()).select_from(Program)) == 1
    own_shelf.put_back(again)
    if how != "its own engine":
        theirs.dispose()


def test_what_a_test_listens_for_no_other_hears(own_shelf: Shelf, clock: Clock) -> None:
    heard: list[str] = []
    kept = own_shelf.take()
    database = kept.opened(clock)
    event.listen(database.engine, "before_cursor_execute", lambda *given: heard.append(given[2]))
    with database.reading() as looking:
        looking.session.execute(text("SELECT 1"))
    assert heard.count("SELECT 1") == 1
    own_shelf.put_back(kept)

    with own_shelf.take().opened(clock).reading() as looking:
        looking.session.execute(text("SELECT 1"))

    assert heard.count("SELECT 1") == 1
    own_shelf.put_back(kept)


def test_the_clock_stands_still_until_it_is_moved(database: Database, clock: Clock) -> None:
    with database.reading() as before:
        clock.advance(timedelta(hours=1))
    with database.reading() as after:
        pass

    assert before.now.tzinfo is UTC
    assert after.now - before.now == timedelta(hours=1)


def test_a_unit_of_work_goes_by_the_clock(work: Work, clock: Clock) -> None:
    assert work.now == clock.now


def test_a_durable_server_keeps_what_was_committed_before_a_crash(
    durable_postgresql: Server,
) -> None:
    database = Database(durable_postgresql.url())
    with database.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE kept (number INTEGER)"))
        work.session.execute(text("INSERT INTO kept VALUES (1)"))

    durable_postgresql.stop(crash=True)
    database.dispose()
    durable_postgresql.start()

    with database.reading() as looking:
        assert looking.session.scalars(text("SELECT number FROM kept")).all() == [1]
    database.dispose()


RUN_THAT_DIES = """
def test_that_never_ends(database):
    import os, pathlib, time
    pathlib.Path(os.environ["READY"]).write_text(os.environ["ADAPTER_TEST_FOLDER"])
    time.sleep(600)
"""


def test_a_run_that_is_killed_leaves_no_server_behind(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    (tmp_path / "test_dying.py").write_text(RUN_THAT_DIES)
    ready = tmp_path / "ready"
    plugins = ["-p", "no:cacheprovider", "-p", "tests.conftest"]
    chosen = ["-c", "setup.cfg", "-k", "postgresql", str(tmp_path / "test_dying.py")]
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", *plugins, *chosen],
        cwd=root,
        env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PYTEST_") and name not in (FOLDER, GIVEN_SERVER)
        }
        | {"READY": str(ready)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(lambda: ready.exists() and bool(ready.read_text()))
        folder = Path(ready.read_text())
        assert _postgres_in(folder)
    finally:
        run.kill()
        run.wait()

    _wait_for(lambda: not folder.exists() and not _postgres_in(folder))


def _postgres_in(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"{folder}/data" in (process.info["cmdline"] or [])
    ]


def _wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen within 30 seconds")
