"""Money that goes back, and points in proportion: spent ones given, earned ones taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import ledger, payments, programs, sales, transactions
from adapter.core.errors import InvalidAmount, RefundTooLarge, UnknownTransaction
from adapter.core.members import Member
from adapter.core.orders import Order
from adapter.core.programs import ProgramTerms
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
from tests.factories import (
    bought,
    cancel_sale,
    counted,
    findings,
    give_points,
    later,
    line,
    make_member,
    make_rule,
    purse_of,
    reverse,
    spend_points,
    submit,
)


def sold(
    work: Work,
    program: ProgramTerms,
    member: Member,
    *,
    points: int = 100,
    paid: int = 30000,
    beyond: int = 0,
) -> Order:
    """An order paid with money and with points, perhaps with more than it came to."""
    order = start(work, program, total_minor=paid + 100 * points)
    bind(work, program, member, order)
    hold(work, program, order, points)
    return close(work, program, order, paid + beyond)


def test_each_refund_moves_its_part_and_the_last_settles_what_is_left(work: Work) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member, points=100, paid=29990)  # 2999 are earned
    after_sale = left(work, program, member)

    stands = []
    for amount in (10000, 10000, 9990):
        refund(work, program, order, amount)
        stands.append((order.refunded_minor, order.given_back_minor, order.taken_back_minor))

    # 10000 * 10000 / 29990 = 3334.4…, and 2999 * 10000 / 29990 = 1000 to the point.
    assert stands == [(10000, 3334, 1000), (20000, 6668, 2000), (29990, 10000, 2999)]
    assert after_sale == 100000 - 10000 + 2999
    assert left(work, program, member) == order.points_left_minor == 100000
    assert findings(work) == []


def test_the_history_shows_a_return_of_the_order(work: Work) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)

    refund(work, program, order, 15000)

    _, returned = transactions.of_members(work, [member.id])
    assert (returned.related_reference, returned.total_minor) == (order.reference, -20000)
    assert (returned.points_minor, returned.items) == (-1500, [])
    assert counted(work, member) == (1, 20000)
    refund(work, program, order, 15000)
    assert counted(work, member) == (1, 0)
    assert findings(work) == []


def test_many_small_refunds_come_to_what_one_would(work: Work) -> None:
    program, member = make_bills(work)
    many, one = (sold(work, program, member, points=100, paid=20000) for _ in range(2))

    for _ in range(33):
        refund(work, program, many, 3)
    refund(work, program, one, 99)

    # 10000 * 99 / 20000 = 49.5, and 2000 * 99 / 20000 = 9.9.
    assert [(order.given_back_minor, order.taken_back_minor) for order in (many, one)] == [
        (49, 9)
    ] * 2
    assert _refunded(work, many) == _refunded(work, one) == 99 + 49
    assert findings(work) == []


def test_uneven_refunds_of_an_overpaid_order_come_to_exactly_all_of_it(work: Work) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member, points=1, paid=30000, beyond=20000)

    for amount in (16667, 7, 16667, 16659):
        refund(work, program, order, amount)

    # Shares of 30000 in 50000, each rounded down by itself, would be less than 30000.
    assert _refunded(work, order) == 30100
    assert counted(work, member) == (1, 0)
    assert findings(work) == []


def _refunded(work: Work, order: Order) -> int:
    """What the returns of an order came to."""
    history = transactions.of_members(work, [order.member_id])
    return -sum(one.total_minor for one in history if one.related_reference == order.reference)


def test_the_return_of_a_refund_is_no_tills_to_name_or_to_cancel(work: Work) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)
    # A till that calls its next sales as we call the first refund, and the second.
    taken = [bought(work, reference=f"{order.id}/{number}") for number in (1, 2)]

    first = submit(work, program, member, taken[0], place=TILL).transaction
    refund(work, program, order, 15000)
    refund(work, program, order, 15000)
    second = submit(work, program, member, taken[1], place=TILL).transaction

    returns = [
        one
        for one in transactions.of_members(work, [member.id])
        if one.related_reference == order.reference
    ]
    assert [one.reference for one in returns] == [first.reference, second.reference]
    assert {(one.source, one.outlet_code) for one in returns} == {("test/refund", "BR001")}
    assert [one.confirmation_code for one in returns] == [None, None]
    with pytest.raises(UnknownTransaction):
        sales.cancel(work, program, "", place=TILL)
    assert findings(work) == []


def test_an_order_paid_with_more_than_it_came_to_earns_and_goes_back_like_any_other(
    work: Work,
) -> None:
    program, plain = make_bills(work)
    overpaid = make_member(work, program)
    give_points(work, purse_of(program, overpaid), 1000)

    bills = [sold(work, program, plain), sold(work, program, overpaid, beyond=20000)]
    assert [order.earned_minor for order in bills] == [3000, 3000]
    assert [counted(work, member) for member in (plain, overpaid)] == [(1, 40000)] * 2
    for _ in range(2):
        refund(work, program, bills[0], 15000)
        refund(work, program, bills[1], 25000)

    for member in (plain, overpaid):
        history = transactions.of_members(work, [member.id])
        told = [(one.total_minor, one.points_minor) for one in history]
        assert told == [(40000, 3000), (-20000, -1500), (-20000, -1500)]
        assert counted(work, member) == (1, 0)
        assert left(work, program, member) == 100000
    assert findings(work) == []


def test_entries_of_a_refund_name_the_order_the_place_and_which_refund_it_was(work: Work) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)
    refund(work, program, order, 100)

    refund(work, program, order, 100)

    given, taken = entries(work)[-2:]
    assert (given.origin_operation, given.origin_reference) == ("order refunded", f"{order.id}/2")
    assert (taken.origin_operation, taken.origin_reference[-2:]) == ("sale refunded", "/2")
    assert {(one.outlet_code, one.terminal, one.actor) for one in (given, taken)} == {
        ("BR001", "POS001", "Olga")
    }
    assert f"Payment {order.reference} refunded" == given.reason


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_refund(work: Work, amount: int) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)

    with pytest.raises(InvalidAmount):
        refund(work, program, order, amount)


def test_no_more_goes_back_than_was_paid(work: Work) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member, paid=30000)
    refund(work, program, order, 20000)

    with pytest.raises(RefundTooLarge):
        refund(work, program, order, 10001)
    refund(work, program, order, 10000)
    with pytest.raises(RefundTooLarge):
        refund(work, program, order, 1)


def test_of_what_was_not_paid_nothing_goes_back(work: Work) -> None:
    program, _ = make_bills(work)
    still_open, cancelled = start(work, program), start(work, program)
    close(work, program, cancelled, 0)

    for order in (still_open, cancelled):
        with pytest.raises(RefundTooLarge):
            refund(work, program, order, 1)


def test_money_of_nobodys_order_goes_back_without_points(work: Work) -> None:
    program, _ = make_bills(work)
    order = close(work, program, start(work, program), 40000)
    before = entries(work)

    refund(work, program, order, 40000)

    assert (order.refunded_minor, order.points_left_minor) == (40000, None)
    assert entries(work) == before
    assert findings(work) == []


def test_points_spent_go_back_into_their_lots_and_expired_ones_live_until_midnight(
    work: Work,
) -> None:
    program, _ = make_bills(work)
    member = make_member(work, program)
    purse = purse_of(program, member)
    soon = work.now + timedelta(hours=1)
    give_points(work, purse, 50, reason="soon", expires_at=soon)
    give_points(work, purse, 50, reason="never")
    order = sold(work, program, member, points=100, paid=10000)
    spend_points(work, purse, 10)  # what it earned

    then = later(work, days=2)

    refund(then, program, order, 7500)

    # First those that were taken last: the 50 without an end, and 25 of those that are over by now,
    # which are renewed. What was earned, and spent, is taken out of those that expire first.
    balance = ledger.balance(then, purse)
    standing = [(one.amount.minor, one.expires_at) for one in balance.portions]
    midnight = programs.end_of(then.now.date(), program.timezone)
    assert standing == [(2500 - 750, midnight), (5000, None)]
    assert findings(then) == []


def test_earned_points_that_were_spent_are_missing_and_taken_when_those_come_back(
    work: Work,
) -> None:
    program, _ = make_bills(work)
    member = make_member(work, program)
    order = sold(work, program, member, points=0, paid=100000)  # 100 are earned
    paid = payments.pay(later(work, hours=1), program, member, amount_minor=9000, place=TILL)

    refund(later(work, hours=2), program, order, 50000)
    assert left(work, program, member) == 0
    refund(later(work, hours=3), program, order, 50000)

    returns = transactions.with_shortfall(work, member.id)
    assert sum(returned.shortfall_minor for returned in returns) == 9000
    # The payment made with them is cancelled, and what comes back is taken: once, and no more.
    code = paid.redemption.confirmation_code
    payments.cancel(later(work, hours=4), program, member, code, place=TILL)
    late = [one.origin_reference or "" for one in entries(work)[-2:]]
    assert [one.rpartition("/")[0] for one in late] == [f"{order.id}/1", f"{order.id}/2"]
    assert left(work, program, member) == 0
    assert transactions.with_shortfall(work, member.id) == []
    give_points(work, purse_of(program, member), 5)
    assert left(work, program, member) == 500
    assert findings(work) == []


def test_points_given_back_pay_what_a_cancelled_sale_could_not_take(work: Work) -> None:
    program, _ = make_bills(work)
    member = make_member(work, program)
    sale = submit(work, program, member, bought(work, line(net_minor=100000)))
    order = sold(later(work, hours=1), program, member, points=100, paid=10000)
    spend_points(work, purse_of(program, member), 10)
    cancel_sale(later(work, hours=2), program, sale)

    refund(later(work, hours=3), program, order, 10000)

    # All 100 were earned by the sale that is undone; the 10 the order itself earned are missing.
    assert left(work, program, member) == 0
    (returned,) = transactions.with_shortfall(work, member.id)
    assert (returned.related_reference, returned.shortfall_minor) == (order.reference, 1000)
    assert findings(work) == []


def test_earned_points_that_have_expired_are_neither_taken_nor_missing(work: Work) -> None:
    program, member = make_bills(work, points_expire_after_days=30)
    order = sold(work, program, member)
    refund(work, program, order, 15000)
    next_year = later(work, days=365)

    refund(next_year, program, order, 15000)

    # What was given at first has no end; 100 spent are back, 30 earned are gone either way.
    assert left(next_year, program, member) == 100000
    assert (order.taken_back_minor, order.earned_minor) == (3000, 3000)
    assert transactions.with_shortfall(work, member.id) == []
    assert findings(next_year) == []


def test_a_refund_makes_room_under_the_cap_of_the_day(work: Work) -> None:
    program, _ = make_bills(work)
    make_rule(work, program, points_per_unit="0.1", max_points_per_day="50")
    member = make_member(work, program)
    order = sold(work, program, member, points=0, paid=40000)
    for amount in (3340, 6660):
        refund(work, program, order, amount)

    again = sold(work, program, member, points=0, paid=40000)

    # 40 were given and 10 taken back: there is room for 20 of the 40 it would earn.
    assert again.earned_minor == 2000


@pytest.mark.parametrize("kind", ["capture", "accrual"])
def test_what_was_undone_by_hand_is_not_undone_again(work: Work, kind: str) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)
    purse = purse_of(program, member)
    (entry,) = [one for one in entries(work) if one.kind == kind and one.reason != "Purchase"]
    reverse(work, purse, entry)

    for amount in (10000, 20000):
        refund(work, program, order, amount)

    assert left(work, program, member) == 100000
    assert (order.given_back_minor, order.taken_back_minor) == (10000, 3000)
    assert findings(work) == []


@pytest.mark.parametrize("kind", ["capture", "accrual"])
def test_the_rest_is_undone_by_hand_and_later_refunds_move_nothing_of_it(
    work: Work, kind: str
) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)
    (entry,) = [one for one in entries(work) if one.kind == kind and one.reason != "Purchase"]
    refund(work, program, order, 10000)

    reverse(work, purse_of(program, member), entry)
    assert findings(work) == []
    refund(work, program, order, 10000)
    refund(work, program, order, 10000)

    assert left(work, program, member) == 100000
    assert findings(work) == []


@pytest.mark.parametrize("refunds", [(), (10000,), (10000, 5000)])
def test_the_sale_of_an_order_is_cancelled_for_what_refunds_left_of_it(
    work: Work, refunds: tuple[int, ...]
) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)
    for amount in refunds:
        refund(work, program, order, amount)
    sale = work.session.get_one(transactions.Transaction, order.transaction_id)

    outcome = sales.cancel(work, program, sale.confirmation_code or "", place=TILL)

    assert outcome.points_minor == -(3000 - sum(refunds) // 10)
    assert (sale.shortfall_minor, transactions.with_shortfall(work, member.id)) == (0, [])
    refund(work, program, order, 30000 - sum(refunds))
    assert left(work, program, member) == 100000
    assert findings(work) == []


def test_a_part_that_was_given_back_and_taken_by_hand_stays_with_the_member_no_more(
    work: Work,
) -> None:
    program, member = make_bills(work)
    order = sold(work, program, member)
    refund(work, program, order, 15000)
    (given,) = [one for one in entries(work) if one.origin_operation == "order refunded"]
    before = left(work, program, member)

    reverse(work, purse_of(program, member), given)
    refund(work, program, order, 15000)

    # The other half went back and the rest of what was earned was taken, as if nothing had been.
    assert left(work, program, member) == before - 5000 + 5000 - 1500
    assert findings(work) == []
