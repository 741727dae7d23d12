"""Figures are exactly what the rows come to, however often and from wherever they are rolled up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from adapter.core import cards, ledger, stats
from adapter.core.amounts import CREDIT
from adapter.core.cards import CardState
from adapter.core.ledger import Opening, OpeningLot, Terms
from adapter.core.members import Profile
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.stats import RollUpSlice, rolling
from adapter.db import Database
from tests.clock import Clock
from tests.core.stats.books import everything, reckoned, told
from tests.factories import (
    PLACE,
    bought,
    cancel_sale,
    capture,
    give_points,
    line,
    make_card,
    make_member,
    make_program,
    make_rule,
    origin,
    purse_of,
    reserve_points,
    reverse,
    spend_points,
    submit,
)
from tests.statements import recorded

DAY = timedelta(days=1)
# Ids are made by the real clock: seen from then, all that a test does is long past.
LONG_AFTER = datetime(2060, 1, 1, tzinfo=UTC)


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A program whose day begins three hours before that of UTC."""
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
        return program


def sums(database: Database, program: ProgramTerms, measure: str) -> dict[date, tuple[int, int]]:
    """The figures of one measure by day, all channels and units together."""
    with database.reading() as work:
        found: dict[date, tuple[int, int]] = {}
        for (day, name, *_), (count, amount) in told(work, program).items():
            if name == measure:
                had = found.get(day, (0, 0))
                found[day] = (had[0] + count, had[1] + amount)
        return found


