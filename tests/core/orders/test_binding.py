"""Binding a member to orders: a discount, and no points."""

from __future__ import annotations

import pytest

from adapter.core import programs
from adapter.core.errors import OrderClosed, PointsSetAside
from adapter.db import Work
from tests.core.orders.bills import LIFE, bind, close, entries, hold, left, make_bills, start
from tests.factories import findings, later, line, make_member, make_program


def test_a_bound_order_knows_what_deals_take_off_and_nothing_moved(work: Work) -> None:
    program, member = make_bills(work)
    programs.put_deal(work, program.id, code="D7", name="Hot", terms={"percent": "10"})
    order = start(work, program, total_minor=40000)
    before = entries(work)

    bind(work, program, member, order)

    assert (order.member, order.discount_minor) == (member, 4000)
    assert entries(work) == before


def test_a_discount_is_no_more_than_the_total(work: Work) -> None:
    program, member = make_bills(work)
    programs.put_deal(work, program.id, code="D7", name="All", terms={"percent": "100"})
    # The till gave a discount of its own on the whole.
    order = start(work, program, line(net_minor=50000), total_minor=30000)

    bind(work, program, member, order)

    assert order.discount_minor == 30000


def test_who_is_bound_again_keeps_what_was_reckoned(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)
    hold(work, program, order, 50)
    programs.put_deal(work, program.id, code="D7", name="Hot", terms={"percent": "10"})

    bind(work, program, member, order)

    assert (order.discount_minor, order.reserved_minor) == (0, 5000)


def test_another_member_may_be_bound_while_nothing_is_set_aside(work: Work) -> None:
    program, member = make_bills(work)
    other = make_member(work, program)
    order = start(work, program)
    bind(work, program, member, order)
    bind(work, program, other, order)
    assert order.member is other
    bind(work, program, member, order)
    hold(work, program, order, 50)

    with pytest.raises(PointsSetAside):
        bind(work, program, other, order)

    assert order.member is member
    assert findings(work) == []


def test_orders_of_a_bill_that_were_closed_meanwhile_are_left_out(work: Work) -> None:
    program, member = make_bills(work)
    bill = [start(work, program), start(work, program), start(work, program)]
    lapsed = start(work, program, life=LIFE / 2)
    close(work, program, bill[1], 0)
    close(work, program, bill[2], 40000)

    bound = bind(later(work, hours=6), program, member, *bill, lapsed)

    assert bound == bill[:1]
    assert [order.member for order in (*bill, lapsed)] == [member, None, None, None]
    with pytest.raises(OrderClosed):
        bind(later(work, hours=6), program, member, *bill[1:], lapsed)
    assert findings(work) == []


def test_an_order_whose_time_is_over_is_not_bound(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program)

    with pytest.raises(OrderClosed):
        bind(later(work, seconds=LIFE.total_seconds()), program, member, order)


def test_a_member_of_nothing_has_nothing_left_of_it(work: Work) -> None:
    program = make_program(work)
    order = start(work, program)
    bind(work, program, make_member(work, program), order)

    close(work, program, order, 100)

    assert order.points_left_minor == 0
    assert left(work, program, order.member) == 0
