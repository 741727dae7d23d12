"""Payments that come at the same moment; nothing is tried again, and none waits in a circle."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from adapter.core import ledger, payments
from adapter.core.amounts import CREDIT
from adapter.core.errors import InsufficientPoints
from adapter.core.ledger import Entry
from adapter.core.members import Member
from adapter.core.payments import Redemption, RedemptionState
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests.factories import (
    PLACE,
    balances,
    findings,
    give_credit,
    give_points,
    later,
    make_member,
    make_program,
    purse_of,
)
from tests.races.crowd import crowd
from tests.scale.isolation import once

CROWD = {"processes": 4, "threads": 5}


@pytest.fixture(params=["points", "credit"])
def program(request: pytest.FixtureRequest, database: Database) -> ProgramTerms:
    """Where points pay, and where credit does."""
    with database.unit_of_work() as work:
        return make_program(work, paying_balance=request.param)


@pytest.fixture
def member(database: Database, program: ProgramTerms) -> Member:
    """A member with 1000 to pay with, in many parts."""
    unit = program.unit(program.settings.paying_balance)
    with database.unit_of_work() as work:
        member = make_member(work, program)
        for days in range(1, 11):
            then = later(work, days=365 + days).now
            if unit == CREDIT:
                give_credit(work, program, member, 100)
            else:
                give_points(work, purse_of(program, member), 1, expires_at=then)
    return member


def left(database: Database, program: ProgramTerms, member: Member) -> int:
    """What the member can still pay with."""
    with database.reading() as work:
        assert findings(work) == []
        return balances(work, program, member)[program.settings.paying_balance]


def pay(
    program: ProgramTerms,
    member: Member,
    amount: int,
    references: Sequence[str | None],
    database: Database,
    number: int,
) -> str:
    """A payment for one of these sales."""
    reference = references[number % len(references)]
    told = {"amount_minor": amount, "reference": reference, "place": PLACE}
    paid = once(database, lambda work: payments.pay(work, program, member, **told))  # type: ignore[arg-type]
    return paid.redemption.confirmation_code


def cancel(
    program: ProgramTerms, member: Member, code: str, database: Database, number: int
) -> Any:
    """One and the same payment undone."""
    back = once(database, lambda work: payments.cancel(work, program, member, code, place=PLACE))
    return back.redemption.state, dict(back.balances)


def pay_or_cancel(
    program: ProgramTerms, member: Member, code: str, database: Database, number: int
) -> str:
    """One half repeats the payment, the other undoes the first one."""
    if number % 2:
        cancel(program, member, code, database, number)
        return code
    return pay(program, member, 300, ["R-1"], database, number)


def test_twenty_equal_payments_are_one(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    codes = crowd(url, partial(pay, program, member, 300, ["R-1"]), **CROWD)

    assert len(codes) == 20 and len(set(codes)) == 1
    assert left(database, program, member) == 700


@pytest.mark.parametrize("amount, succeed", [(130, 7), (501, 1), (50, 20)])
def test_as_many_payments_succeed_as_the_balance_covers(
    database: Database, url: str, program: ProgramTerms, member: Member, amount: int, succeed: int
) -> None:
    references = [None, *(f"R-{number}" for number in range(1, 20))]

    outcomes = crowd(url, partial(pay, program, member, amount, references), **CROWD)

    codes = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(codes) == len(set(codes)) == succeed
    assert outcomes.count(InsufficientPoints) == 20 - succeed
    assert left(database, program, member) == 1000 - succeed * amount
    with database.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Redemption)) == succeed


def test_twenty_equal_cancellations_are_one(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        told = {"amount_minor": 300, "reference": "R-1", "place": PLACE}
        paid = payments.pay(work, program, member, **told)  # type: ignore[arg-type]
    code = paid.redemption.confirmation_code

    outcomes = crowd(url, partial(cancel, program, member, code), **CROWD)

    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert outcomes[0][0] == RedemptionState.CANCELLED
    assert left(database, program, member) == 1000
    with database.reading() as work:
        reversals = select(func.count()).where(Entry.reverses_id.is_not(None))
        assert work.session.scalar(reversals) == 1


def test_a_repeat_that_meets_the_cancellation_is_the_old_payment_or_one_new(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        told = {"amount_minor": 300, "reference": "R-1", "place": PLACE}
        paid = payments.pay(work, program, member, **told)  # type: ignore[arg-type]
    code = paid.redemption.confirmation_code

    codes = crowd(url, partial(pay_or_cancel, program, member, code), **CROWD)

    # However they fell: the first is undone, and at most one came after it.
    assert len(set(codes)) <= 2
    with database.reading() as work:
        made = payments.redemptions(work, member.id)
        assert {one.confirmation_code for one in made} == set(codes)
        assert [one.state for one in made] == ["cancelled", "paid"][: len(made)]
        assert len(ledger.statement(work, member.id)) == 10 + 2 + (len(made) - 1)
    assert left(database, program, member) == 1000 - 300 * (len(made) - 1)
