"""An order told, told again, and found."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adapter.core import orders
from adapter.core.errors import InvalidAmount, OrderClosed, ReferenceReused, UnknownOrder
from adapter.db import Work
from tests.core.orders.bills import LIFE, TILL, close, make_bills, start
from tests.factories import findings, later, line, make_program

SOLD = line("LATTE", 41000, quantity=Decimal("2.50"), tags=("hot",), reference="1")


def test_an_order_keeps_what_was_told(work: Work) -> None:
    program, _ = make_bills(work)

    order = start(
        work,
        program,
        SOLD,
        total_minor=41000,
        gross_minor=45000,
        parent="TABLE-14",
        vendor_data={"number": "7"},
    )
    work.session.expire_all()

    assert (order.state, order.total_minor, order.gross_minor) == ("open", 41000, 45000)
    assert (order.parent_reference, order.actor, order.vendor_data) == (
        "TABLE-14",
        "Olga",
        {"number": "7"},
    )
    assert order.sale.items == (SOLD,)
    assert order.deadline == work.now + LIFE
    assert (order.member, order.discount_minor, order.paid_minor) == (None, None, None)
    assert findings(work) == []


def test_the_same_again_is_the_stored_order_though_it_was_closed(work: Work) -> None:
    program, _ = make_bills(work)
    first = start(work, program, SOLD, reference="O-1")
    close(work, program, first, 100)

    again = start(later(work, hours=1), program, SOLD, reference="O-1", at=work.now)

    assert again is first
    assert again.state == "closed"


@pytest.mark.parametrize(
    "change",
    [
        {"total_minor": 40001},
        {"gross_minor": 40001},
        {"parent": "TABLE-14"},
        {"vendor_data": {"number": "8"}},
        {"place": replace(TILL, actor="Anna")},
    ],
)
def test_something_else_under_the_same_reference_is_refused(work: Work, change: dict) -> None:
    program, _ = make_bills(work)
    start(work, program, SOLD, reference="O-1")

    with pytest.raises(ReferenceReused):
        start(work, program, SOLD, reference="O-1", **change)


def test_another_outlet_has_references_of_its_own(work: Work) -> None:
    program, _ = make_bills(work)
    there = replace(TILL, outlet_code="BR002")

    first = start(work, program, SOLD, reference="O-1")

    assert start(work, program, SOLD, reference="O-1", place=there) is not first


@pytest.mark.parametrize("wrong", [{"total_minor": -1}, {"gross_minor": 10**15 + 1}])
def test_an_order_that_cannot_be_is_refused(work: Work, wrong: dict) -> None:
    program, _ = make_bills(work)

    with pytest.raises(InvalidAmount):
        start(work, program, **wrong)


def test_an_order_is_found_by_its_id_in_its_program_and_source_alone(work: Work) -> None:
    program, _ = make_bills(work)
    order = start(work, program)

    assert orders.find(work, program.id, order.id, source="test") is order
    for program_id, order_id, source in (
        (make_program(work).id, order.id, "test"),
        (program.id, uuid.uuid4(), "test"),
        (program.id, order.id, "another"),
    ):
        with pytest.raises(UnknownOrder):
            orders.find(work, program_id, order_id, source=source)


def test_the_open_orders_of_a_bill_come_in_the_order_they_were_started(work: Work) -> None:
    program, _ = make_bills(work)
    bill = [start(later(work, minutes=n), program, parent="TABLE-14") for n in range(4)]
    short = start(work, program, parent="TABLE-14", life=timedelta(minutes=1))
    close(work, program, bill[1], 0)
    elsewhere = replace(TILL, outlet_code="BR002")
    start(work, program, parent="TABLE-14", place=elsewhere)
    start(work, program, parent="TABLE-15")

    found = orders.of_parent(
        later(work, minutes=5), program.id, "TABLE-14", source="test", outlet_code="BR001"
    )

    assert found == [bill[0], bill[2], bill[3]]
    assert short.has_lapsed(later(work, minutes=5).now)


def test_a_bill_that_never_was_is_unknown_and_one_all_closed_is_closed(work: Work) -> None:
    program, _ = make_bills(work)
    close(work, program, start(work, program, parent="TABLE-14"), 0)

    for parent, refusal in (("TABLE-14", OrderClosed), ("TABLE-15", UnknownOrder)):
        with pytest.raises(refusal):
            orders.of_parent(work, program.id, parent, source="test", outlet_code="BR001")
