"""Rolling up costs what is new: whatever lies behind it, nothing is looked at end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapter.core import programs, stats
from adapter.core.programs import EarnTerms, ProgramTerms
from adapter.core.stats import Period, rolling, sampling
from adapter.core.stats.sources import made_at
from adapter.db import Database
from adapter.db.base import new_id
from tests.clock import Clock
from tests.core.stats.many_rows import DAYS, ROWS, fill
from tests.core.test_plans import large_tables, scans
from tests.databases import PostgresqlCopies
from tests.factories import bought, cancel_sale, make_card, make_member, submit
from tests.statements import Statement, recorded

DAY = timedelta(days=1)
# Beside so many rows a page is to be as small as it is beside millions.
SMALL = 200


@dataclass(frozen=True)
class Crowd:
    """A database with so many rows that nobody has open, their program, and the time they end at;
    how many of them are rolled up.
    """

    url: str
    program: ProgramTerms
    now: datetime
    rolled_up: int = 0


@pytest.fixture(scope="module")
def filled(postgresql_copies: PostgresqlCopies, worker_folder: Path) -> Iterator[Crowd]:
    """One of PostgreSQL's, at the time by which ids are made."""
    url, now = postgresql_copies.make(worker_folder), made_at(new_id())
    database = Database(url, clock=lambda: now)
    program = fill(database, now=now)
    database.dispose()
    yield Crowd(url, program, now)
    postgresql_copies.drop(url)


@pytest.fixture(scope="module")
def rolled_up(
    postgresql_copies: PostgresqlCopies, worker_folder: Path, filled: Crowd
) -> Iterator[Crowd]:
    """The same when all of it has been rolled up."""
    url = postgresql_copies.make(worker_folder, like=filled.url)
    database = Database(url, clock=lambda: filled.now)
    rows = roll_up_whole(database)
    with database.unit_of_work() as work:
        work.session.execute(text("ANALYZE"))
    database.dispose()
    yield replace(filled, url=url, rolled_up=rows)
    postgresql_copies.drop(url)


@pytest.fixture
def open_copy(
    postgresql_copies: PostgresqlCopies, tmp_path: Path, clock: Clock
) -> Iterator[Callable[[Crowd], Database]]:
    """A function that opens a copy of one of them, at its time."""
    with ExitStack() as stack:

        def open_copy(crowd: Crowd) -> Database:
            clock.now = crowd.now
            url = postgresql_copies.make(tmp_path, like=crowd.url)
            stack.callback(postgresql_copies.drop, url)
            database = Database(url, clock=clock)
            stack.callback(database.dispose)
            return database

        yield open_copy


Open = Callable[[Crowd], Database]


def scanned(database: Database, sent: list[Statement]) -> set[str]:
    """The large tables that one of these statements looks at from end to end."""
    with database.unit_of_work() as work:
        large = large_tables(work)
        assert {"entries", "postings", "transactions", "members", "cards"} <= large
        looked = [one for one in sent if one[0].lstrip().startswith(("SELECT", "INSERT"))]
        return {table for one in looked for table in scans(work, one, known=True)} & large


def roll_up_whole(database: Database) -> int:
    """How many rows were read until all was."""
    rows = 0
    while True:
        rolled = stats.roll_up(database, most=30_000)
        rows += rolled.rows
        if rolled.is_complete:
            return rows


@pytest.mark.timeout(300)
def test_a_roll_up_reads_what_is_new_and_by_an_index(
    rolled_up: Crowd, open_copy: Open, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowded, program = open_copy(rolled_up), rolled_up.program
    per_day = 4 * ROWS // DAYS
    clock.advance(timedelta(minutes=20))
    with crowded.unit_of_work() as work:
        member = make_member(work, program)
        make_card(work, program, member)
        cancel_sale(work, program, submit(work, program, member, bought(work)))

    monkeypatch.setattr(rolling, "PAGE", SMALL)
    with recorded(crowded) as sent:
        # Two days of them are young, and are read once more for good measure.
        next_run = stats.roll_up(crowded).rows
    idle = stats.roll_up(crowded).rows

    assert rolled_up.rolled_up >= 4 * ROWS
    assert next_run <= 3 * per_day
    assert idle <= per_day / 10
    assert scanned(crowded, sent) == set()


@pytest.mark.timeout(300)
def test_what_was_there_before_is_read_by_an_index_too(
    filled: Crowd, open_copy: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowded = open_copy(filled)
    monkeypatch.setattr(rolling, "PAGE", SMALL)
    with recorded(crowded) as sent:
        stats.roll_up(crowded, most=1)

    assert any("entries" in statement for statement, _ in sent)
    assert scanned(crowded, sent) == set()


@pytest.mark.timeout(300)
def test_a_page_and_a_backtest_scan_no_large_table(
    rolled_up: Crowd, open_copy: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "CHUNK", SMALL)
    crowded, program = open_copy(rolled_up), rolled_up.program
    today = programs.local_day(rolled_up.now, program.timezone)
    rules = [EarnTerms.of("base", 1, "spending", {"points_per_unit": "2"})]

    with recorded(crowded) as sent:
        with crowded.reading() as work:
            overview = stats.overview(work, program, Period(today - 29 * DAY, today))
        tried = stats.backtest(crowded, program, rules, Period(today - DAY, today))

    assert overview.points[-1].outstanding.minor == ROWS * 100
    assert tried.total.sales > SMALL
    assert tried.unearned == 0
    assert scanned(crowded, sent) == set()
