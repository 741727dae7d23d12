"""Bills against paper: whatever a till does with them, in whatever order, both agree."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from adapter import jobs
from adapter.core import orders, payments
from adapter.core.errors import LoyaltyError
from adapter.core.members import Member
from adapter.core.orders import Order
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.orders.bills import TILL, bind, close, hold, left, refund, start
from tests.core.orders.model import POINT, Bill, Paper, Person
from tests.factories import (
    findings,
    give_points,
    make_member,
    make_program,
    make_rule,
    purse_of,
)

LIFE = timedelta(hours=2)
NUMBERS = st.integers(0, 5)
SOME = st.lists(NUMBERS, min_size=1, max_size=3)
WHO = st.sampled_from((0, 0, 0, 1))
# The jobs that move points; what the others do, bills know nothing of.
MOVING = [job for job in jobs.JOBS if job.name in ("reservations", "lots")]


@dataclass
class Told:
    """What the till knows: its orders, and the codes of payments made elsewhere."""

    orders: list[Any] = field(default_factory=list)
    codes: list[list[str]] = field(default_factory=lambda: [[], []])


class BillMachine(RuleBasedStateMachine):
    """Two members, and a till with a few bills; each step is a moment after the one before."""

    database: Database
    clock: Clock
    program: ProgramTerms
    members: list[Member]

    @initialize()
    def begin(self) -> None:
        """Members with 100 points each, a bill closed, and one that is open."""
        self.clock.now = Clock().now  # that an example be the same whatever came before it
        self.told, self.paper = Told(), Paper([Person(100 * POINT), Person(100 * POINT)])
        with self.database.unit_of_work() as work:
            self.members = [make_member(work, self.program) for _ in range(2)]
            for member in self.members:
                give_points(work, purse_of(self.program, member), 100)
        self.sell(0, 60, 100000)
        self.start(6000)
        self._bind([1], 0)

    def both(self, on_paper: Callable[[Paper], Any], deed: Callable[[Work], Any]) -> Any:
        """What the till is told, once it is what paper says: done, or refused with the same."""
        draft, refused = deepcopy(self.paper), None
        try:
            on_paper(draft)
        except LoyaltyError as refusal:
            refused = type(refusal)
        try:
            with self.database.unit_of_work() as work:
                answer, told = deed(work), None
        except LoyaltyError as refusal:
            answer, told = None, type(refusal)
        assert told is refused
        if told is not None:
            return None
        self.paper = draft
        self.clock.advance(timedelta(seconds=1))
        return answer

    def chosen(self, like: Callable[[Bill], bool], *numbers: int) -> list[int]:
        """Bills there are; such as something can be done with, as a rule."""
        all_of_them = list(enumerate(self.paper.bills))
        fit = [number for number, bill in all_of_them if like(bill)]
        known = fit if fit and self.clock.now.second % 5 else [number for number, _ in all_of_them]
        return sorted({known[number % len(known)] for number in numbers})

    def is_open(self, bill: Bill) -> bool:
        """Whether it can still be closed."""
        return bill.is_open(self.clock.now)

    def is_sold(self, bill: Bill) -> bool:
        """Whether some of what was paid for it has not gone back."""
        return (bill.paid or 0) > bill.refunded

    def order(self, work: Work, number: int) -> Order:
        """One of them, as it is now."""
        return orders.find(work, self.program.id, self.told.orders[number], source="test")

    def of(self, work: Work, numbers: list[int]) -> list[Order]:
        """Several of them."""
        return [self.order(work, number) for number in numbers]

    @precondition(lambda self: len(self.told.orders) < 6)
    @rule(total=st.sampled_from((1000, 4050, 20000)))
    def start(self, total: int) -> None:
        """One more bill."""
        with self.database.unit_of_work() as work:
            order = start(work, self.program, total_minor=total, life=LIFE)
            self.told.orders.append(order.id)
        self.paper.bills.append(Bill(total, self.clock.now + LIFE))
        self.clock.advance(timedelta(seconds=1))

    @precondition(lambda self: len(self.told.orders) < 6)
    @rule(who=WHO, whole=st.sampled_from((0, 10, 60, 90)), paid=st.sampled_from((3330, 100000)))
    def sell(self, who: int, whole: int, paid: int) -> None:
        """All that is usually done with a bill."""
        self.start(100000)
        number = len(self.told.orders) - 1
        self._bind([number], who)
        self._set_aside([number], whole)
        self._close(number, paid)

    @rule(some=SOME, who=WHO)
    def bind(self, some: list[int], who: int) -> None:
        """Some bills, to one of the members."""
        self._bind(self.chosen(self.is_open, *some), who)

    def _bind(self, numbers: list[int], who: int) -> None:
        now, member = self.clock.now, self.members[who]
        self.both(
            lambda paper: paper.bind(numbers, who, now),
            lambda work: bind(work, self.program, member, *self.of(work, numbers)),
        )

    @precondition(lambda self: any(bill.who is not None for bill in self.paper.bills))
    @rule(some=SOME, whole=st.sampled_from((0, 1, 10, 40, 60, 101)))
    def set_aside(self, some: list[int], whole: int) -> None:
        """Points for some bills."""
        self._set_aside(self.chosen(self.is_open, *some), whole)

    def _set_aside(self, numbers: list[int], whole: int) -> None:
        now = self.clock.now
        self.both(
            lambda paper: paper.set_aside(numbers, whole, now),
            lambda work: hold(work, self.program, self.of(work, numbers), whole),
        )

    @precondition(lambda self: any(map(self.is_open, self.paper.bills)))
    @rule(number=NUMBERS, paid=st.sampled_from((0, 10, 3330, 100000)))
    def close(self, number: int, paid: int) -> None:
        """One bill, for the first time or again."""
        (number,) = self.chosen(self.is_open, number)
        self._close(number, paid)

    def _close(self, number: int, paid: int) -> None:
        now = self.clock.now
        self.both(
            lambda paper: paper.close(number, paid, now),
            lambda work: close(work, self.program, self.order(work, number), paid),
        )

    @precondition(lambda self: any(map(self.is_sold, self.paper.bills)))
    @rule(number=NUMBERS, amount=st.sampled_from((1, 7, 1110, 2220, 50000)), whole=st.booleans())
    def refund(self, number: int, amount: int, whole: bool) -> None:
        """A part of what was paid, or all that is left of it."""
        (number,) = self.chosen(self.is_sold, number)
        self._refund(number, amount, whole=whole)

    def _refund(self, number: int, amount: int, *, whole: bool) -> None:
        now, bill = self.clock.now, self.paper.bills[number]
        if whole:
            amount = (bill.paid or 0) - bill.refunded or amount
        self.both(
            lambda paper: paper.refund(number, amount, now),
            lambda work: refund(work, self.program, self.order(work, number), amount),
        )

    @rule(who=WHO, share=st.sampled_from((1, 2, 100)))
    def pay(self, who: int, share: int) -> None:
        """A payment elsewhere, perhaps with all there is."""
        member, now = self.members[who], self.clock.now
        minor = self.paper.people[who].available // share + (share == 100)
        if minor:
            paid = self.both(
                lambda paper: paper.people[who].pay(minor, now),
                lambda work: payments.pay(
                    work, self.program, member, amount_minor=minor, place=TILL
                ),
            )
            if paid:
                self.told.codes[who].append(paid.redemption.confirmation_code)

    @precondition(lambda self: any(map(self.is_sold, self.paper.bills)))
    @rule(number=NUMBERS)
    def refund_when_nothing_is_left(self, number: int) -> None:
        """All of a bill, after its member spent all they had elsewhere."""
        (number,) = self.chosen(self.is_sold, number)
        self.pay(self.paper.bills[number].who or 0, 1)
        self._refund(number, 1, whole=True)

    @precondition(lambda self: any(self.told.codes))
    @rule(who=WHO)
    def cancel_payment(self, who: int) -> None:
        """The last payment of one of them."""
        if not self.told.codes[who]:
            return
        member, code = self.members[who], self.told.codes[who].pop()
        self.both(
            lambda paper: paper.people[who].get_back(*paper.people[who].payments.pop()),
            lambda work: payments.cancel(work, self.program, member, code, place=TILL),
        )

    @rule(minutes=st.sampled_from((20, 60, 121)), job=st.booleans())
    def time_passes(self, minutes: int, job: bool) -> None:
        """Bills lapse; the job may come by."""
        now = self.clock.advance(timedelta(minutes=minutes))
        if job:
            jobs.run(self.database)
            self.paper.lapse(now)

    @invariant()
    def everything_agrees(self) -> None:
        """What members have, and every bill."""
        with self.database.reading() as work:
            available = [left(work, self.program, member) for member in self.members]
            found = [_facts(self.order(work, n), work) for n in range(len(self.told.orders))]
        assert available == [person.available for person in self.paper.people]
        assert found == [
            (
                bill.is_open(self.clock.now),
                bill.paid,
                bill.held,
                bill.earned,
                (bill.refunded, bill.given, bill.taken),
            )
            for bill in self.paper.bills
        ]

    def teardown(self) -> None:
        """In the end the books are in order."""
        with self.database.reading() as work:
            found = findings(work)
        if found:
            self.start_afresh()  # or the next example would find the same
        assert found == []


def _facts(order: Order, work: Work) -> tuple[Any, ...]:
    return (
        order.state == "open" and not order.has_lapsed(work.now),
        order.paid_minor,
        order.reserved_minor,
        order.earned_minor,
        (order.refunded_minor, order.given_back_minor, order.taken_back_minor),
    )


def test_bills_agree_with_paper(
    make_database: Callable[..., Database], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "JOBS", MOVING)

    class Machine(BillMachine):
        @classmethod
        def start_afresh(cls) -> None:
            cls.database, cls.clock = make_database(), clock
            with cls.database.unit_of_work() as work:
                cls.program = make_program(work)
                make_rule(work, cls.program, points_per_unit="0.1")

    Machine.start_afresh()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
