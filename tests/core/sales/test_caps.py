"""No more than so many points: for a sale, and for a day of the sale's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapter.core import payments
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.sales import Outcome
from adapter.db import Work
from tests.factories import (
    PLACE,
    bought,
    cancel_sale,
    findings,
    line,
    make_member,
    make_program,
    make_rule,
    submit,
)

DAY = timedelta(days=1)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A point for each major unit, at most 10 a day."""
    program = make_program(work)
    make_rule(work, program, max_points_per_day="10")
    return program


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody new."""
    return make_member(work, program)


def told(
    work: Work, program: ProgramTerms, member: Member, net_minor: int, at: datetime | None = None
) -> Outcome:
    """A sale of so much."""
    return submit(work, program, member, bought(work, line(net_minor=net_minor), at=at))


def test_a_sale_earns_up_to_its_cap(work: Work) -> None:
    program = make_program(work)
    make_rule(work, program, max_points_per_transaction="15")
    member = make_member(work, program)
    items = [line(net_minor=900), line(net_minor=900)]

    earned = [submit(work, program, member, bought(work, *items)) for _ in range(2)]

    assert [one.points_minor for one in earned] == [1500, 1500]


def test_a_day_earns_up_to_its_cap(work: Work, program: ProgramTerms, member: Member) -> None:
    earned = [told(work, program, member, 400).points_minor for _ in range(4)]

    assert earned == [400, 400, 200, 0]


def test_everybody_has_a_day_of_their_own(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    told(work, program, member, 1000)

    assert told(work, program, make_member(work, program), 1000).points_minor == 1000


def test_the_day_begins_at_midnight_of_the_program(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    midnight = datetime(2026, 5, 3, 21, tzinfo=UTC)  # in Moscow

    earned = [
        told(work, program, member, 700, at).points_minor
        for at in (midnight - timedelta(microseconds=1), midnight, midnight + timedelta(hours=23))
    ]

    assert earned == [700, 700, 300]


def test_a_late_sale_counts_on_its_own_day(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    told(work, program, member, 700)
    told(work, program, member, 800, work.now - DAY)

    earned = [told(work, program, member, 900, work.now - age * DAY) for age in (1, 0, 2)]

    assert [one.points_minor for one in earned] == [200, 300, 900]


def test_each_rule_has_a_cap_of_its_own(work: Work, program: ProgramTerms, member: Member) -> None:
    make_rule(work, program, code="cakes", items=["CAKE"], max_points_per_day="3")
    make_rule(work, program, code="extra", on_top=True, points_per_unit="0.5")

    earned = [
        submit(work, program, member, bought(work, line("TEA", 600), line("CAKE", 200)))
        for _ in range(2)
    ]

    assert [one.points_minor for one in earned] == [600 + 200 + 400, 400 + 100 + 400]


def test_a_return_makes_room_again(work: Work, program: ProgramTerms, member: Member) -> None:
    told(work, program, member, 1000)
    told(work, program, member, -300)

    assert told(work, program, member, 1000).points_minor == 300


def test_more_taken_than_given_makes_no_more_room_than_a_day_has(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    told(work, program, member, 2000, work.now - DAY)
    told(work, program, member, -800)

    assert told(work, program, member, 5000).points_minor == 1000


def test_a_return_of_what_was_spent_makes_no_room(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    told(work, program, member, 1000)
    payments.pay(work, program, member, amount_minor=900, place=PLACE)

    assert told(work, program, member, -1000).points_minor == -100
    assert told(work, program, member, 1000).points_minor == 100


def test_a_cancelled_sale_makes_room_again(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    first = told(work, program, member, 800)
    told(work, program, member, 800)

    cancel_sale(work, program, first)
    cancel_sale(work, program, first)

    assert told(work, program, member, 2000).points_minor == 800
    assert findings(work) == []


def test_a_cancelled_sale_makes_room_for_nobody_else(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    other = make_member(work, program)
    told(work, program, other, 1000)

    cancel_sale(work, program, told(work, program, member, 1000))

    assert told(work, program, other, 1000).points_minor == 0


def test_a_cancelled_sale_makes_room_on_its_own_day(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    late = told(work, program, member, 800, work.now - DAY)
    told(work, program, member, 800)

    cancel_sale(work, program, late)

    earned = [told(work, program, member, 900, work.now - age * DAY) for age in (0, 1)]
    assert [one.points_minor for one in earned] == [200, 900]


def test_a_cancelled_sale_makes_no_room_for_what_was_spent_of_it(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    """Or a till could mint points: sell, pay, cancel, and sell again."""
    first = told(work, program, member, 1000)
    payments.pay(work, program, member, amount_minor=700, place=PLACE)

    assert cancel_sale(work, program, first).points_minor == -300

    assert told(work, program, member, 1000).points_minor == 300


@pytest.mark.parametrize("left_minor", [0, 100, 600])
def test_a_cancelled_return_counts_again_what_it_took(
    work: Work, program: ProgramTerms, member: Member, left_minor: int
) -> None:
    told(work, program, member, 1000)
    payments.pay(work, program, member, amount_minor=1000 - left_minor, place=PLACE)
    back = told(work, program, member, -600)
    assert back.points_minor == -left_minor

    cancel_sale(work, program, back)

    assert told(work, program, member, 1000).points_minor == 0
    assert findings(work) == []


def test_a_cancelled_sale_makes_no_room_for_rules_without_a_cap(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    make_rule(work, program, code="extra", on_top=True)
    first = told(work, program, member, 400)

    cancel_sale(work, program, first)

    assert told(work, program, member, 1500).points_minor == 1000 + 1500
