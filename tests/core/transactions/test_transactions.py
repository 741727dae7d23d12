"""Sales as tills report them, and a member's history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adapter.core import ledger, transactions
from adapter.core.errors import ReferenceReused
from adapter.core.transactions import Item
from adapter.db import Database, Work
from tests.factories import PLACE, make_member, make_program, make_transaction

COFFEE = Item("Coffee 1 kg", Decimal("1.250"), 129900, code="C-1", points_minor=1299)
TEA = Item("Чай", Decimal(-2), -5000)


def test_a_sale_keeps_its_items_and_their_sum(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        make_transaction(work, program, member, items=[COFFEE, TEA])

    with database.reading() as work:
        (sale,) = transactions.of_members(work, [member.id])
        assert sale.total_minor == 124900
        assert [
            Item(i.name, i.quantity, i.net_minor, i.code, i.points_minor) for i in sale.items
        ] == [COFFEE, TEA]
        assert not ledger.have_moved(work, [member.id])


def test_a_sale_is_stored_once(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)

    first = make_transaction(work, program, member, reference="R-1")
    second = make_transaction(work, program, member, reference="R-1")

    assert second.id == first.id
    assert len(transactions.of_members(work, [member.id])) == 1


def test_another_members_sale_under_the_same_reference_is_refused(work: Work) -> None:
    program = make_program(work)
    make_transaction(work, program, make_member(work, program), reference="R-1")

    with pytest.raises(ReferenceReused):
        make_transaction(work, program, make_member(work, program), reference="R-1")


@pytest.mark.parametrize("elsewhere", [{"outlet_code": "BR002"}, {"channel": "other"}])
def test_two_outlets_may_use_the_same_reference(work: Work, elsewhere: dict[str, str]) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_transaction(work, program, member, reference="R-1")

    make_transaction(work, program, member, reference="R-1", place=replace(PLACE, **elsewhere))

    assert len(transactions.of_members(work, [member.id])) == 2


def test_a_period_has_its_first_instant_and_not_its_last(work: Work) -> None:
    program, day = make_program(work), timedelta(days=1)
    member = make_member(work, program)
    for age in range(4):
        make_transaction(
            work, program, member, reference=f"R-{age}", occurred_at=work.now - age * day
        )

    found = transactions.purchases(
        work, member.id, since=work.now - 2 * day, before=work.now, limit=99
    )

    assert [sale.reference for sale, _ in found] == ["R-1", "R-2"]


def test_the_newest_items_are_kept_where_there_are_too_many(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_transaction(
        work, program, member, items=[COFFEE], occurred_at=work.now - timedelta(days=1)
    )
    make_transaction(work, program, member, items=[TEA, COFFEE])

    found = transactions.purchases(
        work,
        member.id,
        since=work.now - timedelta(days=9),
        before=work.now + timedelta(days=1),
        limit=2,
    )

    assert [item.name for _, item in found] == [TEA.name, COFFEE.name]


def test_nobody_sees_anothers_purchases(work: Work) -> None:
    program = make_program(work)
    make_transaction(work, program, make_member(work, program))
    make_transaction(work, program, None)
    other = make_member(work, program)

    assert transactions.of_members(work, [other.id]) == []
