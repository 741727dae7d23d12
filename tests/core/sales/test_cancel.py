"""A sale that does not stand: all it did is undone, once, and payments are left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapter.core import ledger, payments, sales
from adapter.core.errors import UnknownTransaction
from adapter.core.ledger import EntryKind
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.core.sales import Outcome
from adapter.core.transactions import TransactionState
from adapter.db import Database, Work
from tests.clock import Clock
from tests.factories import (
    PLACE,
    balances,
    bought,
    cancel_sale,
    counted,
    findings,
    give_points,
    line,
    make_member,
    make_program,
    make_rule,
    points,
    purse_of,
    reverse,
    spend_points,
    submit,
)
from tests.protocols.state import rows


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A point for each major unit, for 30 days."""
    program = make_program(work, points_expire_after_days=30)
    make_rule(work, program)
    return program


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """A member with 5 points."""
    member = make_member(work, program)
    give_points(work, purse_of(program, member), 5)
    return member


def numbers(outcome: Outcome) -> tuple[int | None, int | None]:
    """The points it moved, and those that are there after it."""
    return outcome.points_minor, outcome.balances and outcome.balances["points"]


def test_what_was_earned_is_taken_back(work: Work, program: ProgramTerms, member: Member) -> None:
    submit(work, program, member, bought(work))
    sale = submit(work, program, member, bought(work, line(net_minor=799), reference="R-2"))

    outcome = cancel_sale(work, program, sale)

    assert numbers(outcome) == (-799, 1500)
    assert outcome.transaction.confirmation_code == sale.transaction.confirmation_code
    assert outcome.transaction.state == TransactionState.CANCELLED
    assert outcome.transaction.cancelled_at == work.now
    assert balances(work, program, member) == outcome.balances
    last = ledger.statement(work, member.id)[-1].entry
    assert (last.kind, last.reason) == (EntryKind.REVERSAL, "Purchase R-2 cancelled")
    assert last.channel == "test"
    assert counted(work, member) == (1, 1000)
    assert findings(work) == []


