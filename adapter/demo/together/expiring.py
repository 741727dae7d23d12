"""A year goes: the job takes what is left, and her whole story is printed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from adapter import audit, jobs
from adapter.cli import lookup
from adapter.cli.member_facts import facts_of
from adapter.cli.member_screen import print_member
from adapter.db import Database
from adapter.demo.cast import Cast
from adapter.demo.rules import CODE, POINTS_LIVE
from adapter.demo.together.shopping import LEFT

COPY = "a-year-later.db"
PLATFORMS = {"koshelek", "fidelizacion", "swip"}


def a_year_later(cast: Cast) -> None:
    """The job on a copy of the database, by a clock that is a year on; then `members show`."""
    screen = cast.wallet.screen
    screen.step(f"adapter jobs run, on a copy of the database, {POINTS_LIVE + 1} days later")
    with _later(cast.database, timedelta(days=POINTS_LIVE + 1)) as database:
        done = jobs.run(database)
        with database.reading() as work:
            _, olga = lookup.member(work, cast.olga.phone, CODE)
            facts = facts_of(work, cast.terms, olga, reveal=False, limit=50)
            differing = [str(one) for one in audit.findings(work)]
    lines = facts["timeline"]
    taken = sorted(line["moved"] for line in lines if line["kind"] == "expiry")
    words = f"her three lots expire: {', '.join(LEFT.values())}"
    expired = taken == sorted(f"-{left}" for left in LEFT.values())
    screen.expected(words, expired and not done.failed, seen=(taken, done))
    left = lines[-1]["available"]
    sound = left == "0" and not differing
    screen.expected("nothing is left, and the ledger agrees", sound, seen=(left, differing))
    screen.step(f"adapter members show {cast.olga.phone}")
    screen.console.print()
    print_member(facts, cast.terms)
    screen.console.print()
    channels = {line["channel"] for line in lines}
    named = channels >= PLATFORMS
    screen.expected("one timeline of all three platforms", named, seen=channels)


@contextmanager
def _later(database: Database, time: timedelta) -> Iterator[Database]:
    """A copy of what is there now, by a clock that is so much on; the demo itself goes on today."""
    source = Path(str(database.url.database))
    target = source.with_name(COPY)
    with closing(sqlite3.connect(source)) as now, closing(sqlite3.connect(target)) as then:
        now.backup(then)
    address, clock = f"sqlite:///{target}", lambda: database.clock() + time
    copy = Database(address, clock=clock, sqlite_synchronous="NORMAL")
    try:
        yield copy
    finally:
        copy.dispose()
