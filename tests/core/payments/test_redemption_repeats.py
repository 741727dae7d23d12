"""A payment told again: the same one, as long as it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapter.core import members, payments
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.payments.payers import cancel, pay, rich
from tests.factories import (
    PLACE,
    balances,
    findings,
    make_program,
)
from tests.protocols.state import rows


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """Where points pay."""
    return make_program(work)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """A member with 20 points and some credit."""
    return rich(work, program)


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
