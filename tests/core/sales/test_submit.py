"""A sale told for the first time: what is stored of it, and what it gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from adapter.core import ledger, members, programs, transactions
from adapter.core.errors import InvalidAmount
from adapter.core.ledger import Entry, EntryKind
from adapter.core.members import MemberStatus
from adapter.core.transactions import Item, Tender, Transaction, TransactionItem
from adapter.db import Database, Work
from tests.clock import Clock
from tests.factories import (
    PLACE,
    balances,
    bought,
    counted,
    findings,
    give_credit,
    line,
    make_member,
    make_program,
    make_rule,
    points,
    purse_of,
    spend_points,
    submit,
)

DAY = timedelta(days=1)


def test_a_sale_gives_points_and_tells_what_is_there_now(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_rule(work, program)
    give_credit(work, program, member, 700)

    outcome = submit(work, program, member, bought(work, line(net_minor=1250)))

    assert (outcome.points_minor, outcome.balances) == (1250, {"points": 1250, "credit": 700})
    assert balances(work, program, member) == outcome.balances
    assert findings(work) == []


def test_all_that_was_said_of_a_sale_is_kept(database: Database) -> None:
    at = datetime(2026, 5, 4, 8, 21, 7, 250000, tzinfo=UTC)
    tea = Item(
        "Чай", Decimal("1.250"), 2160, "TEA01", "1", "HOT", "Hot drinks", 2400, ("hot", "tea")
    )
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        make_rule(work, program)
        sale = bought(
            work,
            tea,
            line(net_minor=500, reference="2"),
            reference="R-7781",
            at=at,
            opened_at=at - timedelta(minutes=16),
            total_minor=2900,
            tax_minor=218,
            discount_minor=5,
            tenders=(Tender("CASH", 2655),),
            tags=("drive-in",),
            related_reference="R-7000",
            reported_deals=({"kind": "PROMOTION", "amount_minor": 240, "source": "deal_7"},),
            vendor_data={"employee": "Till 2"},
        )
        code = submit(work, program, member, sale).transaction.confirmation_code

    with database.reading() as work:
        kept = transactions.by_confirmation(work, program.id, code or "")
        assert (kept.reference, kept.state, kept.member_id) == ("R-7781", "recorded", member.id)
        assert (kept.source, kept.outlet_code, kept.terminal) == ("test", "BR001", "POS001")
        assert (kept.opened_at, kept.occurred_at) == (sale.opened_at, at)
        assert kept.recorded_at == work.now
        assert (kept.total_minor, kept.tax_minor, kept.discount_minor) == (2900, 218, 5)
        assert kept.tenders == [{"kind": "CASH", "amount_minor": 2655}]
        assert (kept.tags, kept.related_reference) == (["drive-in"], "R-7000")
        assert kept.reported_deals == list(sale.reported_deals)
        assert kept.vendor_data == {"employee": "Till 2"}
        assert [Item(*(getattr(i, f) for f in Item.__slots__[:8])) for i in kept.items] == [
            replace(item, tags=()) for item in sale.items
        ]
        assert [item.tags for item in kept.items] == [["hot", "tea"], []]
        assert [item.points_minor for item in kept.items] == [2160, 500]


def test_the_entry_tells_who_said_so_and_why_it_was_so_much(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_rule(work, program, points_per_unit="0.1")
    sale = bought(work, line(net_minor=37099, reference="1"), reference="R-37")

    submit(work, program, member, sale, place=replace(PLACE, actor="POS Simphony 19.4"))

    (told,) = ledger.statement(work, member.id)
    entry = told.entry
    assert (entry.kind, entry.reason) == (EntryKind.ACCRUAL, "Purchase R-37")
    assert (entry.channel, entry.outlet_code, entry.terminal) == ("test", "BR001", "POS001")
    assert entry.actor == "POS Simphony 19.4"
    assert entry.explanation is not None
    assert {key: entry.explanation[key] for key in ("points_minor", "base_minor")} == {
        "points_minor": 3709,
        "base_minor": "37099",
    }
    (part,) = entry.explanation["parts"]
    assert (part["rule"], part["version"], part["rate"]) == ("base", 1, "0.1")
    assert (part["raw"], part["rounding"], part["lines"]) == ("37.099", "down", ["1"])


def test_an_entry_remembers_the_version_of_the_rule_at_its_time(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_rule(work, program, points_per_unit="1")
    submit(work, program, member, bought(work))
    make_rule(work, program, points_per_unit="2")

    outcome = submit(work, program, member, bought(work))

    assert outcome.points_minor == 2000
    told = [one.entry.explanation or {} for one in ledger.statement(work, member.id)]
    assert [one["parts"][0]["version"] for one in told] == [1, 2]


def test_a_sale_without_items_earns_by_its_total_less_the_general_discount(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_rule(work, program)
    sale = replace(bought(work), items=(), total_minor=1000, discount_minor=150)

    assert submit(work, program, member, sale).points_minor == 850


def test_nobodys_sale_is_stored_and_gives_nothing(work: Work) -> None:
    program = make_program(work)
    make_rule(work, program)

    outcome = submit(work, program, None, bought(work))

    assert (outcome.points_minor, outcome.balances) == (None, None)
    assert outcome.transaction.confirmation_code
    assert work.session.scalar(select(func.count()).select_from(Entry)) == 0
    assert work.session.scalar(select(func.count()).select_from(TransactionItem)) == 1
    assert findings(work) == []


@pytest.mark.parametrize("status", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_an_inactive_members_sale_is_stored_and_counted_without_points(
    work: Work, status: MemberStatus
) -> None:
    program = make_program(work)
    member = make_member(work, program, status=status)
    make_rule(work, program)

    outcome = submit(work, program, member, bought(work))

    assert (outcome.points_minor, outcome.balances) == (0, {"points": 0, "credit": 0})
    assert counted(work, member) == (1, 1000)
    assert ledger.statement(work, member.id) == []
    assert findings(work) == []


@pytest.mark.parametrize("rules", ["none", "of events alone", "too small for a point"])
def test_a_sale_may_earn_nothing(work: Work, rules: str) -> None:
    program = make_program(work)
    member = make_member(work, program)
    if rules == "of events alone":
        make_rule(work, program, code="visit", kind="event", event="visit", points="5")
    if rules == "too small for a point":
        make_rule(work, program, points_per_unit="0.0001")

    outcome = submit(work, program, member, bought(work))

    assert (outcome.points_minor, outcome.balances) == (0, {"points": 0, "credit": 0})
    assert ledger.statement(work, member.id) == []


def test_visits_and_spending_are_counted_and_a_return_is_no_visit(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    submit(work, program, member, bought(work, line(net_minor=900), total_minor=1000))
    submit(work, program, member, bought(work, line(net_minor=-300)))
    submit(work, program, member, bought(work, line(net_minor=300), line(net_minor=-300)))

    assert counted(work, member) == (2, 700)
    assert findings(work) == []


def test_a_sale_told_elsewhere_is_known_at_its_outlet_and_its_entry_says_where_it_was_told(
    work: Work,
) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_rule(work, program)
    elsewhere = replace(PLACE, outlet_code="BR002", terminal="POS009", actor="Olga")

    sale = submit(work, program, member, bought(work), told_at=elsewhere).transaction

    (told,) = ledger.statement(work, member.id)
    assert (sale.outlet_code, sale.terminal) == (PLACE.outlet_code, PLACE.terminal)
    entry = told.entry
    assert (entry.outlet_code, entry.terminal, entry.actor) == ("BR002", "POS009", "Olga")


def test_a_late_sale_keeps_its_own_time(database: Database, clock: Clock) -> None:
    at = clock.now - timedelta(hours=30)
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        make_rule(work, program)
        submit(work, program, member, bought(work))
        submit(work, program, member, bought(work, at=at, reference="late"))

    with database.reading() as work:
        (of_now, late) = sorted(ledger.statement(work, member.id), key=lambda one: one.entry.id)
        assert (late.occurred_at, late.entry.recorded_at) == (at, clock.now)
        assert of_now.occurred_at == clock.now
        told = transactions.of_members(work, [member.id])
        assert [(one.occurred_at, one.recorded_at) for one in told] == [
            (at, clock.now),
            (clock.now, clock.now),
        ]


def test_a_late_sale_earns_by_the_day_and_hour_it_was_made(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_rule(work, program)
    make_rule(work, program, code="sunday", kind="multiplier", factor="3", weekdays=["sun"])
    # A minute to midnight in Moscow, and midnight.
    sunday = datetime(2026, 5, 3, 20, 59, tzinfo=UTC)

    earned = [
        submit(work, program, member, bought(work, at=at)).points_minor
        for at in (sunday, sunday + timedelta(minutes=1))
    ]

    assert earned == [3000, 1000]


@pytest.mark.parametrize(
    "days_late, days_left", [(0, 30), (10, 20), (30, 0), (31, 30), (-10, 30)], ids=str
)
def test_points_live_from_the_day_of_the_sale(work: Work, days_late: int, days_left: int) -> None:
    """What would be over on arrival lives as if it were of today; no till makes a longer life."""
    program = make_program(work, points_expire_after_days=30)
    member = make_member(work, program)
    make_rule(work, program)

    submit(work, program, member, bought(work, at=work.now - days_late * DAY))

    (portion,) = ledger.balance(work, purse_of(program, member)).portions
    today = programs.local_day(work.now, program.timezone)
    assert portion.expires_at == programs.end_of(today + days_left * DAY, program.timezone)
    assert portion.amount == points(10)


def test_a_tier_a_segment_and_an_outlet_make_a_difference(work: Work) -> None:
    program = make_program(work)
    make_rule(work, program)
    for code, terms in {
        "gold": {"tiers": ["gold"]},
        "staff": {"segments": ["staff"]},
        "opening": {"outlets": ["BR002"]},
    }.items():
        make_rule(work, program, code=code, on_top=True, **terms)
    plain, gold, staff = (make_member(work, program) for _ in range(3))
    members.set_tier_and_segments(work, gold, tier="gold", segments=None)
    members.set_tier_and_segments(work, staff, tier=None, segments=["staff", "vip"])

    earned = [
        submit(work, program, member, bought(work), place=replace(PLACE, outlet_code=outlet))
        for member, outlet in [(plain, "BR001"), (gold, "BR001"), (staff, "BR001"), (gold, "BR002")]
    ]

    assert [one.points_minor for one in earned] == [1000, 2000, 2000, 3000]


def test_whoever_owes_pays_with_what_they_earn(work: Work) -> None:
    program = make_program(work, allow_negative=True)
    member = make_member(work, program)
    make_rule(work, program)
    spend_points(work, purse_of(program, member, may_go_negative=True), 15)

    outcome = submit(work, program, member, bought(work, line(net_minor=2000)))

    assert outcome.balances == {"points": 500, "credit": 0}
    assert balances(work, program, member) == outcome.balances
    assert findings(work) == []


def test_what_no_till_sells_is_refused_whole(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        make_rule(work, program, points_per_unit="1000000")

    with pytest.raises(InvalidAmount), database.unit_of_work() as work:
        submit(work, program, member, bought(work, line(net_minor=10**12)))

    with database.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Transaction)) == 0
        assert counted(work, member) == (0, 0)


def test_ten_thousand_items_are_one_sale(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_rule(work, program, points_per_unit="0.333", rounding="half_even")
    items = [line(f"C-{number % 7}", number, reference=str(number)) for number in range(10_000)]

    outcome = submit(work, program, member, bought(work, *items))

    told = work.session.scalar(select(func.sum(TransactionItem.points_minor)))
    assert told == outcome.points_minor == round(sum(range(10_000)) * 0.333)
    assert work.session.scalar(select(func.count()).select_from(TransactionItem)) == 10_000
