"""A unit of work commits wholly or not at all; a reading changes nothing; races are run again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC

import psycopg
import pytest
from sqlalchemy import exc, text

from adapter.db import CommitUnknown, Database, Work
from adapter.db.errors import DatabaseUnavailable, is_retryable, is_unavailable

Rows = Callable[[], list[int]]


def insert(work: Work, number: int) -> None:
    work.session.execute(text("INSERT INTO numbers VALUES (:number)"), {"number": number})


def test_leaving_a_unit_of_work_commits(database: Database, numbers: Rows) -> None:
    with database.unit_of_work() as work:
        insert(work, 1)

    assert numbers() == [1]


def test_an_error_within_a_unit_of_work_undoes_all_of_it(database: Database, numbers: Rows) -> None:
    with pytest.raises(LookupError), database.unit_of_work() as work:
        insert(work, 1)
        raise LookupError

    assert numbers() == []


def test_nobody_sees_what_has_not_been_committed(database: Database, numbers: Rows) -> None:
    with database.unit_of_work() as work:
        insert(work, 1)

        assert numbers() == []


def test_a_nested_failure_leaves_the_rest_of_the_unit_whole(
    database: Database, numbers: Rows
) -> None:
    with database.unit_of_work() as work:
        insert(work, 1)
        with pytest.raises(exc.IntegrityError), work.session.begin_nested():
            insert(work, 2)
            insert(work, 1)

    assert numbers() == [1]


def test_a_reading_cannot_change_anything(database: Database, numbers: Rows) -> None:
    # PostgreSQL refuses, SQLite forgets.
    refusal = exc.InternalError if database.dialect == "postgresql" else ()

    with suppress(refusal), database.reading() as looking:
        insert(looking, 1)

    assert numbers() == []


def test_a_reading_sees_one_instant_throughout(database: Database, numbers: Rows) -> None:
    with database.reading() as looking:
        count = text("SELECT count(*) FROM numbers")
        before = looking.session.scalar(count)
        with database.unit_of_work() as work:
            insert(work, 1)

        assert looking.session.scalar(count) == before == 0

    assert numbers() == [1]


def test_a_reading_goes_on_while_somebody_writes(database: Database, numbers: Rows) -> None:
    with database.unit_of_work() as work:
        insert(work, 1)

        assert numbers() == []


def test_all_of_a_unit_of_work_happens_at_one_instant(database_url: str) -> None:
    database = Database(database_url)

    with database.unit_of_work() as work:
        assert work.now.tzinfo is UTC
        assert work.now == work.now
    database.dispose()


def test_two_units_that_read_and_then_write_do_not_both_win(
    make_database: Callable[..., Database],
) -> None:
    database = make_database()
    with database.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE purses (points INTEGER)"))
        work.session.execute(text("INSERT INTO purses VALUES (1)"))

    def spend(_: int) -> bool:
        def once(work: Work) -> bool:
            points = work.session.scalar(text(f"SELECT points FROM purses {lock}"))
            if points < 1:
                return False
            work.session.execute(text("UPDATE purses SET points = points - 1"))
            return True

        return database.run(once)

    # On SQLite beginning at once to write is the lock.
    lock = "FOR UPDATE" if database.dialect == "postgresql" else ""
    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(spend, range(40)))

    assert won.count(True) == 1


def test_units_that_deadlock_are_run_again(database: Database, numbers: Rows) -> None:
    with database.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE seats (id INTEGER, taken INTEGER)"))
        work.session.execute(text("INSERT INTO seats VALUES (1, 0), (2, 0)"))
    both_hold_one = threading.Barrier(2)
    runs: list[int] = []

    def take(first: int) -> None:
        def once(work: Work) -> None:
            runs.append(first)
            for seat in (first, 3 - first):
                work.session.execute(
                    text("UPDATE seats SET taken = taken + 1 WHERE id = :seat"), {"seat": seat}
                )
                if len(runs) <= 2 and seat == first and database.dialect == "postgresql":
                    both_hold_one.wait(10)

        database.run(once)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(take, (1, 2)))

    with database.reading() as looking:
        assert looking.session.scalars(text("SELECT taken FROM seats")).all() == [2, 2]
    # Only PostgreSQL can lock in two orders; there one of the two was begun again.
    assert len(runs) == (3 if database.dialect == "postgresql" else 2)


def test_a_refusal_of_a_statement_is_not_run_again(database: Database, numbers: Rows) -> None:
    runs: list[int] = []

    def twice(work: Work) -> None:
        runs.append(1)
        insert(work, 1)
        insert(work, 1)

    with pytest.raises(exc.IntegrityError):
        database.run(twice)

    assert len(runs) == 1
    assert numbers() == []


def test_what_a_unit_returns_comes_back(database: Database) -> None:
    assert database.run(lambda work: work.now) == database.clock()


def test_a_locked_database_is_given_up_sooner_than_the_caller_gives_up(
    database: Database, serving: Database, numbers: Rows
) -> None:
    with database.unit_of_work() as work:
        insert(work, 1)

        # The same key: on PostgreSQL too the second has to wait for the first.
        with pytest.raises(exc.DBAPIError) as refused, serving.unit_of_work() as second:
            insert(second, 1)

        assert is_unavailable(refused.value)


def test_an_exhausted_pool_is_given_up_sooner_than_the_caller_gives_up(serving: Database) -> None:
    with serving.reading() as one, serving.reading() as other:
        one.session.execute(text("SELECT 1"))
        other.session.execute(text("SELECT 1"))

        with pytest.raises(exc.TimeoutError) as refused, serving.reading() as third:
            third.session.execute(text("SELECT 1"))

        assert is_unavailable(refused.value)


def test_a_server_that_is_not_there_is_unavailable(tmp_path) -> None:
    database = Database(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}", serving=True)

    with pytest.raises(exc.OperationalError) as refused, database.reading() as looking:
        looking.session.execute(text("SELECT 1"))

    assert is_unavailable(refused.value)


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/file.db")

    with pytest.raises(exc.OperationalError) as refused, database.reading() as looking:
        looking.session.execute(text("SELECT 1"))

    assert is_unavailable(refused.value)


def test_a_connection_lost_before_the_commit_is_made_anew(
    database: Database, numbers: Rows
) -> None:
    lost: list[int] = []

    def lose_it_once(work: Work) -> None:
        insert(work, 1)
        if not lost:
            lost.append(1)
            _lose(work)
        insert(work, 2)

    database.run(lose_it_once)

    assert numbers() == [1, 2]


@pytest.mark.parametrize("engine_name", ("postgresql",))
def test_a_connection_lost_during_the_commit_is_not_run_again(
    database: Database, numbers: Rows, engine_name: str
) -> None:
    runs: list[int] = []

    def lose_it_at_the_end(work: Work) -> None:
        runs.append(1)
        insert(work, 1)
        _end_its_backend(work)

    with pytest.raises(CommitUnknown):
        database.run(lose_it_at_the_end)

    assert len(runs) == 1


def test_parameters_stay_out_of_what_an_error_says(database: Database, numbers: Rows) -> None:
    with pytest.raises(exc.DBAPIError) as refused, database.unit_of_work() as work:
        work.session.execute(text("INSERT INTO nowhere VALUES (:phone)"), {"phone": "79995550142"})

    assert "79995550142" not in str(refused.value)


def test_a_bug_is_not_taken_for_an_unavailable_database() -> None:
    assert not is_unavailable(ValueError())
    assert not is_unavailable(exc.IntegrityError("", None, Exception()))
    assert not is_retryable(ValueError())
    assert is_unavailable(DatabaseUnavailable())
    assert is_unavailable(CommitUnknown())
    assert not is_retryable(CommitUnknown())


def _lose(work: Work) -> None:
    if work.session.get_bind().dialect.name == "postgresql":
        _end_its_backend(work)
        return
    # SQLite has no connection to lose; an engine that asks to begin again looks like this.
    raise exc.OperationalError("", None, _SerializationFailure())


class _SerializationFailure(Exception):
    sqlstate = "40001"


def _end_its_backend(work: Work) -> None:
    driver = work.session.connection().connection.driver_connection
    with psycopg.connect(driver.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [driver.info.backend_pid])
