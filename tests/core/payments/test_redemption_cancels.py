"""A payment undone: all of it is back, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from adapter.core import ledger, payments
from adapter.core.errors import (
    PaymentMismatch,
    UnknownPayment,
)
from adapter.core.ledger import EntryKind
from adapter.core.members import Member
from adapter.core.payments import Redemption, RedemptionState
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.payments.payers import cancel, pay, rich
from tests.factories import (
    PLACE,
    balances,
    findings,
    give_points,
    later,
    make_program,
    purse_of,
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
