"""Goods that come back: points are taken, and never more than there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapter.core import ledger, transactions
from adapter.core.ledger import EntryKind, Role
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import (
    balances,
    bought,
    findings,
    give_points,
    later,
    line,
    make_member,
    make_program,
    make_rule,
    points,
    purse_of,
    reserve_points,
    spend_points,
    submit,
)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A point for each major unit."""
    program = make_program(work)
    make_rule(work, program)
    return program


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """A member without anything."""
    return make_member(work, program)


def per_item(work: Work, member: Member) -> list[list[int | None]]:
    """The points of each item of each sale, the oldest sale first."""
    found = transactions.of_members(work, [member.id])
    return [[item.points_minor for item in sale.items] for sale in found]


def test_a_return_takes_what_its_sale_gave(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    submit(work, program, member, bought(work, line(net_minor=2399), line(net_minor=601)))

    outcome = submit(
        work, program, member, bought(work, line(net_minor=-2399), related_reference="R-1")
    )

    assert (outcome.points_minor, outcome.balances) == (-2399, {"points": 601, "credit": 0})
    _, back = ledger.statement(work, member.id)
    assert (back.entry.kind, back.amount_minor) == (EntryKind.RETURN, -2399)
    assert back.entry.reason == f"Return {outcome.transaction.reference}"
    figures = {role: minor for _, role, minor in ledger.program_figures(work, program.id)}
    assert figures == {Role.ISSUED: -3000, Role.RETURNED: 2399}
    assert balances(work, program, member) == outcome.balances
    assert findings(work) == []


def test_a_return_by_its_total_alone_takes_points_too(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    submit(work, program, member, bought(work))

    outcome = submit(work, program, member, replace(bought(work), items=(), total_minor=-400))

    assert outcome.points_minor == -400


@pytest.mark.parametrize("sold, back, points_minor", [(900, -400, 500), (400, -900, -500)])
def test_goods_exchanged_move_the_difference(
    work: Work, program: ProgramTerms, member: Member, sold: int, back: int, points_minor: int
) -> None:
    give_points(work, purse_of(program, member), 50)

    outcome = submit(
        work, program, member, bought(work, line(net_minor=sold), line(net_minor=back))
    )

    assert outcome.points_minor == points_minor
    assert per_item(work, member) == [[sold, back]]
    assert findings(work) == []


def test_an_even_exchange_moves_nothing(work: Work, program: ProgramTerms, member: Member) -> None:
    outcome = submit(work, program, member, bought(work, line(), line(net_minor=-1000)))

    assert outcome.points_minor == 0
    assert ledger.statement(work, member.id) == []


@pytest.mark.parametrize("left", ["0", "4.99", "30"])
def test_no_more_is_taken_than_is_there(
    work: Work, program: ProgramTerms, member: Member, left: str
) -> None:
    submit(work, program, member, bought(work, line(net_minor=3000)))
    if left != "30":
        spend_points(work, purse_of(program, member), str(points(30) - points(left)))

    outcome = submit(
        work, program, member, bought(work, line(net_minor=-1000), line(net_minor=-2000))
    )

    taken = points(left).minor
    assert (outcome.points_minor, outcome.balances) == (-taken, {"points": 0, "credit": 0})
    of_items = [item or 0 for item in per_item(work, member)[1]]
    assert sum(of_items) == -taken
    assert abs(2 * of_items[0] - of_items[1]) <= 2  # in their proportions
    assert findings(work) == []


def test_what_is_set_aside_is_not_taken(work: Work, program: ProgramTerms, member: Member) -> None:
    submit(work, program, member, bought(work))
    reserve_points(work, purse_of(program, member), 6)

    outcome = submit(work, program, member, bought(work, line(net_minor=-1000)))

    assert outcome.points_minor == -400
    assert ledger.balance(work, purse_of(program, member)).reserved == points(6)


def test_what_has_expired_is_not_taken(work: Work, program: ProgramTerms, member: Member) -> None:
    """Whether or not the job has come by."""
    purse, day = purse_of(program, member), timedelta(days=1)
    give_points(work, purse, 10, expires_at=work.now + day)
    give_points(work, purse, 3)
    tomorrow = later(work, days=1)

    outcome = submit(tomorrow, program, member, bought(tomorrow, line(net_minor=-1000)))

    assert (outcome.points_minor, outcome.balances) == (-300, {"points": 0, "credit": 0})
    assert balances(tomorrow, program, member) == outcome.balances
    assert findings(tomorrow) == []


def test_points_that_become_active_this_moment_are_taken(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    give_points(work, purse_of(program, member), 10, active_from=work.now + timedelta(days=1))
    tomorrow = later(work, days=1)

    outcome = submit(tomorrow, program, member, bought(tomorrow, line(net_minor=-400)))

    assert (outcome.points_minor, outcome.balances) == (-400, {"points": 600, "credit": 0})
    assert balances(tomorrow, program, member) == outcome.balances
    assert findings(tomorrow) == []


def test_a_debt_is_not_made_deeper_by_a_return(work: Work) -> None:
    program = make_program(work, allow_negative=True)
    member = make_member(work, program)
    make_rule(work, program)
    spend_points(work, purse_of(program, member, may_go_negative=True), 5)

    outcome = submit(work, program, member, bought(work, line(net_minor=-1000)))

    assert (outcome.points_minor, outcome.balances) == (0, {"points": -500, "credit": 0})


def test_an_inactive_members_return_takes_nothing(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, status=MemberStatus.INACTIVE)
    give_points(work, purse_of(program, member), 10)

    outcome = submit(work, program, member, bought(work, line(net_minor=-1000)))

    assert (outcome.points_minor, outcome.balances) == (0, {"points": 1000, "credit": 0})


def test_a_return_asks_for_no_minimum(work: Work, program: ProgramTerms, member: Member) -> None:
    make_rule(work, program, min_total_minor=2000)
    earned = submit(work, program, member, bought(work, line(net_minor=2000)))

    returned = submit(work, program, member, bought(work, line(net_minor=-500)))

    assert (earned.points_minor, returned.points_minor) == (2000, -500)
