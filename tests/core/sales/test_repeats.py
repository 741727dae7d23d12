"""A sale told again: the first answer again, and no second effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import pytest

from adapter.core import members, payments, transactions
from adapter.core.errors import ReferenceReused, TransactionCancelled, UnknownBenefit
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Sale, Tender
from adapter.db import Database
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
    make_benefit,
    make_member,
    make_program,
    make_rule,
    purse_of,
    submit,
)
from tests.protocols.state import rows


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A point for each major unit, and no more than 12 a day."""
    with database.unit_of_work() as work:
        program = make_program(work, points_expire_after_days=30)
        make_rule(work, program, max_points_per_day="12")
    return program


@pytest.fixture
def member(database: Database, program: ProgramTerms) -> Member:
    """A member with a benefit."""
    with database.unit_of_work() as work:
        member = make_member(work, program)
        make_benefit(work, program, member, key="as_91", code="TEA")
        give_points(work, purse_of(program, member), 3)
    return member


@pytest.fixture
def sale(database: Database) -> Sale:
    """A sale of all sorts."""
    with database.reading() as work:
        return bought(
            work,
            line("TEA", 800, reference="1", tags=("hot",), gross_minor=900),
            line("CAKE", 200, reference="2", quantity=Decimal("1.5")),
            reference="R-7781",
            opened_at=work.now - timedelta(minutes=9),
            total_minor=1100,
            tax_minor=80,
            discount_minor=7,
            tenders=(Tender("CASH", 900), Tender("POINTS", 100, is_loyalty=True)),
            reported_deals=({"kind": "PROMOTION", "amount_minor": 100},),
        )


def told(database: Database, program: ProgramTerms, *told: object) -> tuple[object, ...]:
    """What a till is answered."""
    with database.unit_of_work() as work:
        outcome = submit(work, program, *told)  # type: ignore[arg-type]
    code = outcome.transaction.confirmation_code
    return outcome.transaction.id, code, outcome.points_minor, outcome.balances


def test_the_same_sale_again_is_answered_as_before_and_changes_nothing(
    database: Database, program: ProgramTerms, member: Member, sale: Sale, clock: Clock
) -> None:
    first = told(database, program, member, sale)
    before = rows(database)
    clock.advance(timedelta(hours=5))

    again = told(database, program, member, sale)

    assert again == first
    assert first[2:] == (900, {"points": 1200, "credit": 0})
    assert rows(database) == before


def test_the_first_answer_stands_whatever_came_after_it(
    database: Database, program: ProgramTerms, member: Member, sale: Sale, clock: Clock
) -> None:
    first = told(database, program, member, sale)
    told(database, program, member, replace(sale, reference="R-7782"))
    with database.unit_of_work() as work:
        payments.pay(work, program, member, amount_minor=500, place=PLACE)
        make_rule(work, program, points_per_unit="9")
        members.set_status(work, work.session.merge(member), MemberStatus.BLOCKED)
    clock.advance(timedelta(days=400))
    before = rows(database)

    assert told(database, program, member, sale) == first

    assert rows(database) == before


