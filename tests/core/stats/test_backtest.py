"""A backtest gives what the rules would have given, sale by sale, and leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapter.core import payments, programs, stats, transactions
from adapter.core.members import Member
from adapter.core.programs import EarnTerms, ProgramTerms
from adapter.core.stats import Backtest, Period, backtest, sampling
from adapter.core.stats.sources import made_at
from adapter.db import Base, Database, Work
from adapter.db.base import new_id
from tests.clock import Clock
from tests.factories import (
    PLACE,
    bought,
    cancel_sale,
    give_credit,
    line,
    make_member,
    make_program,
    make_rule,
    submit,
)

DAY = timedelta(days=1)


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A program with a point for each major unit, and twice as many for tea."""
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program, max_points_per_day="40", except_items=["CAKE"])
        make_rule(work, program, code="tea", kind="multiplier", factor="2", items=["TEA"])
        return program


def published(work: Work, program: ProgramTerms) -> list[EarnTerms]:
    """The rules as they are."""
    return [
        EarnTerms.of(rule.code, rule.version, rule.kind, rule.terms)
        for rule in programs.earn_rules(work, program.id)
    ]


def reckon(
    database: Database,
    program: ProgramTerms,
    clock: Clock,
    draft: EarnTerms | None = None,
    **more: Any,
) -> Backtest:
    """The rules as they are, or with a draft, on all sales of the last ten days."""
    with database.reading() as work:
        rules = published(work, program)
    today = programs.local_day(clock.now, program.timezone)
    period = Period(today - 9 * DAY, today)
    return backtest(
        database, program, stats.with_draft(rules, draft) if draft else rules, period, **more
    )


def some_sales(database: Database, program: ProgramTerms, clock: Clock) -> list[Member]:
    """Sales of all kinds on four days; the last member bought most."""
    people = []
    for number in range(3):
        with database.unit_of_work() as work:
            member = make_member(work, program)
            people.append(member)
            give_credit(work, program, member, 5_00)
            for times in range(number + 1):
                place = replace(PLACE, outlet_code=f"BR00{times}")
                submit(work, program, member, bought(work, line("TEA", 1500)), place=place)
                submit(work, program, member, bought(work, line("CAKE", 900)), place=place)
                submit(work, program, member, bought(work, line("TEA", -700)), place=place)
            gone = submit(work, program, member, bought(work, line("TEA", 9900)))
            cancel_sale(work, program, gone)
            submit(work, program, None, bought(work, line("TEA", 800)))
        clock.advance(DAY)
    return people


