"""Those who take no locks, all at the same moment, and beside those who do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.core import cards, ledger, payments, sales
from adapter.core.errors import InsufficientPoints
from adapter.core.members import IdentityKind, Member
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Sale
from adapter.db import Database, Work
from tests.factories import (
    PLACE,
    balances,
    capture,
    findings,
    give_points,
    line,
    make_member,
    make_program,
    make_rule,
    purse_of,
    reserve_points,
)
from tests.races.crowd import crowd

CROWD = {"processes": 4, "threads": 5}
PHONE = "79216668899"
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A point for each ruble."""
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
        return program


@pytest.fixture
def member(database: Database, program: ProgramTerms) -> Member:
    """Whom all of them serve, who never had a point."""
    with database.unit_of_work() as work:
        return make_member(work, program, phone=PHONE)


def has(database: Database, program: ProgramTerms, member: Member) -> int:
    """What the member has in sound books."""
    with database.reading() as work:
        assert findings(work) == []
        return balances(work, program, member)["points"]


class Sell:
    """A sale of ten, which gives ten points; under one reference, if one is given."""

    def __init__(self, program: ProgramTerms, reference: str = "") -> None:
        self.program, self.reference = program, reference

    def __call__(self, database: Database, number: int) -> Any:
        """What was earned, and the code it was answered with."""

        def unit(work: Work) -> Any:
            found = cards.recognise(work, self.program.id, [(IdentityKind.PHONE, PHONE)])
            sale = Sale(self.reference or f"R-{number}", AT, [line(net_minor=1000, reference="1")])
            told = sales.submit(work, self.program, found, sale, place=PLACE)
            return told.points_minor, told.transaction.confirmation_code

        return database.run_lightly(unit)


class Pay:
    """A payment of so much."""

    def __init__(self, program: ProgramTerms, amount: int) -> None:
        self.program, self.amount = program, amount

    def __call__(self, database: Database, number: int) -> Any:
        """What it was answered with."""

        def unit(work: Work) -> Any:
            named = [(IdentityKind.PHONE, PHONE)]
            found = cards.recognise(work, self.program.id, named, every_lot=True)
            paid = payments.pay(work, self.program, found, amount_minor=self.amount, place=PLACE)
            return paid.redemption.confirmation_code

        return database.run_lightly(unit)


class Capture:
    """The end of one of these reservations; every other one pays meanwhile."""

    def __init__(self, program: ProgramTerms, reservations: list[Any]) -> None:
        self.reservations, self.pay = reservations, Pay(program, 100)

    def __call__(self, database: Database, number: int) -> Any:
        """Nothing, or what the payment was answered with."""
        if number % 2:
            return self.pay(database, number)
        reservation_id = self.reservations[number // 2]

        def unit(work: Work) -> None:
            capture(work, work.session.get_one(payments.Reservation, reservation_id))

        return database.run(unit)


def test_a_newcomers_sales_all_count(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    sold = crowd(url, Sell(program), **CROWD)

    assert [points for points, _ in sold] == [1000] * 20
    assert len({code for _, code in sold}) == 20
    assert has(database, program, member) == 20_000


def test_one_sale_told_by_all_of_them_counts_once(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    sold = crowd(url, Sell(program, "R-1"), **CROWD)

    assert len(set(sold)) == 1
    assert has(database, program, member) == 1000


def test_the_last_points_are_spent_once(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        for _ in range(5):
            give_points(work, purse_of(program, member), "3")

    paid = crowd(url, Pay(program, 200), **CROWD)

    assert paid.count(InsufficientPoints) == 20 - 7
    assert has(database, program, member) == 100


def test_captures_and_payments_share_lots_without_sharing_an_account(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        purse = purse_of(program, member)
        give_points(work, purse, "20")
        held = [reserve_points(work, purse, "1").id for _ in range(10)]

    crowd(url, Capture(program, held), **CROWD)

    assert has(database, program, member) == 0
    with database.reading() as work:
        assert ledger.balance(work, purse_of(program, member)).total.minor == 0
