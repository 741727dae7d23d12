"""Calls about one bill that come at the same moment; nothing is tried again, and none waits in a
circle.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from adapter import jobs
from adapter.core import orders, payments
from adapter.core.errors import InsufficientPoints, LoyaltyError, OrderClosed, RefundTooLarge
from adapter.core.members import Member
from adapter.core.orders import Order
from adapter.core.payments import Reservation
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
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
from tests.factories import findings, give_credit
from tests.races.crowd import crowd
from tests.scale.isolation import once


class Bill:
    """A program, and three orders of a member with 1000 points; made of values alone."""

    def __init__(self, database: Database, *, life: timedelta = timedelta(days=36500)) -> None:
        with database.unit_of_work() as work:
            self.program, member = make_bills(work)
            self.member_id = member.id
            give_credit(work, self.program, member, 100000)
            made = [
                start(work, self.program, total_minor=110000, parent="T", life=life)
                for _ in range(3)
            ]
            bind(work, self.program, member, *made)
            self.ids = [order.id for order in made]
            self.deadline = made[0].deadline

    def order(self, work: Work, number: int = 0) -> Order:
        """One of the orders."""
        return orders.find(work, self.program.id, self.ids[number], source="test")

    def member(self, work: Work) -> Member:
        """Whose they are."""
        return work.session.get_one(Member, self.member_id)


def close_once(bill: Bill, database: Database, number: int) -> tuple[Any, ...]:
    """The same order with the same amount."""
    order = once(database, lambda work: close(work, bill.program, bill.order(work), 30000))
    return order.closed_at, order.earned_minor, order.points_left_minor


def close_or_refund(bill: Bill, database: Database, number: int) -> str:
    """The same order closed by some, and refunded in part by the others."""

    def unit(work: Work) -> str:
        if number % 2:
            close(work, bill.program, bill.order(work), 30000)
            return "closed"
        refund(work, bill.program, bill.order(work), 10000)
        return "refunded"

    return once(database, unit)


def set_aside_or_pay(bill: Bill, database: Database, number: int) -> str:
    """All the points, for the order or elsewhere."""

    def unit(work: Work) -> str:
        if number % 2:
            hold(work, bill.program, bill.order(work), 1000)
            return "set aside"
        member = bill.member(work)
        payments.pay(work, bill.program, member, amount_minor=100000, place=TILL)
        return "paid"

    return once(database, unit)


def close_or_expire(bill: Bill, deadline: datetime, database: Database, number: int) -> str:
    """The last moment of an order by one clock, and the first after it by another."""
    database.clock = lambda: deadline - timedelta(microseconds=number % 2)
    if number % 2:
        once(database, lambda work: close(work, bill.program, bill.order(work), 30000))
        return "closed"
    return "expired" if jobs.run(database).reservations_released else "nothing"


def wander(bill: Bill, steps: int, database: Database, number: int) -> int:
    """So many steps at random, on all the orders; how many were not refused."""
    random, done = Random(number), 0
    for _ in range(steps):
        what = random.choice(("hold", "hold", "hold one", "close", "refund", "pay", "credit"))
        try:
            once(database, partial(_step, bill=bill, what=what, random=random))
            done += 1
        except LoyaltyError:
            continue
    return done


def _step(work: Work, bill: Bill, what: str, random: Random) -> None:
    program, one = bill.program, bill.order(work, random.randrange(3))
    if what == "hold":
        still_open = orders.of_parent(work, program.id, "T", source="test", outlet_code="BR001")
        random.shuffle(still_open)
        hold(work, program, still_open, random.randrange(200))
    elif what == "hold one":
        hold(work, program, one, random.randrange(100))
    elif what == "close" and random.random() < 0.2:
        close(work, program, one, random.choice((0, 50000)))
    elif what == "refund":
        refund(work, program, one, random.randrange(1, 5000))
    elif what in ("pay", "credit"):
        paying = program if what == "pay" else _by_credit(program)
        member = bill.member(work)
        payments.pay(work, paying, member, amount_minor=random.randrange(1, 99), place=TILL)


def _by_credit(program: ProgramTerms) -> ProgramTerms:
    return replace(program, settings=replace(program.settings, paying_balance="credit"))


def test_twenty_equal_closes_at_once_have_one_effect_and_one_answer(
    database: Database, url: str
) -> None:
    bill = Bill(database)
    with database.unit_of_work() as work:
        hold(work, bill.program, bill.order(work), 100)

    outcomes = crowd(url, partial(close_once, bill), processes=4, threads=5)

    assert len(outcomes) == 20
    assert len(set(outcomes)) == 1
    with database.reading() as work:
        kinds = Counter(entry.kind for entry in entries(work))
        assert (kinds["capture"], kinds["accrual"]) == (1, 1 + 2)
        assert left(work, bill.program, bill.member(work)) == 100000 - 10000 + 3000
        assert findings(work) == []


def test_a_close_and_refunds_at_once_move_no_more_than_was_paid(
    database: Database, url: str
) -> None:
    bill = Bill(database)
    with database.unit_of_work() as work:
        hold(work, bill.program, bill.order(work), 100)

    outcomes = Counter(crowd(url, partial(close_or_refund, bill), processes=4, threads=3))

    assert outcomes["closed"] == 6
    assert outcomes["refunded"] + outcomes[RefundTooLarge] == 6
    with database.reading() as work:
        order = bill.order(work)
        assert order.refunded_minor == 10000 * outcomes["refunded"] <= 30000
        assert findings(work) == []


def test_the_same_points_are_set_aside_or_spent_elsewhere(database: Database, url: str) -> None:
    bill = Bill(database)

    outcomes = Counter(crowd(url, partial(set_aside_or_pay, bill), processes=4, threads=2))

    # Who sets the same aside again finds it done; who pays again would pay once more.
    won, lost = ("set aside", 4) if outcomes["set aside"] else ("paid", 1)
    assert outcomes == {won: lost, InsufficientPoints: 8 - lost}
    with database.reading() as work:
        assert left(work, bill.program, bill.member(work)) == 0
        assert findings(work) == []


def test_an_order_is_closed_at_its_last_moment_or_its_points_are_free(
    database: Database, url: str
) -> None:
    bill = Bill(database, life=timedelta(hours=1))
    with database.unit_of_work() as work:
        hold(work, bill.program, bill.order(work), 100)

    outcomes = crowd(url, partial(close_or_expire, bill, bill.deadline), processes=4)

    closed = "closed" in outcomes
    told = Counter(outcomes)
    assert told == ({"closed": 2, "nothing": 2} if closed else told)
    if not closed:
        assert told[OrderClosed] == 2
        assert told["expired"] >= 1
    with database.reading() as work:
        reservation = work.session.get_one(Reservation, bill.order(work).reservation_id)
        assert reservation.state == ("captured" if closed else "expired")
        wanted = 100000 - 10000 + 3000 if closed else 100000
        assert left(work, bill.program, bill.member(work)) == wanted
        assert findings(work) == []


def test_whatever_happens_to_a_bill_at_once_nobody_waits_in_a_circle(
    database: Database, url: str
) -> None:
    bill = Bill(database)

    done = crowd(url, partial(wander, bill, 25), processes=4, threads=2)

    assert sum(done) > 20
    with database.reading() as work:
        assert findings(work) == []
