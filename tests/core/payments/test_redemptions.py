"""Payments with points or credit: at once, whole, once, and undone whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from adapter.core import ledger, members, payments
from adapter.core.amounts import CREDIT
from adapter.core.errors import (
    InsufficientPoints,
    MemberInactive,
    PaymentMismatch,
    PaymentTooLarge,
    PaymentTooSmall,
    UnknownPayment,
)
from adapter.core.ledger import EntryKind
from adapter.core.members import Member, MemberStatus
from adapter.core.payments import Paid, Redemption, RedemptionState
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.factories import (
    PLACE,
    balances,
    findings,
    give_credit,
    give_points,
    later,
    make_member,
    make_program,
    points,
    purse_of,
    reserve_points,
    reverse,
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


def rich(work: Work, program: ProgramTerms) -> Member:
    """A member with 20 points and some credit."""
    member = make_member(work, program)
    give_points(work, purse_of(program, member), 20)
    give_credit(work, program, member, 700)
    return member


def pay(
    work: Work, program: ProgramTerms, member: Member, amount_minor: int = 300, **more: Any
) -> Paid:
    """A payment at the tests' own till."""
    return payments.pay(
        work, program, member, **{"amount_minor": amount_minor, "place": PLACE} | more
    )


def cancel(work: Work, program: ProgramTerms, member: Member, paid: Paid, **more: Any) -> Paid:
    """A payment undone at the tests' own till."""
    code = paid.redemption.confirmation_code
    return payments.cancel(work, program, member, code, **{"place": PLACE} | more)


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


# Repeats.


