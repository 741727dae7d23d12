"""Sales as tills report them, and a member's history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from adapter.core import ledger, members, transactions
from adapter.core.errors import ReferenceReused, TransactionCancelled, UnknownTransaction
from adapter.core.members import Counters
from adapter.core.transactions import Answer, Item, Sale, TransactionState
from adapter.db import Database, Work
from tests.factories import (
    PLACE,
    bought,
    counted,
    findings,
    line,
    make_member,
    make_program,
    make_transaction,
)

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
            Item(i.name, i.quantity, i.net_minor, i.code, points_minor=i.points_minor)
            for i in sale.items
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


def test_a_sale_without_a_total_is_worth_what_its_items_are(work: Work) -> None:
    items = [line(net_minor=700), line(net_minor=-200)]

    assert bought(work, *items).worth_minor == 500
    assert bought(work, *items, total_minor=900).worth_minor == 900
    assert Sale("R-1", work.now, total_minor=0).worth_minor == 0


def test_the_first_to_tell_of_a_sale_is_told_so(work: Work) -> None:
    program, sale = make_program(work), bought(work)
    told = [
        transactions.record(work, program.id, sale, place=PLACE, answer=Answer(f"C-{number}"))
        for number in range(2)
    ]

    assert [one and one.confirmation_code for one in told] == ["C-0", None]


def test_a_sale_is_found_by_its_confirmation_code(work: Work) -> None:
    program = make_program(work)
    answer = Answer("C-1", points_minor=5, balances={"points": 7})
    transactions.record(work, program.id, bought(work), place=PLACE, answer=answer)
    transactions.record(work, program.id, bought(work), place=PLACE)  # which was not answered

    found = transactions.by_confirmation(work, program.id, "C-1")

    assert (found.points_minor, found.balances_after) == (5, {"points": 7})
    for nobodys in ("C-2", "c-1", ""):
        with pytest.raises(UnknownTransaction):
            transactions.by_confirmation(work, program.id, nobodys)
    with pytest.raises(UnknownTransaction):
        transactions.by_confirmation(work, make_program(work).id, "C-1")


def test_a_sale_stops_standing_once(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    make_transaction(work, program, member, items=[line(net_minor=300)])
    sale = make_transaction(work, program, member, items=[line(net_minor=500)])

    stopped = [transactions.cancel(work, sale) for _ in range(2)]

    assert stopped == [sale, None]
    assert (sale.state, sale.cancelled_at) == (TransactionState.CANCELLED, work.now)
    assert counted(work, member) == (1, 300)
    assert findings(work) == []


def test_a_cancelled_sale_is_no_purchase_any_more(work: Work) -> None:
    program, day = make_program(work), timedelta(days=1)
    member = make_member(work, program)
    transactions.cancel(work, make_transaction(work, program, member))

    found = transactions.purchases(
        work, member.id, since=work.now - day, before=work.now + day, limit=9
    )

    assert list(found) == []
    assert len(transactions.of_members(work, [member.id])) == 1


def test_a_cancelled_sale_is_not_repeated(work: Work) -> None:
    program, sale = make_program(work), bought(work)
    said = transactions.digest_of(sale, None)
    recorded = transactions.record(work, program.id, sale, place=PLACE)
    assert recorded is not None
    transactions.cancel(work, recorded)

    with pytest.raises(TransactionCancelled):
        transactions.repeated(work, program.id, sale.reference, said=said, place=PLACE)


def test_past_sales_are_counted_if_they_stand(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    past = [
        transactions.PastSale(member.id, bought(work, line(net_minor=300)), PLACE),
        transactions.PastSale(member.id, bought(work), PLACE, TransactionState.CANCELLED),
    ]

    transactions.record_many(work, program.id, past)

    assert counted(work, member) == (1, 300)
    assert findings(work) == []


@pytest.mark.parametrize("wrong", [{"visits": 2}, {"spent_minor": 24_999}])
def test_wrong_counters_are_found(work: Work, wrong: dict[str, int]) -> None:
    program = make_program(work)
    make_transaction(work, program, make_member(work, program))
    member = make_member(work, program)
    make_transaction(work, program, member)
    assert findings(work) == []

    work.session.execute(update(Counters).where(Counters.member_id == member.id).values(**wrong))

    (found,) = findings(work)
    assert f"counters of member {member.id}: 1, 25000 expected" in found


def test_counters_that_should_be_there_and_should_not_are_found(work: Work) -> None:
    program = make_program(work)
    uncounted, unseen = (make_member(work, program) for _ in range(2))
    make_transaction(work, program, uncounted)
    work.session.execute(delete(Counters))
    members.count(work, unseen.id, visits=1, spent_minor=5)

    assert sorted(findings(work)) == sorted(
        [
            f"counters of member {unseen.id}: 0, 0 expected, 1, 5 found",
            f"counters of member {uncounted.id}: 1, 25000 expected, none found",
        ]
    )


def test_nobodys_sales_are_not_missed(work: Work) -> None:
    sale = make_transaction(work, make_program(work), None)

    assert transactions.cancel(work, sale)

    assert findings(work) == []
