"""Tills against paper: whatever they tell, in whatever order and how often, both agree."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from adapter.core import benefits, events, ledger, payments
from adapter.core.errors import (
    BenefitNotUsable,
    InsufficientPoints,
    LoyaltyError,
    ReferenceReused,
    TransactionCancelled,
)
from adapter.core.members import Member
from adapter.core.payments import Paid
from adapter.core.programs import ProgramTerms
from adapter.core.sales import Outcome
from adapter.core.transactions import Sale
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.sales.model import CAP, LIFE, VISIT, VISITS_A_DAY, Payment, Person, Sold
from tests.factories import (
    PLACE,
    balances,
    bought,
    cancel_sale,
    counted,
    findings,
    line,
    make_benefit,
    make_member,
    make_program,
    make_rule,
    purse_of,
    submit,
)

HOUR = timedelta(hours=1)
# Chance deals the same hands on both engines. What is reckoned is found on the quicker one; a
# third of them has every step many times, which is enough to find what PostgreSQL does otherwise.
EXAMPLES = {"sqlite": 30, "postgresql": 10}
_numbers = itertools.count(1)


@dataclass(eq=False)
class Told:
    """A sale as a till knows it: what was said, and what was answered."""

    who: int
    sale: Sale
    outcome: Outcome
    sold: Sold


@dataclass(eq=False)
class Made:
    """A payment as a till knows it."""

    who: int
    paid: Paid
    payment: Payment


WHO = st.sampled_from((0, 0, 1))
AMOUNTS = st.integers(-25, 40)
USED = st.sampled_from((None, None, "once", "twice"))
HOURS_LATE = st.sampled_from((0, 0, 0, 5, 30, 80))


class TillMachine(RuleBasedStateMachine):
    """Two new members, and tills that repeat themselves."""

    database: Database
    clock: Clock
    morning: datetime
    program: ProgramTerms

    told = Bundle("told")
    made = Bundle("made")

    @initialize()
    def begin(self) -> None:
        """Members nobody has seen."""
        self.clock.now = self.morning  # that an example be the same whatever came before it
        self.people = [Person(), Person()]
        self.members: list[Member] = []
        with self.database.unit_of_work() as work:
            for _ in self.people:
                member = make_member(work, self.program)
                for name, uses in (("once", 1), ("twice", 2)):
                    make_benefit(work, self.program, member, code=name, uses=uses)
                self.members.append(member)
        self.next_references = [self.reference(), self.reference()]

    def reference(self) -> str:
        """One that no sale has had."""
        return f"S-{next(_numbers)}"

    def does(self, deed: Callable[[Work], Any]) -> Any:
        """What a till is answered, or the refusal."""
        try:
            with self.database.unit_of_work() as work:
                return deed(work)
        except LoyaltyError as refusal:
            return type(refusal)

    def settled(self, who: int) -> Person:
        """A member on paper, at this moment."""
        self.people[who].settle(self.clock.now)
        return self.people[who]

    @rule(target=told, who=WHO, amounts=st.lists(AMOUNTS, max_size=3), used=USED, late=HOURS_LATE)
    def sell(self, who: int, amounts: list[int], used: str | None, late: int) -> Told | None:
        """A sale, a return, or both in one; perhaps paid with points before, perhaps late."""
        reference, at = self.next_references[who], self.clock.now - late * HOUR
        items = tuple(line(net_minor=100 * amount) for amount in amounts)
        sale = Sale(reference, at, items, total_minor=100 * sum(amounts))
        names = [used] if used else []
        member, person = self.members[who], self.settled(who)

        outcome = self.does(lambda work: submit(work, self.program, member, sale, used=names))

        if not person.can_use(used):
            assert outcome is BenefitNotUsable
            return None
        sold = person.sell(sum(amounts), reference, used, at=at, now=self.clock.now)
        assert _answer(outcome) == sold.answer
        self.next_references[who] = self.reference()
        return Told(who, sale, outcome, sold)

    @rule(told=told)
    def sell_again(self, told: Told | None) -> None:
        """The first answer again, or the news that it was cancelled."""
        if told is None:
            return
        again = self._told_again(told, told.sale)

        if told.sold.undone is not None:
            assert again is TransactionCancelled
            return
        assert _answer(again) == told.sold.answer
        assert _code(again) == _code(told.outcome)

    @rule(told=told)
    def sell_something_else_under_the_same_reference(self, told: Told | None) -> None:
        """It is refused either way."""
        if told is None:
            return
        again = self._told_again(told, replace(told.sale, tax_minor=1))

        cancelled = told.sold.undone is not None
        assert again is (TransactionCancelled if cancelled else ReferenceReused)

    def _told_again(self, told: Told, sale: Sale) -> Any:
        used, member = told.sold.used, self.members[told.who]
        names = [used] if used else []
        return self.does(lambda work: submit(work, self.program, member, sale, used=names))

    @rule(told=told)
    def cancel(self, told: Told | None) -> None:
        """For the first time, or again."""
        if told is None:
            return
        person = self.settled(told.who)

        outcome = self.does(lambda work: cancel_sale(work, self.program, told.outcome))

        person.cancel(told.sold, now=self.clock.now)
        assert _answer(outcome) == (told.sold.undone, person.available)
        assert _code(outcome) == _code(told.outcome)

    @rule(target=made, who=WHO, amount=st.integers(1, 25), for_sale=st.booleans())
    def pay(self, who: int, amount: int, for_sale: bool) -> Made | None:
        """With points, towards the next sale or for nothing we know of."""
        return self._pay(who, amount, self.next_references[who] if for_sale else None)

    @rule(target=made, made=made)
    def pay_again(self, made: Made | None) -> Made | None:
        """The same payment if there is a sale to it and it stands; else another."""
        return made and self._pay(made.who, made.payment.amount, made.payment.reference)

    def _pay(self, who: int, amount: int, reference: str | None) -> Made | None:
        member, person = self.members[who], self.settled(who)

        told = {"amount_minor": 100 * amount, "reference": reference, "place": PLACE}
        paid = self.does(lambda work: payments.pay(work, self.program, member, **told))

        known = [
            one
            for one in person.payments
            if one.stands and reference and (one.reference, one.amount) == (reference, amount)
        ]
        if not known and person.available < amount:
            assert paid is InsufficientPoints
            return None
        payment = known[0] if known else person.pay(amount, reference, self.clock.now)
        assert paid.balances["points"] == 100 * person.available
        return Made(who, paid, payment)

    @rule(made=made)
    def cancel_payment(self, made: Made | None) -> None:
        """For the first time, or again."""
        if made is None:
            return
        member, person = self.members[made.who], self.settled(made.who)
        code = made.paid.redemption.confirmation_code

        back = self.does(
            lambda work: payments.cancel(work, self.program, member, code, place=PLACE)
        )

        if made.payment.stands:
            made.payment.stands = False
            person.unpay(made.payment, self.clock.now)
        assert back.balances["points"] == 100 * self.settled(made.who).available

    @rule(who=WHO)
    def visit(self, who: int) -> None:
        """An event, which brings points so often a day."""
        member, now = self.members[who], self.clock.now
        self.does(
            lambda work: events.record(
                work, self.program, member, kind="visit", occurred_at=now, place=PLACE
            )
        )
        self.people[who].visit(now)

    @rule(late=HOURS_LATE)
    def sell_to_nobody(self, late: int) -> None:
        """It is stored, and cancelled, and nobody notices."""
        with self.database.unit_of_work() as work:
            sale = bought(work, at=self.clock.now - late * HOUR)
            outcome = submit(work, self.program, None, sale)
            assert _code(submit(work, self.program, None, sale)) == _code(outcome)
            assert cancel_sale(work, self.program, outcome).balances is None

    @rule(hours=st.sampled_from((1, 7, 20, 50)), job=st.booleans())
    def time_passes(self, hours: int, job: bool) -> None:
        """Points expire; the job may write it down."""
        self.clock.advance(hours * HOUR)
        if job:
            with self.database.unit_of_work() as work:
                for member in self.members:
                    ledger.settle_due(work, purse_of(self.program, member))

    @invariant()
    def everything_agrees(self) -> None:
        """Balances, benefits and counters."""
        with self.database.reading() as work:
            for who, member in enumerate(self.members):
                person = self.settled(who)
                found = balances(work, self.program, member)
                assert found == {"points": 100 * person.available, "credit": 0}
                held = benefits.of_member(work, member.id)
                assert {(one.code or "").lower(): one.used for one in held} == person.used
                assert counted(work, member) == (person.visits, 100 * person.spent)

    def teardown(self) -> None:
        """In the end the books are in order."""
        with self.database.reading() as work:
            found = findings(work)
        if found:
            self.start_afresh()  # or the next example would find the same
        assert found == []


def _answer(outcome: Outcome) -> tuple[float, float]:
    assert isinstance(outcome, Outcome), outcome
    assert outcome.points_minor is not None and outcome.balances is not None
    return outcome.points_minor / 100, outcome.balances["points"] / 100


def _code(outcome: Outcome) -> str | None:
    return outcome.transaction.confirmation_code


def test_tills_agree_with_paper(
    make_database: Callable[..., Database], clock: Clock, engine_name: str
) -> None:
    class Machine(TillMachine):
        @classmethod
        def start_afresh(cls) -> None:
            cls.database, cls.clock, cls.morning = make_database(), clock, Clock().now
            with cls.database.unit_of_work() as work:
                cls.program = make_program(work, points_expire_after_days=LIFE.days)
                make_rule(work, cls.program, max_points_per_day=str(CAP))
                of_day: dict[str, Any] = {"limit": VISITS_A_DAY, "period": "day"}
                terms = {"event": "visit", "points": str(VISIT)} | of_day
                make_rule(work, cls.program, code="visit", kind="event", **terms)

    Machine.start_afresh()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES[engine_name],
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
