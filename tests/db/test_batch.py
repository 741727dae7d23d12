"""Rows gathered and written at once: all of them, or none."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import exc, select, text

from adapter.core.ledger import Account, Entry
from adapter.core.members import Counters, Member
from adapter.core.outbox import OutboxEvent, OutboxLine
from adapter.db import Database, Work
from adapter.db.base import values_of
from adapter.db.batch import Batch, Overtaken
from adapter.db.errors import LocksNeeded
from adapter.db.statements import add_many
from tests.factories import make_member, make_program
from tests.on_the_wire import on_the_wire
from tests.statements import scanned


@pytest.fixture
def member(database: Database) -> Member:
    """Somebody whose rows they are."""
    with database.unit_of_work() as work:
        return make_member(work, make_program(work))


def account_of(member: Member, **changes: Any) -> dict[str, Any]:
    """The row of a new account."""
    return {
        "id": uuid.uuid4(),
        "program_id": member.program_id,
        "member_id": member.id,
        "owner_id": member.id,
        "unit": "points",
        "role": "spendable",
        "may_go_negative": False,
        "balance_minor": 0,
        "version": 0,
        "digest": b"",
    } | changes


def accounts(database: Database) -> list[tuple[int | None, int | None, bytes | None]]:
    """Balance, version and digest of each member's account."""
    columns = (Account.balance_minor, Account.version, Account.digest)
    with database.reading() as work:
        found = select(*columns).where(Account.member_id.is_not(None)).order_by(Account.unit)
        return [tuple(row) for row in work.session.execute(found)]


def counted(database: Database) -> list[tuple[int, int]]:
    """What was counted of anybody."""
    with database.reading() as work:
        rows = work.session.execute(select(Counters.visits, Counters.spent_minor))
        return [tuple(row) for row in rows]


def moved(row: dict[str, Any], balance: int, version: int) -> dict[str, Any]:
    """What an account becomes."""
    state = {"id": row["id"], "balance_minor": balance, "version": version}
    return state | {"digest": bytes([version]) * 32}


def test_what_was_gathered_is_there_afterwards(database: Database, member: Member) -> None:
    row = account_of(member)

    with database.attempt() as work:
        work.batch.insert(Account, row, account_of(member, unit="credit"))
        work.batch.add_up(Counters, {"member_id": member.id}, {"visits": 1, "spent_minor": 10})
        work.batch.add_up(Counters, {"member_id": member.id}, {"visits": 1, "spent_minor": -3})

    assert accounts(database) == [(0, 0, b""), (0, 0, b"")]
    assert counted(database) == [(2, 7)]


def test_a_row_comes_back_as_it_was_given(database: Database, member: Member) -> None:
    row = account_of(member, digest=bytes(range(32)), may_go_negative=True, balance_minor=-(10**15))

    with database.attempt() as work:
        work.batch.insert(Account, row)

    with database.reading() as work:
        assert values_of(work.session.get_one(Account, row["id"])) == row


def test_a_row_moves_on_from_the_version_that_was_seen(database: Database, member: Member) -> None:
    row = account_of(member)
    with database.attempt() as work:
        work.batch.insert(Account, row)

    with database.attempt() as work:
        work.batch.move_on(Account, moved(row, 5, 1), seen=0)
        work.batch.move_on(Account, moved(row, 7, 2), seen=1)

    assert accounts(database) == [(7, 2, b"\2" * 32)]


def test_nothing_is_written_where_a_row_was_overtaken(database: Database, member: Member) -> None:
    row = account_of(member)
    with database.attempt() as work:
        work.batch.insert(Account, row)
        work.batch.move_on(Account, moved(row, 5, 1), seen=0)

    with pytest.raises(LocksNeeded), database.attempt() as work:
        work.batch.insert(Account, account_of(member, unit="credit"))
        work.batch.add_up(Counters, {"member_id": member.id}, {"visits": 1, "spent_minor": 10})
        work.batch.move_on(Account, moved(row, 9, 1), seen=0)

    assert accounts(database) == [(5, 1, b"\1" * 32)]
    assert counted(database) == []


