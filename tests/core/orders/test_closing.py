"""What closing an order does: once, and with what was paid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapter.core import ledger, members, orders, programs, transactions
from adapter.core.errors import InvalidAmount, OrderClosed
from adapter.core.members import MemberStatus
from adapter.db import Work
from tests.core.orders.bills import (
    TILL,
    bind,
    close,
    entries,
    hold,
    left,
    make_bills,
    refund,
    start,
)
from tests.factories import counted, findings, later, line, make_rule


def test_an_order_closed_spends_what_was_set_aside_and_earns_on_the_money(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program, total_minor=40000)
    bind(work, program, member, order)
    hold(work, program, order, 100)

    closed = close(later(work, hours=1), program, order, 30000)

    # 100 points paid 1.00 each; of 300.00 a tenth is earned.
    assert (closed.state, closed.paid_minor) == ("closed", 30000)
    assert closed.closed_at == later(work, hours=1).now
    assert (closed.reserved_minor, closed.earned_minor) == (10000, 3000)
    assert left(work, program, member) == closed.points_left_minor == 93000
    (sale,) = transactions.of_members(work, [member.id])
    assert (sale.reference, sale.total_minor) == (order.reference, 40000)
    assert counted(work, member) == (1, 40000)
    assert findings(work) == []


def test_closed_again_with_the_same_it_stays_as_it_was(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)
    hold(work, program, order, 100)
    close(work, program, order, 30000)
    before, answered = entries(work), order.points_left_minor

    again = close(later(work, days=3), program, order, 30000)

    assert (again, again.points_left_minor) == (order, answered)
    assert entries(work) == before
    for other in (0, 29999):
        with pytest.raises(OrderClosed):
            close(work, program, order, other)


def test_closed_with_nothing_it_is_cancelled_and_nothing_is_left_of_it(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)
    hold(work, program, order, 100)

    close(work, program, order, 0)

    assert (order.state, order.paid_minor, order.reserved_minor) == ("closed", 0, 0)
    assert (order.transaction_id, order.earned_minor) == (None, 0)
    assert left(work, program, member) == order.points_left_minor == 100000
    assert counted(work, member) == (0, 0)
    assert close(work, program, order, 0) is order
    with pytest.raises(OrderClosed):
        close(work, program, order, 1)
    assert findings(work) == []


def test_nobodys_order_is_nobodys_sale(work: Work) -> None:
    program, _ = make_bills(work)
    order = start(work, program)
    before = entries(work)

    close(work, program, order, 40000)

    sale = work.session.get_one(transactions.Transaction, order.transaction_id)
    assert (sale.member_id, sale.total_minor) == (None, 40000)
    assert (order.points_left_minor, order.earned_minor) == (None, 0)
    assert entries(work) == before
    assert findings(work) == []


@pytest.mark.parametrize("paid", [-1, 10**15 + 1])
def test_what_nobody_pays_is_refused(work: Work, paid: int) -> None:
    program, _ = make_bills(work)

    with pytest.raises(InvalidAmount):
        close(work, program, start(work, program), paid)


def test_items_that_come_to_more_than_was_paid_earn_on_what_was_paid(work: Work) -> None:
    program, member = make_bills(work)
    goods = (line("A", 30000), line("B", 20000))
    # The till took 100.00 off the whole, and 40 points are worth 40.00 of what is left.
    order = start(work, program, *goods, total_minor=40000)
    bind(work, program, member, order)
    hold(work, program, order, 40)

    close(work, program, order, 36000)

    assert order.earned_minor == 3600
    sale = work.session.get_one(transactions.Transaction, order.transaction_id)
    assert [(item.gross_minor, item.net_minor) for item in sale.items] == [
        (30000, 24000),
        (20000, 16000),
    ]
    assert [item.points_minor for item in sale.items] == [2160, 1440]


def test_rules_for_an_item_earn_on_its_share_of_the_money(work: Work) -> None:
    program, member = make_bills(work)
    make_rule(work, program, code="b", points_per_unit="1", items=["B"])
    goods = (line("A", 30000), line("B", 10000), line("C", -5000))
    order = start(work, program, *goods, total_minor=35000)
    bind(work, program, member, order)
    hold(work, program, order, 80)

    close(work, program, order, 27000)

    # Points paid 60.00 of A and 20.00 of B, and nothing of what came back.
    earned = {"A": 24000 // 10, "B": 8000, "C": -5000 // 10}
    assert order.earned_minor == sum(earned.values())


def test_a_discount_is_borne_by_all_items_and_nothing_is_earned_on_it(work: Work) -> None:
    program, member = make_bills(work)
    programs.put_deal(work, program.id, code="D7", name="Hot", terms={"percent": "10"})
    order = start(work, program, line("A", 10001), line("B", 9999), total_minor=20000)
    bind(work, program, member, order)

    close(work, program, order, 20000 - order.discount_minor)

    assert (order.discount_minor, order.earned_minor) == (2000, 1800)


def test_points_worth_more_by_now_than_the_order_leave_no_money_for_it(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program, total_minor=40000)
    bind(work, program, member, order)
    hold(work, program, order, 100)
    dearer = replace(program, settings=replace(program.settings, point_value_minor=5))

    close(work, dearer, order, 30000)

    # 100 points stand for 500.00 now, so none of the money was for what came to 400.00.
    sale = work.session.get_one(transactions.Transaction, order.transaction_id)
    assert [tender["amount_minor"] for tender in sale.tenders] == [0, 50000]
    assert order.earned_minor == 0
    refund(work, dearer, order, 30000)
    assert left(work, program, member) == 100000
    assert counted(work, member) == (1, 0)
    assert findings(work) == []


def test_money_that_no_item_can_bear_earns_by_the_rules_for_everything(work: Work) -> None:
    program, member = make_bills(work)
    make_rule(work, program, code="gift", points_per_unit="5", items=["GIFT"])
    order = start(work, program, line("GIFT", 0), total_minor=10000)
    bind(work, program, member, order)

    close(work, program, order, 10000)

    assert order.earned_minor == 1000


def test_who_is_blocked_before_the_end_pays_as_agreed_and_earns_nothing(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)
    hold(work, program, order, 100)
    members.set_status(work, member, MemberStatus.BLOCKED)

    close(work, program, order, 30000)

    assert (order.earned_minor, left(work, program, member)) == (0, 90000)
    refund(work, program, order, 30000)
    assert left(work, program, member) == 100000
    assert findings(work) == []


@pytest.mark.parametrize("paid", [0, 30000])
def test_who_is_erased_in_between_keeps_no_order_from_its_end(work: Work, paid: int) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)
    hold(work, program, order, 100)
    members.erase(work, member)
    assert findings(work) == []

    close(work, program, order, paid)
    if paid:
        refund(work, program, order, paid)

    assert left(work, program, member) == 100000
    assert findings(work) == []


def test_what_is_set_aside_of_points_that_expire_is_spent_all_the_same(work: Work) -> None:
    program, member = make_bills(work, points_expire_after_days=1)
    purse = ledger.Purse(program.id, member.id, program.points)
    order = start(work, program, total_minor=40001)
    bind(work, program, member, order)
    hold(work, program, order, 400)
    tomorrow = later(work, hours=9)
    ledger.settle_due(tomorrow, purse)

    close(tomorrow, program, order, 1)

    assert order.reserved_minor == 40000
    assert findings(tomorrow) == []


@pytest.mark.parametrize(("closing", "named"), [("", "Olga"), ("Pavel", "Pavel")])
def test_the_cashier_stands_on_the_sale_and_on_what_it_earned(
    work: Work, closing: str, named: str
) -> None:
    program, member = make_bills(work)
    order = start(work, program)
    bind(work, program, member, order)

    # Olga started it; who closes it may be somebody else, or nobody that the till names.
    orders.close(work, program, order, 40000, place=replace(TILL, actor=closing))

    sale = work.session.get_one(transactions.Transaction, order.transaction_id)
    earned = entries(work)[-1]
    assert (earned.kind, earned.actor, sale.actor) == ("accrual", named, named)


def test_the_longest_reference_there_is_goes_through_every_step(work: Work) -> None:
    program, member = make_bills(work)
    order = start(work, program, reference="R" * 255, parent="P" * 255)
    bind(work, program, member, order)

    hold(work, program, order, 100)
    hold(work, program, order, 50)
    close(work, program, order, 35000)
    refund(work, program, order, 35000)

    assert left(work, program, member) == 100000
    assert findings(work) == []


def test_another_outlets_order_of_the_same_reference_is_another_sale(work: Work) -> None:
    program, _ = make_bills(work)
    there = replace(TILL, outlet_code="BR002")
    one = start(work, program, reference="O-1")
    two = start(work, program, reference="O-1", place=there)
    close(work, program, one, 40000)

    orders.close(work, program, two, 40000, place=TILL)

    assert two.transaction_id != one.transaction_id
