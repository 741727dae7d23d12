"""Rolling up costs what is new: whatever lies behind it, nothing is looked at end to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapter.core import programs, stats
from adapter.core.programs import EarnTerms, ProgramTerms
from adapter.core.stats import Period, rolling
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


@pytest.fixture
def crowded(
    postgresql_copies: PostgresqlCopies, tmp_path: Path, clock: Clock
) -> Iterator[Database]:
    """A PostgreSQL database with so many rows, at the time by which ids are made."""
    clock.now = made_at(new_id())
    url = postgresql_copies.make(tmp_path)
    database = Database(url, clock=clock)
    yield database
    database.dispose()
    postgresql_copies.drop(url)


@pytest.fixture
def program(crowded: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> ProgramTerms:
    """The program of all those rows."""
    return fill(crowded, now=clock.now)


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
    crowded: Database, program: ProgramTerms, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = roll_up_whole(crowded)
    per_day = 4 * ROWS // DAYS
    clock.advance(timedelta(minutes=20))
    with crowded.unit_of_work() as work:
        work.session.execute(text("ANALYZE"))
        member = make_member(work, program)
        make_card(work, program, member)
        cancel_sale(work, program, submit(work, program, member, bought(work)))

    monkeypatch.setattr(rolling, "PAGE", SMALL)
    with recorded(crowded) as sent:
        # Two days of them are young, and are read once more for good measure.
        next_run = stats.roll_up(crowded).rows
    idle = stats.roll_up(crowded).rows

    assert whole >= 4 * ROWS
    assert next_run <= 3 * per_day
    assert idle <= per_day / 10
    assert scanned(crowded, sent) == set()


@pytest.mark.timeout(300)
def test_what_was_there_before_is_read_by_an_index_too(
    crowded: Database, program: ProgramTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "PAGE", SMALL)
    with recorded(crowded) as sent:
        stats.roll_up(crowded, most=1)

    assert any("entries" in statement for statement, _ in sent)
    assert scanned(crowded, sent) == set()


@pytest.mark.timeout(300)
def test_a_page_and_a_backtest_scan_no_large_table(
    crowded: Database, program: ProgramTerms, clock: Clock
) -> None:
    roll_up_whole(crowded)
    with crowded.unit_of_work() as work:
        work.session.execute(text("ANALYZE"))
    today = programs.local_day(clock.now, program.timezone)
    rules = [EarnTerms.of("base", 1, "spending", {"points_per_unit": "2"})]

    with recorded(crowded) as sent:
        with crowded.reading() as work:
            overview = stats.overview(work, program, Period(today - 29 * DAY, today))
        tried = stats.backtest(crowded, program, rules, Period(today - DAY, today))

    assert overview.points[-1].outstanding.minor == ROWS * 100
    assert tried.total.sales > 100
    assert scanned(crowded, sent) == set()
