"""Every database of the tests is at the level of isolation that was asked for."""

from __future__ import annotations

import os

from adapter.db import Database, Work
from tests.databases import ISOLATION
from tests.factories import give_points, make_purse, spend_points
from tests.scale import isolation


def level(work: Work) -> str:
    """That of the unit of work."""
    return str(work.session.connection().exec_driver_sql("SHOW transaction_isolation").scalar())


def test_a_unit_of_work_is_at_the_level_of_the_run_and_a_reading_has_one_snapshot(
    database: Database,
) -> None:
    with database.unit_of_work() as work:
        assert level(work) == os.environ.get(ISOLATION, "read committed")
    with database.reading() as work:
        assert level(work) == "repeatable read"


def test_what_the_engine_refuses_at_the_strictest_level_is_run_again_and_counted(
    database: Database,
) -> None:
    with database.unit_of_work() as work:
        purse = make_purse(work)
        give_points(work, purse, 10)
    before, others = isolation.counted()[isolation.AGAIN], []

    def spend(work: Work) -> None:
        work.session.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        work.session.connection().exec_driver_sql("SELECT count(*) FROM lots")
        if not others:  # somebody else is quicker, the first time
            with database.unit_of_work() as other:
                others.append(spend_points(other, purse, 3))
        spend_points(work, purse, 7)

    leave = isolation.watch()
    database.run(spend)
    leave()

    assert isolation.counted()[isolation.AGAIN] == before + 1
