"""How exchanges are found, page by page, and dropped when their time is over."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapter.core import exchanges
from adapter.core.exchanges import Exchange, Filters, Outcome, TerminalUse
from adapter.core.outbox import ids as events
from adapter.db import Database, Work
from tests.clock import Clock
from tests.statements import recorded

PROGRAM, OTHER = uuid.uuid4(), uuid.uuid4()
TILL, MEMBER = uuid.uuid4(), uuid.uuid4()
DAY = timedelta(days=1)


def exchange(at: datetime, **changes: Any) -> dict[str, Any]:
    """A row of the log; what is not named is an accrual that went well."""
    row: dict[str, Any] = {column.key: None for column in Exchange.__table__.columns}
    row |= {"id": exchanges.id_at(at), "at": at, "program_id": PROGRAM, "credential_id": TILL}
    row |= {"protocol": "till", "method": "POST", "rule": "/v1/sale", "status": 200}
    row |= {"duration_us": 900, "outlet": "BR001", "terminal": "POS001", "is_truncated": False}
    return row | changes


def write(work: Work, *rows: dict[str, Any]) -> None:
    exchanges.write_many(work, rows, counted={}, used={})


def ids(found: Any) -> list[uuid.UUID]:
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, "abcd"),
        ({"protocol": "wallet"}, "b"),
        ({"status": 404}, "b"),
        ({"status": 4}, "b"),
        ({"status": 5}, "d"),
        ({"outcome": Outcome.OK}, "a"),
        ({"outcome": Outcome.REFUSED}, "bc"),
        ({"outcome": Outcome.FAILED}, "d"),
        ({"refusal": "insufficientPOINTS"}, "c"),
        ({"refusal": "407"}, "c"),
        ({"outlet": "BR002"}, "d"),
        ({"terminal": "POS009"}, "d"),
        ({"credential_id": TILL}, "acd"),
        ({"member_id": MEMBER}, "c"),
        ({"request_id": "till-4711"}, "d"),
        ({"request_id": "nobody's"}, ""),
        ({"request_id": uuid.uuid4().hex}, ""),
        ({"since": 1}, "bcd"),
        ({"until": 2}, "ab"),
        ({"since": 1, "until": 2, "protocol": "till"}, ""),
    ],
)
def test_each_filter_finds_what_it_says(
    work: Work, clock: Clock, filters: dict[str, Any], wanted: str
) -> None:
    rows = {
        "a": exchange(clock.now),
        "b": exchange(clock.now + DAY, protocol="wallet", credential_id=uuid.uuid4(), status=404),
        "c": exchange(
            clock.now + 2 * DAY, member_id=MEMBER, refusal="InsufficientPoints", code="407"
        ),
        "d": exchange(
            clock.now + 3 * DAY,
            status=503,
            outlet="BR002",
            terminal="POS009",
            given_request_id="till-4711",
        ),
    }
    write(work, *rows.values())
    for name in ("since", "until"):
        if name in filters:
            filters = filters | {name: clock.now + filters[name] * DAY}

    found = exchanges.recent(work, PROGRAM, Filters(**filters), oldest_first=True)

    assert ids(found) == [rows[name]["id"] for name in wanted]


@pytest.mark.parametrize("oldest_first", [False, True])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    work: Work, clock: Clock, oldest_first: bool
) -> None:
    whose = (PROGRAM, None, PROGRAM, OTHER)
    rows = [
        exchange(clock.now + timedelta(seconds=n // 3), program_id=whose[n % 4]) for n in range(25)
    ]
    write(work, *rows)

    seen: list[uuid.UUID] = []
    after, more = None, {"and_of_none": True, "limit": 7, "oldest_first": oldest_first}
    while page := exchanges.recent(work, PROGRAM, after=after, **more):
        seen += ids(page)
        after = page[-1].id

    wanted = [row["id"] for row in rows if row["program_id"] != OTHER]
    assert seen == (wanted if oldest_first else wanted[::-1])


@pytest.mark.parametrize("oldest_first", [False, True])
def test_a_page_is_a_walk_along_the_index_that_needs_no_sorting(
    database: Database, work: Work, oldest_first: bool
) -> None:
    is_sqlite = work.session.get_bind().dialect.name == "sqlite"
    connection = work.session.connection()
    for way in () if is_sqlite else ("seqscan", "bitmapscan"):  # which few rows would call for
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")

    with recorded(database) as sent:
        exchanges.recent(work, PROGRAM, and_of_none=True, oldest_first=oldest_first)

    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    for statement, parameters in sent:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        plan = "\n".join(str(row[-1]) for row in rows)
        assert "ix_exchanges_program_id_id" in plan
        assert "Sort" not in plan and "TEMP B-TREE" not in plan
    assert len(sent) == 2


def test_nobody_sees_another_programs(work: Work, clock: Clock) -> None:
    mine, theirs, strangers = (
        exchange(clock.now, program_id=program_id) for program_id in (PROGRAM, OTHER, None)
    )
    write(work, mine, theirs, strangers)

    assert ids(exchanges.recent(work, PROGRAM)) == [mine["id"]]
    assert exchanges.by_id(work, PROGRAM, strangers["id"]) is None
    assert exchanges.by_id(work, PROGRAM, strangers["id"], and_of_none=True) is not None
    assert exchanges.by_id(work, PROGRAM, theirs["id"], and_of_none=True) is None
    assert exchanges.by_id(work, OTHER, theirs["id"]) is not None
    assert len(exchanges.recent(work, None)) == 3


def test_the_exchanges_of_a_member_whatever_they_were(work: Work, clock: Clock) -> None:
    rows = [exchange(clock.now + n * DAY, member_id=MEMBER) for n in range(3)]
    write(work, *rows, exchange(clock.now))

    found = exchanges.of_member(work, MEMBER, limit=2)

    assert ids(found) == [rows[2]["id"], rows[1]["id"]]
    assert ids(exchanges.of_member(work, MEMBER, after=found[-1].id)) == [rows[0]["id"]]


def test_what_was_kept_long_enough_goes_a_bounded_number_at_a_time(
    database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        write(work, *(exchange(clock.now + n * timedelta(minutes=1)) for n in range(5)))
        kept = exchange(clock.now + timedelta(hours=1))
        write(work, kept)
    clock.advance(30 * DAY + timedelta(minutes=30))

    gone = [database.run(lambda work: exchanges.drop_old(work, limit=2)) for _ in range(4)]

    assert gone == [2, 2, 1, 0]
    with database.reading() as work:
        assert ids(exchanges.recent(work, None)) == [kept["id"]]


def test_how_long_they_are_kept_is_a_setting(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as work:
        write(work, exchange(clock.now))
    clock.advance(3 * DAY)

    assert database.run(lambda work: exchanges.drop_old(work, days=4)) == 0
    assert database.run(lambda work: exchanges.drop_old(work, days=2)) == 1


def test_days_are_counted_up_by_whoever_comes(database: Database, clock: Clock) -> None:
    day = clock.now.date()
    counted = {(PROGRAM, day, "till", Outcome.OK): 3, (PROGRAM, day, "till", Outcome.FAILED): 1}
    for _ in range(2):
        with database.unit_of_work() as work:
            exchanges.write_many(work, [exchange(clock.now)], counted=counted, used={})

    with database.reading() as work:
        found = exchanges.errors_by_protocol(work, PROGRAM, since=day, until=day)
        assert exchanges.errors_by_protocol(work, PROGRAM, since=day + DAY) == {}
    assert found == {"till": {Outcome.OK: 6, Outcome.REFUSED: 0, Outcome.FAILED: 2}}


def test_the_last_use_of_a_terminal_goes_when_it_was_long_ago(
    database: Database, clock: Clock
) -> None:
    def use(terminal: str) -> None:
        used = {(TILL, "BR001", terminal): clock.now}
        with database.unit_of_work() as work:
            exchanges.write_many(work, [exchange(clock.now)], counted={}, used=used)

    use("POS001")
    clock.advance(20 * DAY)
    use("POS002")
    use("POS002")

    def known() -> list[TerminalUse]:
        with database.reading() as work:
            return [*exchanges.terminals_by_credential(work, TILL)]

    assert [one.terminal for one in known()] == ["POS002", "POS001"]
    clock.advance(15 * DAY)
    database.run(exchanges.drop_old)
    assert [(one.terminal, one.last_at) for one in known()] == [("POS002", clock.now - 15 * DAY)]


def test_ids_grow_with_time_and_within_an_instant() -> None:
    at = datetime(2026, 5, 4, 9, 0, 0, 250_000, tzinfo=UTC)

    made = [exchanges.id_at(at + n * timedelta(microseconds=300)) for n in range(50)]
    same = [exchanges.id_at(at) for _ in range(50)]

    assert made == sorted(made) and same == sorted(same)
    assert len({*made, *same}) == 100
    assert {one.version for one in made} == {7}
    assert exchanges.first_id_at(at) <= min(same)
    assert max(same) < exchanges.first_id_at(at + timedelta(milliseconds=1))


@pytest.mark.parametrize("id_at", [exchanges.id_at, events.id_at])
def test_ids_do_not_come_again_with_the_seed_of_some_library(id_at) -> None:
    at = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    state = random.getstate()

    def one():
        random.seed(1)
        return id_at(at)

    assert one() != one()
    random.setstate(state)
