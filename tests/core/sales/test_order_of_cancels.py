"""A sale and the payment made with its points, cancelled in either order: nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import permutations

import pytest

from adapter.core import ledger, payments, programs, sales
from adapter.core.amounts import Amount
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.sales import Outcome
from adapter.core.transactions import Item, Sale
from adapter.db import Work
from tests.factories import (
    PLACE,
    findings,
    give_points,
    later,
    make_member,
    make_program,
    purse_of,
)

Cancel = Callable[[], object]


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A point for each rouble."""
    program = make_program(work)
    terms = {"points_per_unit": "1"}
    programs.put_rule(work, program.id, code="base", kind="spending", terms=terms)
    return program


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody with five points of their own."""
    member = make_member(work, program)
    give_points(work, purse_of(program, member), 5)
    return member


def sell(
    work: Work, program: ProgramTerms, member: Member, roubles: int, reference: str
) -> Outcome:
    item = Item("Tea", Decimal(1), roubles * 100, reference="1")
    return sales.submit(work, program, member, Sale(reference, work.now, [item]), place=PLACE)


def pay(work: Work, program: ProgramTerms, member: Member, roubles: int) -> payments.Paid:
    return payments.pay(work, program, member, amount_minor=roubles * 100, place=PLACE)


def undo(work: Work, program: ProgramTerms, outcome: Outcome) -> Outcome:
    code = outcome.transaction.confirmation_code
    assert code is not None
    return sales.cancel(work, program, code, place=PLACE)


def unpay(work: Work, program: ProgramTerms, member: Member, paid: payments.Paid) -> payments.Paid:
    code = paid.redemption.confirmation_code
    return payments.cancel(work, program, member, code, place=PLACE)


def points(work: Work, program: ProgramTerms, member: Member) -> int:
    return ledger.holdings(work, member.id).available(program.points).minor // 100


@pytest.mark.parametrize("order", list(permutations("sPp")), ids="".join)
def test_the_order_of_cancels_does_not_matter(
    work: Work, program: ProgramTerms, member: Member, order: tuple[str, ...]
) -> None:
    """Five points, ten earned, twelve and three paid with: five are left, whatever comes first."""
    sold = sell(work, program, member, 10, "R-1")
    large, small = pay(work, program, member, 12), pay(work, program, member, 3)
    acts: dict[str, Cancel] = {
        "s": lambda: undo(work, program, sold),
        "P": lambda: unpay(work, program, member, large),
        "p": lambda: unpay(work, program, member, small),
    }

    for name in order:
        acts[name]()

    assert points(work, program, member) == 5
    assert findings(work) == []


def test_what_a_return_could_not_take_is_taken_when_it_is_there_again(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sell(work, program, member, 10, "R-1")
    paid = pay(work, program, member, 15)
    back = sell(work, program, member, -10, "R-2")

    assert (back.points_minor, points(work, program, member)) == (0, 0)
    assert unpay(work, program, member, paid).balances["points"] == 500
    assert unpay(work, program, member, paid).balances["points"] == 500
    assert undo(work, program, back).balances == {"points": 1500, "credit": 0}
    assert findings(work) == []


def test_a_return_that_had_nothing_to_take_and_was_cancelled_takes_nothing_later(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    paid = pay(work, program, member, 5)
    undo(work, program, sell(work, program, member, -10, "R-1"))

    assert unpay(work, program, member, paid).balances["points"] == 500


def test_what_expired_before_its_sale_was_cancelled_is_not_taken_later(work: Work) -> None:
    program = make_program(work, points_expire_after_days=1)
    programs.put_rule(
        work, program.id, code="base", kind="spending", terms={"points_per_unit": "1"}
    )
    member = make_member(work, program)
    give_points(work, purse_of(program, member), 5)
    sold = sell(work, program, member, 10, "R-1")
    pay(work, program, member, 4)  # of what expires first
    then = later(work, days=2)
    paid = pay(then, program, member, 5)

    undo(then, program, sold)

    # Six of the ten expired, and four were spent: those alone are still to be taken.
    assert unpay(then, program, member, paid).balances["points"] == 100
    assert findings(then) == []


def test_several_shortfalls_share_what_a_payment_gives_back(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sold = [sell(work, program, member, 10, f"R-{number}") for number in range(3)]
    pay(work, program, member, 23)
    small = pay(work, program, member, 12)
    for one in sold:
        undo(work, program, one)
    sell(work, program, member, 40, "R-later")

    assert unpay(work, program, member, small).balances["points"] == 4000
    assert findings(work) == []


def test_what_is_earned_later_is_not_touched(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sold = sell(work, program, member, 10, "R-1")
    pay(work, program, member, 15)
    undo(work, program, sold)

    assert sell(work, program, member, 4, "R-2").points_minor == 400
    assert points(work, program, member) == 4


def test_a_payment_made_with_what_is_earned_later_is_back_whole(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sold = sell(work, program, member, 10, "R-1")
    pay(work, program, member, 15)
    undo(work, program, sold)
    next_day = later(work, days=1)
    sell(next_day, program, member, 40, "R-2")
    paid = pay(next_day, program, member, 30)

    assert unpay(next_day, program, member, paid).balances["points"] == 4000
    assert findings(work) == []


def test_a_cancelled_payment_settles_no_more_than_it_gives_back(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sold = sell(work, program, member, 10, "R-1")
    pay(work, program, member, 12)
    small = pay(work, program, member, 3)
    undo(work, program, sold)
    sell(work, program, member, 40, "R-2")

    assert unpay(work, program, member, small).balances["points"] == 4000
    assert findings(work) == []


def test_a_debt_that_a_sale_had_paid_is_owed_again_when_it_is_cancelled(work: Work) -> None:
    program = make_program(work, allow_negative=True)
    terms = {"points_per_unit": "1"}
    programs.put_rule(work, program.id, code="base", kind="spending", terms=terms)
    member = make_member(work, program)
    owing = purse_of(program, member, may_go_negative=True)
    ledger.transfer(
        work,
        owing,
        Amount.parse(50, program.points),
        ledger.Details(ledger.EntryKind.ADJUSTMENT),
        source=ledger.Role.SPENDABLE,
        target=ledger.Role.ADJUSTED,
    )
    sold = sell(work, program, member, 30, "R-1")

    outcome = undo(work, program, sold)

    assert (outcome.points_minor, outcome.balances) == (-3000, {"points": -5000, "credit": 0})
    assert findings(work) == []