def test_points_are_counted_by_what_happened_to_them(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    today = clock.now.date()
    with database.unit_of_work() as work:
        purse = purse_of(program, make_member(work, program))
        given = give_points(work, purse, 100)
        give_points(work, purse, 40, expires_at=clock.now + DAY)
        spend_points(work, purse, 15)
        capture(work, reserve_points(work, purse, 5))
        reverse(work, purse, work.session.get_one(ledger.Entry, given.id), down_to_zero=True)

    stats.roll_up(database)

    assert sums(database, program, "issued") == {today: (2, 140_00)}
    assert sums(database, program, "redeemed") == {today: (2, -20_00)}
    assert sums(database, program, "issued_reversed")[today][0] == 1
    with database.reading() as work:
        held = ledger.balance(work, purse).total.minor
        figures = told(work, program)
        assert sum(amount for key, (_, amount) in figures.items() if key[1] in stats.POINTS) == held
        assert figures == reckoned(work, program)


def test_an_opening_balance_is_not_among_what_was_issued(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        purses = [purse_of(program, make_member(work, program)) for _ in range(2)]
        openings = [
            Opening(purses[0], [OpeningLot(70_00)], held_minor=20_00),
            Opening(replace(purses[1], may_go_negative=True), owed_minor=5_00),
        ]
        ledger.open_many(work, openings, place=PLACE)

    stats.roll_up(database)

    assert sums(database, program, "opening") == {clock.now.date(): (2, 65_00)}
    assert sums(database, program, "issued") == {}


def test_a_day_is_that_of_the_clock_on_the_wall_and_none_to_come(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    late = datetime(2026, 5, 2, 21, 30, tzinfo=UTC)  # half past midnight in Moscow
    with database.unit_of_work() as work:
        purse = purse_of(program, make_member(work, program))
        give_points(work, purse, 1, occurred_at=late)
        give_points(work, purse, 2, occurred_at=clock.now + 300 * DAY)

    stats.roll_up(database)

    assert sums(database, program, "issued") == {
        date(2026, 5, 3): (1, 1_00),
        clock.now.date(): (1, 2_00),
    }


def test_sales_returns_and_cancels_are_counted_by_channel(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    web = replace(PLACE, channel="web")
    with database.unit_of_work() as work:
        member = make_member(work, program)
        sold = submit(work, program, member, bought(work, line(net_minor=500)))
        submit(work, program, None, bought(work, line(net_minor=300)), place=web)
        submit(work, program, member, bought(work, line(net_minor=-200)))
    clock.advance(DAY)
    with database.unit_of_work() as work:
        cancel_sale(work, program, sold)

    stats.roll_up(database)

    today, before = clock.now.date(), (clock.now - DAY).date()
    with database.reading() as work:
        figures = told(work, program)
    assert figures[before, "sales", "test", ""] == (1, 500)
    assert figures[before, "sales", "web", ""] == (1, 300)
    assert figures[before, "refunds", "test", ""] == (1, -200)
    assert figures[today, "sales_cancelled", "test", ""] == (1, -500)


def test_a_number_of_a_pool_counts_when_it_becomes_a_card(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        number = make_card(work, program, state=CardState.RESERVED).number
        make_card(work, program, make_member(work, program))
    stats.roll_up(database)
    clock.advance(3 * DAY)
    with database.unit_of_work() as work:
        wallet = Place(channel="wallet")
        cards.issue_on(work, program, Profile(phone="79991112233"), number=number, place=wallet)

    stats.roll_up(database)

    with database.reading() as work:
        figures = told(work, program)
    assert figures[(clock.now - 3 * DAY).date(), "cards", "test", ""] == (1, 0)
    assert figures[clock.now.date(), "cards", "wallet", ""] == (1, 0)
    assert figures[clock.now.date(), "members", "wallet", ""] == (1, 0)


def test_who_was_active_counts_once_a_day_and_once_in_thirty(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    first = clock.now.date()
    with database.unit_of_work() as work:
        anna, boris = (purse_of(program, make_member(work, program)) for _ in range(2))
    for days, purses in ((0, (anna, anna, boris)), (10, (anna,)), (45, (anna,))):
        clock.now = datetime(2026, 5, 4, 9, tzinfo=UTC) + days * DAY
        with database.unit_of_work() as work:
            for purse in purses:
                give_points(work, purse, 1)
        stats.roll_up(database)

    active = sums(database, program, "active")
    within = sums(database, program, "active_30")

    assert [active[first + days * DAY][0] for days in (0, 10, 45)] == [2, 1, 1]
    counted = [within.get(first + days * DAY, (0, 0))[0] for days in (0, 29, 30, 39, 40, 45, 74)]
    assert counted == [2, 2, 1, 1, 0, 1, 1]
    assert first + 75 * DAY not in within


def test_what_was_over_when_it_was_brought_along_does_not_expire_before_it_came(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        purse = purse_of(program, make_member(work, program))
        over = OpeningLot(70_00, terms=Terms(expires_at=clock.now - 10 * DAY))
        ledger.open_many(work, [Opening(purse, [over])], place=PLACE)
        ledger.settle_due(work, purse)

    stats.roll_up(database)

    assert sums(database, program, "expired") == {clock.now.date(): (1, -70_00)}
    with database.reading() as work:
        assert told(work, program) == reckoned(work, program)


def test_what_is_done_to_points_by_time_makes_nobody_active(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        purse = purse_of(program, make_member(work, program))
        give_points(work, purse, 10, expires_at=clock.now + DAY)
    clock.advance(2 * DAY)
    with database.unit_of_work() as work:
        ledger.settle_due(work, purse)

    stats.roll_up(database)

    assert sums(database, program, "expired") == {(clock.now - DAY).date(): (1, -10_00)}
    assert list(sums(database, program, "active")) == [(clock.now - 2 * DAY).date()]


def test_rolled_up_again_nothing_changes(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    some_history(database, program, clock)
    stats.roll_up(database)
    once = everything(database)

    for hours in (0, 1, 3, 60):
        clock.advance(timedelta(hours=hours))
        stats.roll_up(database)

    assert len(once) > 20
    assert everything(database) == once


def test_what_was_there_before_is_read_page_by_page_and_once(
    database: Database, program: ProgramTerms, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_history(database, program, clock)
    clock.now = LONG_AFTER
    monkeypatch.setattr(rolling, "PAGE", 3)

    runs = [stats.roll_up(database, most=10)]
    while not runs[-1].is_complete:
        runs.append(stats.roll_up(database, most=10))
    idle = stats.roll_up(database)

    assert len(runs) > 2
    assert all(run.rows < 20 for run in runs)
    assert (idle.rows, idle.is_complete) == (0, True)
    with database.reading() as work:
        assert told(work, program) == reckoned(work, program)


def test_two_at_once_count_nothing_twice(
    make_database: Callable[..., Database],
    database_url: str,
    database: Database,
    program: ProgramTerms,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rolling, "PAGE", 2)
    others = [make_database(database_url, pool_size=4) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        for now in (clock.now, LONG_AFTER):
            some_history(database, program, clock)
            clock.now = now
            for rolled in [threads.submit(stats.roll_up, other) for other in others]:
                rolled.result()
    stats.roll_up(database)

    with database.reading() as work:
        assert told(work, program) == reckoned(work, program)


def test_what_commits_late_is_counted_when_its_time_is_read_again(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    clock.now = made_now()
    stats.roll_up(database)
    with database.unit_of_work() as work:
        purse = purse_of(program, make_member(work, program))
        give_points(work, purse, 7)
        made = clock.now
        # So long did it take to commit, and others were rolled up meanwhile.
        clock.advance(timedelta(minutes=50))
        if database.dialect == "postgresql":
            stats.roll_up(database)
    stats.roll_up(database)
    clock.advance(timedelta(hours=2))

    stats.roll_up(database)

    assert [amount for _, amount in sums(database, program, "issued").values()] == [7_00]
    with database.reading() as work:
        assert told(work, program) == reckoned(work, program)
        settled = select(func.count()).where(RollUpSlice.starts_at < made - 3 * DAY)
        assert work.session.scalar(settled) == 0


def test_a_slice_is_read_a_few_times_and_then_never_again(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    clock.now = made_now()
    some_history(database, program, clock, advance=False)
    stats.roll_up(database)
    # At first with the slice that is open; then after a quarter of an hour, an hour, six, and two
    # days.
    read = []
    for pause in [rolling.SLICE] * 7 + [timedelta(hours=6)] * 12:
        clock.advance(pause)
        read.append(stats.roll_up(database).rows)

    assert 3 <= sum(1 for rows in read if rows) <= 6
    assert not any(read[-3:])
    with database.reading() as work:
        assert told(work, program) == reckoned(work, program)


def test_figures_can_be_forgotten_and_reckoned_anew(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    some_history(database, program, clock)
    stats.roll_up(database)
    once = everything(database)

    with database.unit_of_work() as work:
        stats.start_anew(work)
    assert everything(database) == []
    stats.roll_up(database)

    assert everything(database) == once


def test_all_that_a_unit_of_work_adds_to_figures_is_one_statement(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    some_history(database, program, clock)

    with recorded(database) as sent:
        stats.roll_up(database)

    adding = [statement for statement, _ in sent if "INSERT INTO daily_figures" in statement]
    with database.reading() as work:
        assert len(told(work, program)) > 10 * len(adding) > 0


def made_now() -> datetime:
    """The instant at which an id is made now, as the real clock has it."""
    from adapter.core.stats.sources import made_at
    from adapter.db.base import new_id

    return made_at(new_id())


def some_history(
    database: Database, program: ProgramTerms, clock: Clock, *, advance: bool = True
) -> None:
    """A little of everything, on several days."""
    for number in range(4):
        with database.unit_of_work() as work:
            member = make_member(work, program)
            make_card(work, program, member)
            purse = purse_of(program, member)
            give_points(work, purse, 50, occurred_at=clock.now - number * 9 * DAY)
            give_points(work, replace(purse, unit=CREDIT), 300)
            spend_points(work, purse, 10, origin=origin(f"spent-{member.id}"))
            sold = submit(work, program, member, bought(work))
            if number % 2:
                cancel_sale(work, program, sold)
        if advance:
            clock.advance(DAY)
