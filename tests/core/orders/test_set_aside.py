"""Points set aside for an order, and spread over those of a bill."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter import jobs
from adapter.core import members, orders, programs, transactions
from adapter.core.amounts import Amount
from adapter.core.errors import (
    DifferentMembers,
    InsufficientPoints,
    InvalidAmount,
    MemberBlocked,
    MemberInactive,
    OrderClosed,
    OrderNotBound,
    PaymentTooLarge,
    PaymentTooSmall,
)
from adapter.core.members import MemberStatus
from adapter.core.origins import Place
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.orders.bills import LIFE, TILL, bind, close, entries, hold, left, make_bills, start
from tests.factories import (
    bought,
    cancel_sale,
    findings,
    give_points,
    later,
    line,
    make_member,
    purse_of,
    submit,
)


def test_points_are_set_aside_until_the_orders_deadline(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)

    assert hold(work, program, order, 150) == [150]

    assert left(work, program, member) == 85000
    made = entries(work)[-1]
    assert (made.kind, made.terminal, made.actor) == ("reservation", "POS001", "Olga")
    assert findings(work) == []


def test_another_number_replaces_the_first_and_the_same_does_nothing(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program, total_minor=100000)
    bind(work, program, member, order)

    hold(work, program, order, 150)
    hold(work, program, order, 200)
    before = entries(work)
    hold(work, program, order, 200)

    assert entries(work) == before
    assert left(work, program, member) == 80000
    # More than was free beside the first: what is replaced counts as there.
    hold(work, program, order, 900)
    hold(work, program, order, 0)
    hold(work, program, order, 0)
    assert (left(work, program, member), order.reservation_id) == (100000, None)
    assert findings(work) == []


def test_a_bill_gets_its_points_in_the_order_it_was_started_each_up_to_its_limit(
    work: Work,
) -> None:
    program, member = make_bills(work)
    totals = (10050, 20001, 30001)
    bill = [
        start(later(work, seconds=n), program, total_minor=total, parent="T")
        for n, total in enumerate(totals)
    ]
    bind(work, program, member, *bill)

    # Whole points only, though the first comes to 100.50.
    assert hold(work, program, bill[::-1], 150) == [100, 50, 0]
    kept = bill[0].reservation_id
    assert hold(work, program, bill, 320) == [100, 200, 20]
    assert bill[0].reservation_id == kept
    assert hold(work, program, bill, 600) == [100, 200, 300]
    with pytest.raises(PaymentTooLarge):
        hold(work, program, bill, 601)
    assert findings(work) == []


def test_of_a_bill_closed_in_part_only_the_open_orders_are_spread_over(work: Work) -> None:
    program, member = make_bills(work)
    bill = [start(work, program, total_minor=10100, parent="T") for _ in range(3)]
    bind(work, program, member, *bill)
    hold(work, program, bill, 250)
    close(work, program, bill[0], 100)
    close(work, program, bill[1], 0)

    still_open = orders.of_parent(work, program.id, "T", source="test", outlet_code="BR001")

    assert hold(work, program, still_open, 80) == [80]
    # As one read the bill a moment before two of its orders were closed.
    assert hold(work, program, bill, 90) == [90]
    assert (bill[0].reserved_minor, bill[1].reserved_minor) == (10000, 0)
    with pytest.raises(PaymentTooLarge):
        hold(work, program, bill, 101)
    with pytest.raises(OrderClosed):
        hold(work, program, bill[:2], 0)
    assert left(work, program, member) == 100000 - 10000 - 9000 + 10
    assert findings(work) == []


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({}, 359),
        ({"max_payment_minor": 10000}, 100),
        ({"max_payment_minor": 10099}, 100),
        ({"point_value_minor": 3}, 119),
        ({"points_decimals": 0}, 35999),
    ],
)
def test_the_limit_is_less_than_what_the_discount_leaves_and_what_the_program_allows(
    work: Work, settings: dict[str, Any], most: int
) -> None:
    program, member = make_bills(work, **settings)
    give_points(work, purse_of(program, member), 100000)
    programs.put_deal(work, program.id, code="D7", name="Hot", terms={"percent": "10"})
    order = start(work, program, total_minor=40000)
    bind(work, program, member, order)

    with pytest.raises(PaymentTooLarge):
        hold(work, program, order, most + 1)
    hold(work, program, order, most)

    assert str(Amount(order.reserved_minor, program.points)) == str(most)


def test_points_never_pay_for_the_whole_of_an_order(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program, total_minor=40000)
    bind(work, program, member, order)

    # With nothing left to be paid it could only be closed with nothing, and that cancels it.
    with pytest.raises(PaymentTooLarge):
        hold(work, program, order, 400)
    assert hold(work, program, order, 399) == [399]

    close(work, program, order, 100)
    assert (order.reserved_minor, order.earned_minor) == (39900, 10)
    assert findings(work) == []


def test_fewer_than_the_program_allows_are_refused(work: Work) -> None:
    program, member = make_bills(work, min_payment_minor=5000)
    order = start(work, program)
    bind(work, program, member, order)

    with pytest.raises(PaymentTooSmall):
        hold(work, program, order, 49)
    assert hold(work, program, order, 50) == [50]
    assert hold(work, program, order, 0) == [0]


def test_more_than_the_member_has_is_refused_and_said(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program, total_minor=200000)
    bind(work, program, member, order)

    with pytest.raises(InsufficientPoints) as refused:
        hold(work, program, order, 1001)

    assert (str(refused.value.wanted), str(refused.value.available)) == ("1001", "1000")


@pytest.mark.parametrize("minor", [-100, 150])
def test_what_is_no_number_of_whole_points_is_refused(work: Work, minor: int) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)

    with pytest.raises(InvalidAmount):
        orders.set_aside(work, program, [order], Amount(minor, program.points), place=TILL)


def test_nobodys_order_sets_nothing_aside(work: Work) -> None:
    program, _ = make_bills(work)
    order = start(work, program)

    with pytest.raises(OrderNotBound):
        hold(work, program, order, 1)
    assert hold(work, program, order, 0) == [0]


def test_a_bill_of_two_members_sets_nothing_aside(work: Work) -> None:
    program, member = make_bills(work)
    bill = [start(work, program), start(work, program)]
    bind(work, program, member, bill[0])
    bind(work, program, make_member(work, program), bill[1])

    with pytest.raises(DifferentMembers):
        hold(work, program, bill, 1)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(MemberStatus.BLOCKED, MemberBlocked), (MemberStatus.INACTIVE, MemberInactive)],
)
def test_who_takes_no_part_sets_nothing_aside(
    work: Work, status: MemberStatus, refusal: type[Exception]
) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)
    members.set_status(work, member, status)

    with pytest.raises(refusal):
        hold(work, program, order, 1)


def test_an_order_nobody_closed_lapses_and_its_points_are_free_again(
    database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        program, member = make_bills(work)
        order = start(work, program)
        bind(work, program, member, order)
        hold(work, program, order, 150)
    clock.advance(LIFE - timedelta(seconds=1))
    assert jobs.run(database).reservations_released == 0

    clock.advance(timedelta(seconds=1))

    assert jobs.run(database).reservations_released == 1
    with database.unit_of_work() as work:
        order = orders.find(work, program.id, order.id, source="test")
        assert order.has_lapsed(work.now)
        assert left(work, program, member) == 100000
        for deed in (
            lambda: hold(work, program, order, 0),
            lambda: bind(work, program, member, order),
            lambda: close(work, program, order, 1),
        ):
            with pytest.raises(OrderClosed):
                deed()
        # As one that was cancelled: closing it with nothing says so again.
        assert close(work, program, order, 0) is order
        assert findings(work) == []


def test_points_of_a_sale_undone_while_they_were_set_aside_do_not_come_back(work: Work) -> None:
    program, _ = make_bills(work)
    member = make_member(work, program)
    sale = submit(work, program, member, bought(work, line(net_minor=100000)))
    order = start(work, program)
    bind(work, program, member, order)
    hold(work, program, order, 100)
    cancel_sale(work, program, sale)

    close(work, program, order, 0)

    assert (left(work, program, member), order.points_left_minor) == (0, 0)
    assert findings(work) == []


def test_every_step_is_remembered_where_it_was_and_the_sale_at_the_orders_outlet(
    work: Work,
) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)
    other = Place(channel="test", outlet_code="BR002", terminal="POS009")

    orders.set_aside(work, program, [order], Amount.parse(1, program.points), place=other)
    orders.close(work, program, order, 100, place=other)

    made = [(one.kind, one.outlet_code, one.terminal, one.actor) for one in entries(work)[-3:]]
    assert made == [
        # Who served stands on the order, where the till that speaks of it names nobody.
        ("reservation", "BR002", "POS009", "Olga"),
        ("capture", "BR002", "POS009", "Olga"),
        ("accrual", "BR002", "POS009", "Olga"),
    ]
    sale = work.session.get_one(transactions.Transaction, order.transaction_id)
    assert (sale.outlet_code, sale.reference) == ("BR001", order.reference)