def test_a_unit_with_locks_is_told_of_being_overtaken(database: Database, member: Member) -> None:
    row = account_of(member)
    with pytest.raises(Overtaken), database.unit_of_work() as work:
        work.batch.insert(Account, row)
        work.flush()
        work.batch.move_on(Account, moved(row, 9, 2), seen=1)
        work.flush()

    assert accounts(database) == []


def test_a_row_in_the_making_is_written_in_its_last_state(
    database: Database, member: Member
) -> None:
    row = account_of(member)

    with database.attempt() as work:
        work.batch.insert(Account, row)
        work.batch.move_on(Account, moved(row, 5, 1), seen=0)
        work.batch.update(Account, {"id": row["id"], "digest": b"x"}, adding={"balance_minor": 2})

    assert accounts(database) == [(7, 1, b"x")]


def test_columns_are_set_or_added_to(database: Database, member: Member) -> None:
    row = account_of(member, balance_minor=10)
    with database.attempt() as work:
        work.batch.insert(Account, row)

    with database.attempt() as work:
        for digest in (b"a", b"b"):
            work.batch.update(
                Account, {"id": row["id"], "digest": digest}, adding={"balance_minor": 3}
            )

    assert accounts(database) == [(16, 0, b"b")]


def test_constraints_speak_and_nothing_is_written(database: Database, member: Member) -> None:
    with pytest.raises(LocksNeeded), database.attempt() as work:
        work.batch.add_up(Counters, {"member_id": member.id}, {"visits": 1, "spent_minor": 10})
        work.batch.insert(Account, account_of(member, balance_minor=-1))

    assert counted(database) == []
    with pytest.raises(exc.IntegrityError), database.unit_of_work() as work:
        work.batch.insert(Account, account_of(member, balance_minor=-1))


def test_it_is_one_statement_on_postgresql(database: Database, member: Member) -> None:
    row = account_of(member)
    with on_the_wire(database) as sent, database.attempt() as work:
        work.batch.insert(Account, row, account_of(member, unit="credit"))
        work.batch.add_up(Counters, {"member_id": member.id}, {"visits": 1, "spent_minor": 10})

    assert len(sent.queries) == (1 if database.dialect == "postgresql" else 3)
    if database.dialect == "postgresql":
        assert sent.all == sent.queries  # which begins and commits by itself


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_row_is_found_by_its_key_in_a_table_of_some_size(
    database: Database, member: Member, engine_name: str
) -> None:
    row = account_of(member)
    batch, sent = Batch(), list[str]()
    batch.move_on(Account, moved(row, 10, 1), seen=0)
    batch.send(engine_name, lambda sql, _rows: sent.append(sql) or 1)

    with database.unit_of_work() as work:
        many = [account_of(member, owner_id=uuid.uuid4()) for _ in range(8000)]
        add_many(work.session, Account, many)
        work.session.execute(text("ANALYZE accounts"))
        assert scanned(work.session.connection(), sent[0]) == set()


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_plan_that_stays_is_not_made_for_an_empty_table(
    database: Database, engine_name: str
) -> None:
    look = "SELECT status FROM members WHERE id = %(id)s::UUID"

    with database.glance().engine.connect() as light:
        light.execute(text("VACUUM ANALYZE members"))
        assert scanned(light, look) == set()
        # A scan that cannot be helped is held to be dear beyond measure, and would be compiled.
        assert light.scalar(text("SHOW jit")) == "off"
    with database.unit_of_work() as work:
        assert scanned(work.session.connection(), look) == {"members"}


def test_the_session_sees_what_was_gathered(database: Database, member: Member) -> None:
    row = account_of(member)
    with database.unit_of_work() as work:
        work.batch.insert(Account, row)

        assert work.session.get(Account, row["id"]) is not None


def test_an_attempt_has_no_session(database: Database) -> None:
    with pytest.raises(LocksNeeded), database.attempt() as work:
        assert work.session is None


