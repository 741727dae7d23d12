"""In a rehearsal everything can be done, and nothing of it stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import exc, func, select

from adapter.core.programs import DEFAULTS, Program
from adapter.db import Database, Lookup, Work
from adapter.db.rehearsal import rehearsal_of

COUNT = select(func.count()).select_from(Program)
LOOKUP = Lookup(select(func.count()).select_from(Program.__table__))


def program(code: str) -> Program:
    return Program(code=code, created_at=datetime(2026, 1, 1, tzinfo=UTC), **DEFAULTS)


def number_in(database: Database) -> int:
    with database.reading() as work:
        return work.session.scalar(COUNT) or 0


def test_each_unit_of_work_sees_those_before_it_and_all_are_undone(database: Database) -> None:
    with rehearsal_of(database) as rehearsal:
        for number, code in enumerate(("A", "B"), 1):
            with rehearsal.unit_of_work() as work:
                work.session.add(program(code))
            assert number_in(rehearsal) == number
            assert rehearsal.glance().rows(LOOKUP, {})[0][0] == number
        assert rehearsal.run(lambda work: work.session.scalar(COUNT)) == 2

    assert number_in(database) == 0


def test_a_unit_of_work_that_fails_is_undone_alone(database: Database) -> None:
    with rehearsal_of(database) as rehearsal:
        with rehearsal.unit_of_work() as work:
            work.session.add(program("A"))
        with pytest.raises(exc.IntegrityError), rehearsal.unit_of_work() as work:
            work.session.add(program("B"))
            work.session.flush()
            work.session.add(program("A"))
        assert number_in(rehearsal) == 1
        with rehearsal.unit_of_work() as work:
            work.session.add(program("C"))
        assert (number_in(rehearsal), len(rehearsal.done)) == (2, 2)

    assert number_in(database) == 0


def test_what_a_reading_changes_is_forgotten_at_once(database: Database) -> None:
    with rehearsal_of(database) as rehearsal:
        with rehearsal.reading() as work:
            work.session.add(program("A"))
            work.session.flush()
        assert number_in(rehearsal) == 0


def test_what_is_done_lightly_is_done_with_locks_and_undone_as_well(database: Database) -> None:
    def add(work: Work) -> bool:
        work.session.add(program("A"))
        return work.takes_locks

    with rehearsal_of(database) as rehearsal:
        assert rehearsal.run_lightly(add)
        assert number_in(rehearsal) == 1

    assert number_in(database) == 0


def test_it_is_undone_also_where_something_broke(database: Database) -> None:
    with pytest.raises(KeyError), rehearsal_of(database) as rehearsal:
        with rehearsal.unit_of_work() as work:
            work.session.add(program("A"))
        raise KeyError

    assert number_in(database) == 0
    with database.unit_of_work() as work:
        work.session.add(program("A"))
    assert number_in(database) == 1
