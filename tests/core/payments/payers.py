"""A member with something to pay with, and the till they pay at."""

from __future__ import annotations

from typing import Any

from adapter.core import payments
from adapter.core.members import Member
from adapter.core.payments import Paid
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import (
    PLACE,
    give_credit,
    give_points,
    make_member,
    purse_of,
)


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