def test_rules_as_they_were_give_what_they_gave(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    some_sales(database, program, clock)

    result = reckon(database, program, clock)

    assert result.total.sales == 18
    assert result.total.then_minor == result.total.now_minor > 0
    assert (result.largest, result.members(), result.left_out) == ([], [], 0)


def test_a_draft_is_compared_by_day_outlet_member_and_sale(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    people = some_sales(database, program, clock)
    draft = EarnTerms.of("tea", 2, "multiplier", {"factor": "3", "items": ["TEA"]})

    result = reckon(database, program, clock, draft)

    # A tea of 15 gives 45 instead of 30, but a day 40 at most; what comes back takes 7 more.
    assert result.total.difference_minor != 0
    for parts in (result.by_day, result.by_outlet, result.by_member):
        assert sum(one.difference_minor for one in parts.values()) == result.total.difference_minor
        assert sum(one.sales for one in parts.values()) == result.total.sales
    assert set(result.by_member) == {member.id for member in people}
    assert {one.outlet_code for one in result.largest} == {"BR000", "BR001", "BR002"}
    first = result.members()[0][1]
    assert abs(first.difference_minor) >= abs(result.members()[-1][1].difference_minor)


def test_a_new_rule_gives_on_top_of_those_that_are_there(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        member = make_member(work, program)
        submit(work, program, member, bought(work, line("CAKE", 900)))
    draft = EarnTerms.of("cake", 1, "spending", {"points_per_unit": "2", "items": ["CAKE"]})

    result = reckon(database, program, clock, draft)

    assert (result.total.then_minor, result.total.now_minor) == (0, 18_00)
    assert dict(result.by_rule) == {"cake": 18_00}


def test_what_was_paid_with_points_earns_nothing_here_either(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        member = make_member(work, program)
        submit(work, program, member, bought(work, line("TEA", 1000)))
        payments.pay(work, program, member, amount_minor=900, reference="PAID", place=PLACE)
        submit(work, program, member, bought(work, line("CAKE", 900), reference="PAID"))
    draft = EarnTerms.of("cake", 1, "spending", {"points_per_unit": "2", "items": ["CAKE"]})

    result = reckon(database, program, clock, draft)

    assert result.total.difference_minor == 0


def some_history(
    database: Database, program: ProgramTerms, clock: Clock, *, since: int = 3
) -> None:
    """Three sales of each of four days that came with a file, one of each cancelled."""
    with database.unit_of_work() as work:
        member = make_member(work, program)
        for ago in range(since - 3, since + 1):
            sales = [bought(work, at=clock.now - ago * DAY) for _ in range(3)]
            past = [
                transactions.PastSale(member.id, sale, PLACE, confirmation_code=sale.reference)
                for sale in sales
            ]
            gone = replace(past[0], state=transactions.TransactionState.CANCELLED)
            transactions.record_many(work, program.id, [gone, *past[1:]])


def test_what_the_rules_of_its_day_gave_no_points_for_is_left_out_and_counted(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    some_sales(database, program, clock)
    some_history(database, program, clock)
    with database.unit_of_work() as work:
        late = bought(work, at=clock.now - sampling.LATE - DAY)
        submit(work, program, make_member(work, program), late)

    result = reckon(database, program, clock)

    assert (result.total.sales, result.unearned) == (18, 9)
    assert result.total.difference_minor == 0


@pytest.mark.parametrize("chunk", [sampling.CHUNK, 1])
def test_what_was_told_of_long_after_its_days_is_counted_though_it_is_not_read(
    database: Database,
    program: ProgramTerms,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
) -> None:
    monkeypatch.setattr(sampling, "CHUNK", chunk)
    clock.now = made_at(new_id())  # the time by which ids are made
    some_history(database, program, clock, since=20)
    stats.roll_up(database)
    with database.reading() as work:
        rules = published(work, program)
    first, last = (programs.local_day(clock.now - ago * DAY, program.timezone) for ago in (24, 15))

    result = backtest(database, program, rules, Period(first, last))

    assert (result.total.sales, result.unearned) == (0, 8)


@pytest.mark.parametrize("chunk", [sampling.CHUNK, 4])
def test_of_too_many_sales_whole_days_are_left_out_whatever_the_figures_say(
    database: Database,
    program: ProgramTerms,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
) -> None:
    monkeypatch.setattr(sampling, "CHUNK", chunk)
    some_sales(database, program, clock)
    some_history(database, program, clock)

    result = reckon(database, program, clock, most=7)

    assert 0 < result.total.sales <= 7
    assert (result.left_out, result.is_cut) == (5, False)
    assert result.total.then_minor == result.total.now_minor


def test_of_a_day_with_too_many_sales_the_first_are_looked_at(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    some_sales(database, program, clock)

    result = reckon(database, program, clock, most=2)

    assert result.total.sales == 2
    assert result.is_cut


def test_a_backtest_changes_nothing(
    database: Database, program: ProgramTerms, clock: Clock
) -> None:
    some_sales(database, program, clock)
    stats.roll_up(database)
    draft = EarnTerms.of("base", 2, "spending", {"points_per_unit": "5"})
    before, seen = whole(database), list[int]()

    with database.reading() as work:
        rules = stats.with_draft(published(work, program), draft)
    today = clock.now.date()
    result = backtest(
        database, program, rules, Period(today - 9 * DAY, today), progress=seen.append
    )

    assert result.total.difference_minor > 0
    assert seen == [18]
    assert whole(database) == before


def whole(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    with database.reading() as work:
        return {
            table.name: sorted(map(repr, work.session.execute(select(table))))
            for table in Base.metadata.sorted_tables
        }