def test_an_attempt_refuses_nothing_by_itself(database: Database, member: Member) -> None:
    def refuse(work: Work) -> None:
        work.batch.insert(Account, account_of(member))
        raise ValueError("no" if work.takes_locks else "perhaps")

    with pytest.raises(ValueError, match="no"):
        database.run_lightly(refuse)

    assert accounts(database) == []


def test_an_attempt_moves_one_row_on(database: Database, member: Member) -> None:
    rows = [account_of(member), account_of(member, unit="credit")]
    with database.attempt() as work:
        work.batch.insert(Account, *rows)

    def move_both(work: Work) -> bool:
        for row in rows:
            work.batch.move_on(Account, moved(row, 5, 1), seen=0)
        return work.takes_locks

    # Of several some might be overtaken: that takes a transaction that can be rolled back.
    assert database.run_lightly(move_both)
    assert [balance for balance, *_ in accounts(database)] == [5, 5]


def test_an_instant_without_a_zone_is_refused(database: Database, member: Member) -> None:
    entry = {"id": uuid.uuid4(), "program_id": member.program_id, "member_id": member.id}
    entry |= {"kind": "bonus", "unit": "points"}
    entry |= dict.fromkeys(("reason", "channel", "outlet_code", "terminal", "actor"), "")
    naive = datetime(2026, 5, 4, 9)

    for run in (database.run, database.run_lightly):
        with pytest.raises((ValueError, exc.StatementError), match="naive"):
            run(
                lambda work: work.batch.insert(
                    Entry, entry | {"occurred_at": naive, "recorded_at": naive}
                )
            )


def test_what_the_engine_asks_again_is_asked_with_locks(database: Database) -> None:
    def unit(work: Work) -> bool:
        if not work.takes_locks:
            raise exc.OperationalError("SELECT", None, psycopg.errors.SerializationFailure())
        return True

    assert database.run_lightly(unit)


def lined_up(work: Work, line_id: uuid.UUID, *, times: int = 1) -> None:
    """So many rows at the end of a line."""
    for _ in range(times):
        event = {
            "id": uuid.uuid4(),
            "program_id": line_id,
            "member_id": None,
            "line_id": line_id,
            "topic": "news",
            "subject_id": line_id,
            "created_at": work.now,
            "ended_at": None,
            "outcome": None,
            "attempts": 0,
            "last_error": "",
            "original_id": None,
            "original_position": None,
        }
        first = {
            "program_id": line_id,
            "done": 0,
            "next_try_at": work.now,
            "claim": 0,
            "attempts": 0,
            "first_try_at": None,
            "last_error": "",
        }
        work.batch.line_up(
            OutboxEvent, event, of="line_id", number="position", lines=OutboxLine, first=first
        )


def positions(database: Database, line_id: uuid.UUID) -> list[int]:
    """The numbers of a line's rows."""
    with database.reading() as work:
        found = select(OutboxEvent.position).where(OutboxEvent.line_id == line_id)
        return sorted(work.session.scalars(found))


@pytest.mark.parametrize("way", ["unit_of_work", "attempt"])
def test_rows_of_a_line_are_numbered_in_the_order_they_came(database: Database, way: str) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    for times in (2, 1, 3):
        with getattr(database, way)() as work:
            lined_up(work, one, times=times)
            lined_up(work, other)

    assert positions(database, one) == [1, 2, 3, 4, 5, 6]
    assert positions(database, other) == [1, 2, 3]
    with database.reading() as work:
        assert work.session.get_one(OutboxLine, one).position == 6


def test_a_line_is_not_counted_where_a_row_was_overtaken(
    database: Database, member: Member
) -> None:
    row, line_id = account_of(member), uuid.uuid4()
    with database.unit_of_work() as work:
        work.batch.insert(Account, row)

    with pytest.raises(LocksNeeded), database.attempt() as work:
        work.batch.move_on(Account, {"id": row["id"], "version": 8}, seen=7)
        lined_up(work, line_id)

    assert positions(database, line_id) == []