def test_what_a_return_took_is_given_back(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    back = submit(work, program, member, bought(work, line(net_minor=-300)))

    outcome = cancel_sale(work, program, back)

    assert numbers(outcome) == (300, 500)
    assert counted(work, member) == (0, 0)
    assert findings(work) == []


@pytest.mark.parametrize("left", ["0", "0.01", "9.99", "14"])
def test_what_is_no_longer_there_is_not_taken(
    work: Work, program: ProgramTerms, member: Member, left: str
) -> None:
    sale = submit(work, program, member, bought(work))
    spend_points(work, purse_of(program, member), str(points(15) - points(left)))

    outcome = cancel_sale(work, program, sale)

    taken = min(points(left).minor, 1000)
    assert numbers(outcome) == (-taken, points(left).minor - taken)
    assert balances(work, program, member) == outcome.balances
    assert findings(work) == []


def test_in_a_program_that_lets_members_owe_nothing_is_owed_for_a_cancelled_sale(
    work: Work,
) -> None:
    program = make_program(work, allow_negative=True)
    make_rule(work, program)
    member = make_member(work, program)
    sale = submit(work, program, member, bought(work))
    spend_points(work, purse_of(program, member, may_go_negative=True), 7)

    assert numbers(cancel_sale(work, program, sale)) == (-300, 0)
    assert findings(work) == []


def test_what_has_expired_of_it_is_gone_already(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, points_expire_after_days=30)
        make_rule(work, program)
        member = make_member(work, program)
        sale = submit(work, program, member, bought(work))
        give_points(work, purse_of(program, member), 5)
    clock.advance(timedelta(days=31))

    with database.unit_of_work() as work:
        outcome = cancel_sale(work, program, sale)

    assert numbers(outcome) == (0, 500)
    with database.reading() as work:
        assert balances(work, program, member) == outcome.balances
        assert findings(work) == []


def test_cancelled_twice_it_is_the_same_answer_and_nothing_more(
    database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
        member = make_member(work, program)
        sale = submit(work, program, member, bought(work))
        other = submit(work, program, member, bought(work))
    with database.unit_of_work() as work:
        first = cancel_sale(work, program, sale)
    before = rows(database)
    clock.advance(timedelta(hours=7))

    with database.unit_of_work() as work:
        again = cancel_sale(work, program, sale)

    assert numbers(again) == numbers(first) == (-1000, 1000)
    assert again.transaction.id == first.transaction.id != other.transaction.id
    assert rows(database) == before


def test_cancelled_again_it_tells_the_balance_of_now(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = submit(work, program, member, bought(work))
    cancel_sale(work, program, sale)
    submit(work, program, member, bought(work))

    assert numbers(cancel_sale(work, program, sale)) == (-1000, 1500)


def test_a_sale_that_earned_nothing_is_cancelled_too(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, status=MemberStatus.INACTIVE)
    sale = submit(work, program, member, bought(work))

    outcome = cancel_sale(work, program, sale)

    assert numbers(outcome) == (0, 0)
    assert outcome.transaction.state == TransactionState.CANCELLED
    assert counted(work, member) == (0, 0)
    assert numbers(cancel_sale(work, program, sale)) == (0, 0)


def test_nobodys_sale_is_cancelled_too(work: Work, program: ProgramTerms) -> None:
    sale = submit(work, program, None, bought(work))

    outcomes = [cancel_sale(work, program, sale) for _ in range(2)]

    for outcome in outcomes:
        assert (outcome.points_minor, outcome.balances) == (None, None)
        assert outcome.transaction.state == TransactionState.CANCELLED


def test_payments_are_left_alone(work: Work, program: ProgramTerms, member: Member) -> None:
    told = {"amount_minor": 200, "reference": "R-1", "place": PLACE}
    paid = payments.pay(work, program, member, **told)  # type: ignore[arg-type]
    sale = submit(work, program, member, bought(work, reference="R-1"))
    assert sale.points_minor == 800

    assert numbers(cancel_sale(work, program, sale)) == (-800, 300)

    assert paid.redemption.state == payments.RedemptionState.PAID


@pytest.mark.parametrize("first", ["sale", "payment"])
def test_a_sale_and_its_payment_are_cancelled_in_any_order(
    work: Work, program: ProgramTerms, member: Member, first: str
) -> None:
    told = {"amount_minor": 200, "reference": "R-1", "place": PLACE}
    code = payments.pay(work, program, member, **told).redemption.confirmation_code  # type: ignore[arg-type]
    sale = submit(work, program, member, bought(work, reference="R-1"))

    for what in ("sale", "payment") if first == "sale" else ("payment", "sale"):
        if what == "sale":
            cancel_sale(work, program, sale)
        else:
            payments.cancel(work, program, member, code, place=PLACE)

    assert balances(work, program, member) == {"points": 500, "credit": 0}
    assert findings(work) == []


def test_the_member_may_be_said_if_it_is_theirs(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = submit(work, program, member, bought(work))

    assert numbers(cancel_sale(work, program, sale, member=member)) == (-1000, 500)


@pytest.mark.parametrize("whose", ["mine", "nobody's"])
def test_another_member_knows_nothing_of_it(
    work: Work, program: ProgramTerms, member: Member, whose: str
) -> None:
    sale = submit(work, program, member if whose == "mine" else None, bought(work))
    other = make_member(work, program)

    with pytest.raises(UnknownTransaction):
        cancel_sale(work, program, sale, member=other)

    assert sale.transaction.state == TransactionState.RECORDED


@pytest.mark.parametrize("code", ["", "b0c5d7d4-64c7-4f0b-a1d0-6d3f4d2f9a11", "R-1", "x" * 999])
def test_an_unknown_code_is_refused(
    work: Work, program: ProgramTerms, member: Member, code: str
) -> None:
    submit(work, program, member, bought(work, reference="R-1"))

    with pytest.raises(UnknownTransaction):
        sales.cancel(work, program, code, place=PLACE)


def test_another_program_knows_nothing_of_it(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = submit(work, program, member, bought(work))

    with pytest.raises(UnknownTransaction):
        cancel_sale(work, make_program(work), sale)


def test_the_code_of_a_payment_is_no_code_of_a_sale(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    paid = payments.pay(work, program, member, amount_minor=100, place=PLACE)

    with pytest.raises(UnknownTransaction):
        sales.cancel(work, program, paid.redemption.confirmation_code, place=PLACE)


def test_another_outlet_may_cancel(work: Work, program: ProgramTerms, member: Member) -> None:
    sale = submit(work, program, member, bought(work))

    elsewhere = replace(PLACE, outlet_code="BR002")
    assert numbers(cancel_sale(work, program, sale, place=elsewhere)) == (-1000, 500)


def test_what_was_undone_by_hand_is_not_undone_again(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = submit(work, program, member, bought(work))
    earned = ledger.statement(work, member.id)[-1].entry
    reverse(work, purse_of(program, member), earned)

    outcomes = [cancel_sale(work, program, sale) for _ in range(2)]

    assert [numbers(outcome) for outcome in outcomes] == [(0, 500)] * 2
    assert outcomes[0].transaction.state == TransactionState.CANCELLED
    assert findings(work) == []


def test_a_reference_that_was_cancelled_elsewhere_is_another_sale(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = submit(work, program, member, bought(work, reference="R-1"))
    elsewhere = replace(PLACE, outlet_code="BR002")
    other = submit(work, program, member, bought(work, reference="R-1"), place=elsewhere)

    cancel_sale(work, program, sale)

    assert other.transaction.state == TransactionState.RECORDED
    assert balances(work, program, member) == {"points": 1500, "credit": 0}