def test_the_same_payment_again_is_the_same_and_debits_nothing(
    database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = rich(work, program)
    with database.unit_of_work() as work:
        first = pay(work, program, member, reference="R-1", total_minor=300)
    before = rows(database)
    clock.advance(timedelta(hours=7))

    with database.unit_of_work() as work:
        again = pay(work, program, member, reference="R-1", total_minor=300)

    assert again.redemption.confirmation_code == first.redemption.confirmation_code
    assert again.balances == {"points": 1700, "credit": 700}
    assert rows(database) == before


def test_the_repeat_tells_the_balance_of_now_and_asks_nothing_anew(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    first = pay(work, program, member, reference="R-1")
    pay(work, program, member, 1700)
    members.set_status(work, member, MemberStatus.BLOCKED)

    again = pay(work, program, member, reference="R-1", total_minor=1)

    assert again.redemption.id == first.redemption.id
    assert again.balances == {"points": 0, "credit": 700}


@pytest.mark.parametrize(
    "other",
    [
        {"amount_minor": 301},
        {"reference": "R-2"},
        {"reference": None},
        {"place": replace(PLACE, outlet_code="BR002")},
        {"place": replace(PLACE, channel="other")},
    ],
    ids=["amount", "sale", "no sale", "outlet", "channel"],
)
def test_another_payment_is_another_payment(
    work: Work, program: ProgramTerms, member: Member, other: dict[str, Any]
) -> None:
    told: dict[str, Any] = {"amount_minor": 300, "reference": "R-1", "place": PLACE}
    first = payments.pay(work, program, member, **told)

    second = payments.pay(work, program, member, **told | other)

    assert second.redemption.id != first.redemption.id
    assert second.balances["points"] == 2000 - 300 - second.redemption.debit_minor


def test_another_members_payment_for_the_sale_is_another(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    first = pay(work, program, member, reference="R-1")

    second = pay(work, program, rich(work, program), reference="R-1")

    assert second.redemption.id != first.redemption.id


def test_without_a_sale_every_payment_is_new(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    codes = {pay(work, program, member).redemption.confirmation_code for _ in range(3)}

    assert len(codes) == 3
    assert balances(work, program, member)["points"] == 1100


def test_after_its_cancellation_the_same_is_a_new_payment(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    first = pay(work, program, member, reference="R-1")
    cancel(work, program, member, first)

    second = pay(work, program, member, reference="R-1")
    third = pay(work, program, member, reference="R-1")

    assert first.redemption.id != second.redemption.id == third.redemption.id
    assert third.balances["points"] == 1700
    assert cancel(work, program, member, first).balances["points"] == 1700
    assert findings(work) == []


# Undone.


@pytest.mark.parametrize("paying", ["points", "credit"])
def test_a_payment_undone_is_back_whole(work: Work, paying: str) -> None:
    program = make_program(work, paying_balance=paying)
    member = rich(work, program)
    paid = pay(work, program, member, reference="R-1")

    back = cancel(work, program, member, paid, place=replace(PLACE, outlet_code="BR002"))

    assert back.redemption.id == paid.redemption.id
    assert (back.redemption.state, back.redemption.cancelled_at) == ("cancelled", work.now)
    assert back.balances == {"points": 2000, "credit": 700}
    last = ledger.statement(work, member.id)[-1]
    assert (last.amount_minor, last.entry.kind) == (300, EntryKind.REVERSAL)
    expected = "Payment R-1 cancelled"
    assert (last.entry.reason, last.entry.outlet_code) == (expected, "BR002")
    assert findings(work) == []


def test_it_goes_back_into_the_same_lots(work: Work, program: ProgramTerms, member: Member) -> None:
    purse = purse_of(program, member)
    for days in (9, 2):
        give_points(work, purse, 1, expires_at=work.now + days * DAY)
    before = ledger.balance(work, purse).portions
    paid = pay(work, program, member, 250)

    cancel(work, program, member, paid)

    assert ledger.balance(work, purse).portions == before


def test_what_has_expired_meanwhile_is_back_for_the_rest_of_the_day(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    give_points(work, purse_of(program, member), 1, expires_at=work.now + DAY)
    paid = pay(work, program, member, 300)
    tomorrow = later(work, days=1)

    back = cancel(tomorrow, program, member, paid)

    assert back.balances["points"] == 2100
    assert balances(tomorrow, program, member) == back.balances
    assert balances(later(work, days=2), program, member)["points"] == 2000
    assert findings(tomorrow) == []


def test_undone_twice_it_is_back_once(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = rich(work, program)
        paid = pay(work, program, member)
    with database.unit_of_work() as work:
        first = cancel(work, program, member, paid)
    before = rows(database)
    clock.advance(DAY)

    with database.unit_of_work() as work:
        again = cancel(work, program, member, paid, amount_minor=300)

    assert again.balances == first.balances == {"points": 2000, "credit": 700}
    assert rows(database) == before


@pytest.mark.parametrize("amount", [299, 301, 1, -300, 0])
@pytest.mark.parametrize("before", ["paid", "cancelled"])
def test_another_amount_undoes_nothing(
    work: Work, program: ProgramTerms, member: Member, amount: int, before: str
) -> None:
    paid = pay(work, program, member)
    if before == "cancelled":
        cancel(work, program, member, paid)

    with pytest.raises(PaymentMismatch):
        cancel(work, program, member, paid, amount_minor=amount)

    assert paid.redemption.state == before


def test_the_amount_to_undo_is_the_money_and_not_the_debit(work: Work) -> None:
    program = make_program(work, point_value_minor=3)
    member = rich(work, program)
    paid = pay(work, program, member, 300)

    with pytest.raises(PaymentMismatch):
        cancel(work, program, member, paid, amount_minor=100)
    assert cancel(work, program, member, paid, amount_minor=300).balances["points"] == 2000


@pytest.mark.parametrize("code", ["", "8b1f0c52-9c1b-4a61-8c53-0f2a7a4f6f10", "R-1"])
def test_an_unknown_code_undoes_nothing(
    work: Work, program: ProgramTerms, member: Member, code: str
) -> None:
    pay(work, program, member, reference="R-1")

    with pytest.raises(UnknownPayment):
        payments.cancel(work, program, member, code, place=PLACE, amount_minor=1)


def test_another_member_and_another_program_know_nothing_of_it(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    paid = pay(work, program, member)
    elsewhere = make_program(work)

    with pytest.raises(UnknownPayment):
        cancel(work, program, rich(work, program), paid)
    with pytest.raises(UnknownPayment):
        cancel(work, elsewhere, rich(work, elsewhere), paid)

    assert paid.redemption.state == RedemptionState.PAID


def test_the_balance_that_paid_gets_it_back_whatever_pays_today(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    paid = pay(work, program, member)
    today = replace(program, settings=replace(program.settings, paying_balance="credit"))

    assert cancel(work, today, member, paid).balances == {"points": 2000, "credit": 700}
    assert findings(work) == []


def test_what_was_undone_by_hand_is_not_undone_again(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    paid = pay(work, program, member)
    reverse(work, purse_of(program, member), ledger.statement(work, member.id)[-1].entry)

    backs = [cancel(work, program, member, paid) for _ in range(2)]

    assert [back.balances["points"] for back in backs] == [2000, 2000]
    assert paid.redemption.state == RedemptionState.CANCELLED
    assert findings(work) == []


@pytest.mark.parametrize(
    "wrong, told",
    [
        ({"state": "cancelled"}, "paid expected, cancelled found"),
        ({"confirmation_code": "another"}, "no entry expected, paid found"),
    ],
)
def test_a_payment_that_does_not_agree_with_the_ledger_is_found(
    work: Work, program: ProgramTerms, member: Member, wrong: dict[str, str], told: str
) -> None:
    pay(work, program, member)
    assert findings(work) == []

    work.session.execute(update(Redemption).values(**wrong))

    (found,) = findings(work)
    assert "payment" in found and told in found


def test_all_payments_of_a_member_are_listed(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    made = [pay(later(work, seconds=n), program, member).redemption.id for n in range(3)]
    pay(work, program, rich(work, program))

    assert [one.id for one in payments.redemptions(work, member.id)] == made
