"""Payments with points or credit: at once, and whole, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapter.core import ledger, members
from adapter.core.amounts import CREDIT
from adapter.core.errors import (
    InsufficientPoints,
    MemberInactive,
    PaymentTooLarge,
    PaymentTooSmall,
)
from adapter.core.ledger import EntryKind
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.core.payments.payers import cancel, pay, rich
from tests.factories import (
    PLACE,
    balances,
    findings,
    give_points,
    later,
    make_member,
    make_program,
    points,
    purse_of,
    reserve_points,
)
from tests.protocols.state import rows

DAY = timedelta(days=1)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """Where points pay."""
    return make_program(work)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """A member with 20 points and some credit."""
    return rich(work, program)


def test_points_are_spent_at_once(work: Work, program: ProgramTerms, member: Member) -> None:
    paid = pay(work, program, member, reference="R-1", place=replace(PLACE, actor="POS"))

    assert paid.balances == {"points": 1700, "credit": 700}
    made = paid.redemption
    assert (made.unit, made.amount_minor, made.debit_minor) == ("points", 300, 300)
    assert (made.state, made.reference, made.created_at) == ("paid", "R-1", work.now)
    last = ledger.statement(work, member.id)[-1]
    assert (last.amount_minor, last.entry.kind) == (-300, EntryKind.REDEMPTION)
    assert (last.entry.reason, last.entry.actor) == ("Payment R-1", "POS")
    assert last.entry.origin_reference == made.confirmation_code
    assert balances(work, program, member) == paid.balances
    assert findings(work) == []


def test_credit_is_spent_where_credit_pays(work: Work) -> None:
    program = make_program(work, paying_balance="credit", point_value_minor=7)
    member = rich(work, program)

    paid = pay(work, program, member)

    assert paid.balances == {"points": 2000, "credit": 400}
    assert (paid.redemption.unit, paid.redemption.debit_minor) == ("credit", 300)
    assert ledger.balance(work, purse_of(program, member, unit=CREDIT)).available.minor == 400
    assert findings(work) == []


@pytest.mark.parametrize(
    "value, amount, debit", [(1, 300, 300), (3, 300, 100), (3, 301, 101), (7, 1, 1), (500, 999, 2)]
)
def test_points_cover_the_money_and_are_rounded_up(
    work: Work, value: int, amount: int, debit: int
) -> None:
    program = make_program(work, point_value_minor=value)
    member = rich(work, program)

    paid = pay(work, program, member, amount)

    assert (paid.redemption.amount_minor, paid.redemption.debit_minor) == (amount, debit)
    assert paid.balances["points"] == 2000 - debit
    assert cancel(work, program, member, paid).balances["points"] == 2000


@pytest.mark.parametrize("paying, amount", [("points", 2001), ("credit", 701), ("points", 10**14)])
def test_too_little_is_not_enough_for_a_part(database: Database, paying: str, amount: int) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, paying_balance=paying)
        member = rich(work, program)
    before = rows(database)

    with pytest.raises(InsufficientPoints) as refusal, database.unit_of_work() as work:
        pay(work, program, member, amount, reference="R-1")

    assert refusal.value.available.minor == {"points": 2000, "credit": 700}[paying]
    assert rows(database) == before


def test_who_never_had_anything_has_nothing_to_pay_with(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
    before = rows(database)

    with pytest.raises(InsufficientPoints), database.unit_of_work() as work:
        pay(work, program, member, 1)

    assert rows(database) == before


def test_the_last_points_are_spent(work: Work, program: ProgramTerms, member: Member) -> None:
    assert pay(work, program, member, 2000).balances["points"] == 0


def test_a_program_that_lets_members_owe_lets_nobody_pay_with_debts(work: Work) -> None:
    program = make_program(work, allow_negative=True)
    member = make_member(work, program)
    give_points(work, purse_of(program, member, may_go_negative=True), 1)

    with pytest.raises(InsufficientPoints):
        pay(work, program, member, 101)


def test_points_set_aside_do_not_pay(work: Work, program: ProgramTerms, member: Member) -> None:
    reserve_points(work, purse_of(program, member), 15)

    with pytest.raises(InsufficientPoints):
        pay(work, program, member, 501)
    assert pay(work, program, member, 500).balances["points"] == 0


def test_expired_points_never_pay(work: Work, program: ProgramTerms, member: Member) -> None:
    """Whether or not the job has come by."""
    purse = purse_of(program, member)
    give_points(work, purse, 50, expires_at=work.now + DAY)
    tomorrow = later(work, days=1)

    with pytest.raises(InsufficientPoints) as refusal, work.session.begin_nested():
        pay(tomorrow, program, member, 2001)

    assert refusal.value.available == points(20)
    assert pay(tomorrow, program, member, 2000).balances["points"] == 0
    assert findings(tomorrow) == []


def test_points_that_become_active_this_moment_pay(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    give_points(work, purse_of(program, member), 50, active_from=work.now + DAY)

    with pytest.raises(InsufficientPoints), work.session.begin_nested():
        pay(work, program, member, 2001)
    paid = pay(later(work, days=1), program, member, 6000)

    assert paid.balances["points"] == 1000
    assert balances(later(work, days=1), program, member) == paid.balances
    assert findings(work) == []


def test_points_that_expire_first_pay_first(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    purse = purse_of(program, member)
    for days in (9, 2, 5):
        give_points(work, purse, 1, expires_at=work.now + days * DAY)

    pay(work, program, member, 150)

    portions = ledger.balance(work, purse).portions
    left = [(one.amount.minor, one.expires_at and one.expires_at - work.now) for one in portions]
    assert left == [(50, 5 * DAY), (100, 9 * DAY), (2000, None)]


@pytest.mark.parametrize(
    "settings, total, amount, refusal",
    [
        ({}, 299, 300, PaymentTooLarge),
        ({}, 0, 1, PaymentTooLarge),
        ({}, -300, 1, PaymentTooLarge),
        ({"max_payment_minor": 299}, None, 300, PaymentTooLarge),
        ({"min_payment_minor": 301}, 900, 300, PaymentTooSmall),
        ({"max_payment_minor": 10, "min_payment_minor": 99}, 5, 50, PaymentTooLarge),
        ({"max_payment_minor": 9000}, 99_999, 9001, PaymentTooLarge),  # and too little is there
    ],
)
def test_a_payment_over_or_under_the_limits_is_refused(
    database: Database,
    settings: dict[str, int],
    total: int | None,
    amount: int,
    refusal: type[Exception],
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, **settings)
        member = rich(work, program)
    before = rows(database)

    with pytest.raises(refusal), database.unit_of_work() as work:
        pay(work, program, member, amount, reference="R-1", total_minor=total)

    assert rows(database) == before


@pytest.mark.parametrize("amount, total", [(300, 300), (100, 300), (500, None)])
def test_a_payment_at_the_limits_is_made(work: Work, amount: int, total: int | None) -> None:
    program = make_program(work, min_payment_minor=100, max_payment_minor=500)

    paid = pay(work, program, rich(work, program), amount, total_minor=total)

    assert paid.balances["points"] == 2000 - amount


@pytest.mark.parametrize("status", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_who_takes_no_part_does_not_pay(
    work: Work, program: ProgramTerms, member: Member, status: MemberStatus
) -> None:
    members.set_status(work, member, status)

    with pytest.raises(MemberInactive):
        pay(work, program, member, 9000, total_minor=1)


def test_who_takes_no_part_any_more_may_have_a_payment_undone(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    paid = pay(work, program, member)
    members.set_status(work, member, MemberStatus.INACTIVE)

    assert cancel(work, program, member, paid).balances["points"] == 2000