def test_a_benefit_used_is_not_used_again_by_the_repeat(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    with database.unit_of_work() as work:
        first = submit(work, program, member, sale, used=["as_91"])
    before = rows(database)

    with database.unit_of_work() as work:
        again = submit(work, program, member, sale, used=["as_91"])

    assert again.transaction.id == first.transaction.id
    assert rows(database) == before


def test_nobodys_sale_is_answered_again_too(
    database: Database, program: ProgramTerms, sale: Sale
) -> None:
    first = told(database, program, None, sale)
    before = rows(database)

    assert told(database, program, None, sale) == first

    assert rows(database) == before


def test_another_spelling_of_the_same_is_the_same(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    """Times in another zone, quantities with more zeros, and what nothing depends on."""
    first = told(database, program, member, sale)
    tea, cake = sale.items
    east = timezone(timedelta(hours=5))

    again = replace(
        sale,
        items=[replace(tea, quantity=Decimal("1.000")), replace(cake, quantity=Decimal("1.50"))],
        occurred_at=sale.occurred_at.astimezone(east),
        tags=("evening",),
        related_reference="R-1",
        vendor_data={"employee": "Till 3"},
    )

    assert told(database, program, member, again) == first


CHANGES: dict[str, Callable[[Sale], Sale]] = {
    "total": lambda sale: replace(sale, total_minor=1101),
    "tax": lambda sale: replace(sale, tax_minor=81),
    "discount": lambda sale: replace(sale, discount_minor=0),
    "time": lambda sale: replace(sale, occurred_at=sale.occurred_at + timedelta(seconds=1)),
    "opening": lambda sale: replace(sale, opened_at=None),
    "fewer items": lambda sale: replace(sale, items=sale.items[:1]),
    "order of items": lambda sale: replace(sale, items=sale.items[::-1]),
    "quantity": lambda sale: replace(
        sale, items=[replace(sale.items[0], quantity=Decimal(2)), sale.items[1]]
    ),
    "tags of an item": lambda sale: replace(
        sale, items=[replace(sale.items[0], tags=()), sale.items[1]]
    ),
    "gross amount": lambda sale: replace(
        sale, items=[replace(sale.items[0], gross_minor=None), sale.items[1]]
    ),
    "tenders": lambda sale: replace(sale, tenders=sale.tenders[:1]),
    "kind of a tender": lambda sale: replace(sale, tenders=(Tender("CARD", 900), sale.tenders[1])),
    "deals": lambda sale: replace(sale, reported_deals=()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_other_content_under_the_same_reference_is_refused(
    database: Database,
    program: ProgramTerms,
    member: Member,
    sale: Sale,
    change: Callable[[Sale], Sale],
) -> None:
    first = told(database, program, member, sale)
    before = rows(database)

    with pytest.raises(ReferenceReused), database.unit_of_work() as work:
        submit(work, program, member, change(sale))

    assert rows(database) == before
    assert told(database, program, member, sale) == first


@pytest.mark.parametrize("whose", ["another member's", "nobody's"])
def test_the_same_sale_of_another_is_other_content(
    database: Database, program: ProgramTerms, member: Member, sale: Sale, whose: str
) -> None:
    told(database, program, member, sale)
    with database.unit_of_work() as work:
        other = make_member(work, program) if whose == "another member's" else None

    with pytest.raises(ReferenceReused), database.unit_of_work() as work:
        submit(work, program, other, sale)


def test_other_benefits_are_other_content(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    with database.unit_of_work() as work:
        submit(work, program, member, sale)

    with pytest.raises(ReferenceReused), database.unit_of_work() as work:
        submit(work, program, member, sale, used=["as_91"])


def test_receipts_of_two_outlets_have_nothing_to_do_with_each_other(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    first = told(database, program, member, sale)

    with database.unit_of_work() as work:
        elsewhere = replace(PLACE, outlet_code="BR002")
        second = submit(work, program, member, sale, place=elsewhere)

    assert second.transaction.id != first[0]
    with database.unit_of_work() as work:
        assert counted(work, member) == (2, 2200)


def test_another_terminal_of_the_outlet_may_repeat_it(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    first = told(database, program, member, sale)

    with database.unit_of_work() as work:
        elsewhere = replace(PLACE, terminal="POS002", actor="Kiosk")
        again = submit(work, program, member, sale, place=elsewhere)

    assert again.transaction.id == first[0]


def test_two_programs_have_nothing_to_do_with_each_other(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    first = told(database, program, member, sale)
    with database.unit_of_work() as work:
        other = make_program(work)

    assert told(database, other, None, sale)[0] != first[0]


@pytest.mark.parametrize("same", [True, False])
def test_a_cancelled_sale_does_not_come_back(
    database: Database, program: ProgramTerms, member: Member, sale: Sale, same: bool
) -> None:
    with database.unit_of_work() as work:
        cancel_sale(work, program, submit(work, program, member, sale))
    before = rows(database)

    with pytest.raises(TransactionCancelled), database.unit_of_work() as work:
        submit(work, program, member, sale if same else replace(sale, total_minor=1))

    assert rows(database) == before


def test_a_refusal_is_not_remembered(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    with pytest.raises(UnknownBenefit), database.unit_of_work() as work:
        submit(work, program, member, sale, used=["as_92"])
    with database.unit_of_work() as work:
        make_benefit(work, program, member, key="as_92")

    with database.unit_of_work() as work:
        assert submit(work, program, member, sale, used=["as_92"]).points_minor == 900


def test_a_sale_reported_elsewhere_before_is_not_told_again(
    database: Database, program: ProgramTerms, member: Member, sale: Sale
) -> None:
    """What a program file brought along has no answer that could be given once more."""
    with database.unit_of_work() as work:
        past = transactions.PastSale(member.id, sale, PLACE)
        transactions.record_many(work, program.id, [past])

    with pytest.raises(ReferenceReused), database.unit_of_work() as work:
        submit(work, program, member, sale)

    with database.reading() as work:
        assert balances(work, program, member) == {"points": 300, "credit": 0}
        assert findings(work) == []
