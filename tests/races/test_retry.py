"""What PostgreSQL asks to run again runs again; what may have been committed does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, event, exc, select, text

from adapter.core.members import Member
from adapter.db import CommitUnknown, Database, Work
from adapter.db.database import ATTEMPTS
from tests.databases import PostgresqlCopies
from tests.factories import make_member, make_program

Run = Callable[[Work], str]


@pytest.fixture
def postgresql(postgresql_copies: PostgresqlCopies, tmp_path: Path) -> Iterator[Database]:
    """A PostgreSQL database; SQLite never asks to run anything again."""
    url = postgresql_copies.make(tmp_path)
    database = Database(url)
    yield database
    database.dispose()
    postgresql_copies.drop(url)


def failing_first(sql: str, attempts: list[int], times: int = 1) -> Run:
    """A unit of work that writes a member's name, and meets an error the first times."""

    def unit(work: Work) -> str:
        attempts.append(1)
        make_member(work, make_program(work), first_name=f"attempt {len(attempts)}")
        if len(attempts) <= times:
            work.session.execute(text(sql))
        return "done"

    return unit


def names(database: Database) -> list[str | None]:
    """What was committed."""
    with database.reading() as work:
        return list(work.session.scalars(select(Member.first_name)))


RAISES = "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '{}'; END $$"
LOSES_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize("sql", [RAISES.format("40001"), RAISES.format("40P01"), LOSES_CONNECTION])
def test_a_unit_of_work_runs_again_where_nothing_was_committed(
    postgresql: Database, sql: str
) -> None:
    attempts: list[int] = []

    assert postgresql.run(failing_first(sql, attempts)) == "done"

    assert names(postgresql) == ["attempt 2"]


def test_another_error_is_not_tried_again(postgresql: Database) -> None:
    attempts: list[int] = []

    with pytest.raises(exc.DBAPIError):
        postgresql.run(failing_first("SELECT 1/0", attempts))

    assert len(attempts) == 1
    assert names(postgresql) == []


def test_what_never_succeeds_is_given_up(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.db.database.LONGEST_PAUSE", 0.01)
    attempts: list[int] = []

    with pytest.raises(exc.DBAPIError):
        postgresql.run(failing_first(RAISES.format("40001"), attempts, times=99))

    assert len(attempts) == ATTEMPTS


def test_a_deadlock_ends_with_both_done(postgresql: Database) -> None:
    with postgresql.unit_of_work() as work:
        program = make_program(work)
        one, other = (make_member(work, program).id for _ in range(2))
    met, attempts = Barrier(2), [0, 0]

    def rename(number: int) -> None:
        def unit(work: Work) -> None:
            attempts[number] += 1
            # The engine looks for a circle when somebody has waited for so long.
            work.session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            order = (one, other) if number else (other, one)
            for place, member_id in enumerate(order):
                member = work.session.get_one(Member, member_id, with_for_update=True)
                member.first_name = (member.first_name or "") + str(number)
                work.session.flush()
                if place == 0 and attempts[number] == 1:
                    met.wait(60)  # each holds what the other wants next

        postgresql.run(unit)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(rename, range(2)))

    assert sorted(attempts) == [1, 2]
    assert [sorted(name or "") for name in names(postgresql)] == [["0", "1"]] * 2


def test_what_may_have_been_committed_is_not_run_again(postgresql: Database) -> None:
    attempts: list[int] = []

    def unit(work: Work) -> None:
        attempts.append(1)
        make_member(work, make_program(work))

    @event.listens_for(postgresql.engine, "commit")
    def cut(connection: Connection) -> None:
        # As if the line went dead between our COMMIT and its answer.
        connection.connection.driver_connection.close()

    with pytest.raises(CommitUnknown):
        postgresql.run(unit)

    assert len(attempts) == 1
