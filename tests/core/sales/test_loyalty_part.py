"""What was paid with points or credit earns nothing: as reported, or as we know it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapter.core import ledger, payments, transactions
from adapter.core.members import Member
from adapter.core.payments import Paid
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Tender
from adapter.db import Work
from tests.factories import (
    PLACE,
    bought,
    findings,
    give_points,
    line,
    make_member,
    make_program,
    make_rule,
    purse_of,
    submit,
)

CASH = Tender("CASH", 700)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A point for each major unit; a point is worth twice its number."""
    program = make_program(work, point_value_minor=2)
    make_rule(work, program)
    return program


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """A member with 100 points."""
    member = make_member(work, program)
    give_points(work, purse_of(program, member), 100)
    return member


def pay(
    work: Work,
    program: ProgramTerms,
    member: Member,
    amount_minor: int,
    *,
    reference: str | None = "R-1",
    outlet_code: str = "BR001",
) -> Paid:
    """A payment towards the sale."""
    place = replace(PLACE, outlet_code=outlet_code)
    told = {"amount_minor": amount_minor, "reference": reference, "place": place}
    return payments.pay(work, program, member, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tenders, earned",
    [
        ((CASH,), 1000),
        ((CASH, Tender("POINTS", 300, is_loyalty=True)), 700),
        ((Tender("POINTS", 300, is_loyalty=True), Tender("CREDIT", 100, is_loyalty=True)), 600),
        ((Tender("POINTS", 1000, is_loyalty=True),), 0),
    ],
)
def test_reported_loyalty_tenders_earn_nothing(
    work: Work, program: ProgramTerms, member: Member, tenders: tuple[Tender, ...], earned: int
) -> None:
    outcome = submit(work, program, member, bought(work, tenders=tenders))

    assert outcome.points_minor == earned
    assert findings(work) == []


def test_a_reported_tender_debits_nothing(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = bought(work, tenders=[Tender("POINTS", 300, is_loyalty=True)])

    assert submit(work, program, member, sale).balances == {"points": 10_700, "credit": 0}


def test_more_loyalty_than_the_sale_is_worth_is_taken_back(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = bought(work, tenders=[Tender("POINTS", 1500, is_loyalty=True)])

    assert submit(work, program, member, sale).points_minor == -500


def test_standing_payments_for_the_sale_earn_nothing_where_no_tender_tells(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    pay(work, program, member, 200)
    pay(work, program, member, 150)
    gone = pay(work, program, member, 90)
    payments.cancel(work, program, member, gone.redemption.confirmation_code, place=PLACE)

    outcome = submit(work, program, member, bought(work, reference="R-1", tenders=[CASH]))

    assert outcome.points_minor == 650


def test_a_tender_that_tells_goes_before_what_we_know(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    pay(work, program, member, 200)
    tenders = [CASH, Tender("POINTS", 50, is_loyalty=True)]

    outcome = submit(work, program, member, bought(work, reference="R-1", tenders=tenders))

    assert outcome.points_minor == 950


@pytest.mark.parametrize(
    "other", [{"reference": "R-2"}, {"reference": None}, {"outlet_code": "BR002"}]
)
def test_payments_for_other_sales_do_not_count(
    work: Work, program: ProgramTerms, member: Member, other: dict[str, str]
) -> None:
    pay(work, program, member, 200, **other)

    outcome = submit(work, program, member, bought(work, reference="R-1"))

    assert outcome.points_minor == 1000


def test_another_members_payment_does_not_count(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    other = make_member(work, program)
    give_points(work, purse_of(program, other), 100)
    pay(work, program, other, 200)

    assert submit(work, program, member, bought(work, reference="R-1")).points_minor == 1000


def test_the_loyalty_part_is_shared_by_the_items(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    sale = bought(
        work,
        line(net_minor=333),
        line(net_minor=333),
        line(net_minor=334),
        tenders=[Tender("POINTS", 100, is_loyalty=True)],
    )

    outcome = submit(work, program, member, sale)

    (kept,) = transactions.of_members(work, [member.id])
    of_items = [item.points_minor or 0 for item in kept.items]
    assert sum(of_items) == outcome.points_minor == 900
    assert all(299 <= one <= 301 for one in of_items)


def test_the_entry_tells_what_loyalty_paid(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    pay(work, program, member, 200)

    outcome = submit(work, program, member, bought(work, reference="R-1"))

    told = ledger.statement(work, member.id)[-1].entry.explanation or {}
    assert (told["base_minor"], told["loyalty_minor"]) == ("800", "200")
    assert told["points_minor"] == outcome.points_minor
