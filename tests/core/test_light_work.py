"""What is done without locks is what is done with them, row for row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from adapter.core import cards, ledger, payments, sales
from adapter.core.errors import LoyaltyError
from adapter.core.ledger import Entry, Lot, LotMovement, Posting
from adapter.core.members import Enrolled, IdentityKind, Member
from adapter.core.payments import Redemption
from adapter.core.programs import ProgramTerms
from adapter.core.sales import RuleUsage
from adapter.core.transactions import Sale, Transaction, TransactionItem
from adapter.db import Database, Work
from adapter.db.base import values_of
from tests.clock import Clock
from tests.factories import (
    PLACE,
    bought,
    counted,
    findings,
    give_credit,
    give_points,
    later,
    line,
    make_member,
    make_program,
    make_rule,
    phone,
    purse_of,
    submit,
)

Run = Callable[[Callable[[Work], Any]], Any]
DAY = timedelta(days=1)
# What two people can never have in common, or nobody told them.
THEIR_OWN = {"member_id", "owner_id", "account_id", "entry_id", "lot_id", "transaction_id", "id"}
THEIR_OWN |= {"digest", "fingerprint", "origin_fingerprint", "confirmation_code", "reference"}
THEIR_OWN |= {
    "origin_reference",
    "reason",
    "reverses_id",
    "reverses_part_of_id",
    "related_reference",
}


@dataclass
class Customer:
    """One of two who do the same, one of them without locks."""

    program: ProgramTerms
    member: Member
    phone: str
    run: Run
    paid: list[str] = field(default_factory=list)
    light: list[bool] = field(default_factory=list)

    def does(self, act: Callable[[Work, Enrolled], Any]) -> Any:
        """What became of it: an answer, or the class of a refusal."""

        def unit(work: Work) -> Any:
            named = [(IdentityKind.PHONE, self.phone)]
            found = cards.recognise(work, self.program.id, named, every_lot=True)
            done = act(work, found)
            self.light.append(not work.takes_locks)
            return done

        try:
            return self.run(unit)
        except LoyaltyError as refusal:
            return type(refusal)

    def tells(self, what: str, much: int, which: int, at: datetime) -> Any:
        """What became of one operation of the list below."""
        if what == "pay":
            return self.pays(much, f"{self.phone}-{which}")
        if what == "cancel":
            return self.cancels(much)
        lines = tuple(line(f"C-{one}", 1000 * much, reference=str(one)) for one in range(which))
        return self.sells(Sale(f"{self.phone}-{which}", at, lines))

    def sells(self, sale: Sale) -> Any:
        """What a sale moved and left."""
        told = self.does(lambda work, who: sales.submit(work, self.program, who, sale, place=PLACE))
        return told if isinstance(told, type) else (told.points_minor, told.balances)

    def pays(self, amount: int, reference: str | None) -> Any:
        """What a payment left."""
        told = self.does(
            lambda work, who: payments.pay(
                work, self.program, who, amount_minor=amount, reference=reference, place=PLACE
            )
        )
        if isinstance(told, type):
            return told
        self.paid.append(told.redemption.confirmation_code)
        return told.balances

    def cancels(self, number: int) -> Any:
        """What the end of one of the payments left."""
        if not self.paid:
            return None
        code = self.paid[number % len(self.paid)]
        told = self.does(
            lambda work, who: payments.cancel(work, self.program, who, code, place=PLACE)
        )
        return told if isinstance(told, type) else (told.redemption.state, told.balances)


def customer(database: Database, program: ProgramTerms, run: Run) -> Customer:
    """Somebody with some points that live long, some that do not, and some credit."""
    number = phone()
    with database.unit_of_work() as work:
        member = make_member(work, program, phone=number)
        purse = purse_of(program, member)
        for days in (1, 30, 365):
            give_points(work, purse, days, expires_at=work.now + days * DAY)
        give_points(work, purse, 7, active_from=work.now + DAY)
        give_credit(work, program, member, 500)
    return Customer(program, member, number, run)


def earnestly(database: Database) -> Run:
    """With locks, as any unit of work."""
    return database.run


def rows_of(work: Work, who: Customer) -> dict[str, list[Any]]:
    """All that is written of a customer, without what is theirs alone."""
    found = {}
    for model in (Transaction, Redemption, Entry, Posting, Lot, LotMovement, RuleUsage):
        mine = select(model).where(model.member_id == who.member.id)  # type: ignore[attr-defined]
        found[model.__tablename__] = [
            {name: v for name, v in values_of(row).items() if name not in THEIR_OWN}
            for row in work.session.scalars(mine)
        ]
    items = select(TransactionItem).join(Transaction).where(Transaction.member_id == who.member.id)
    found["items"] = [
        {name: v for name, v in values_of(row).items() if name not in THEIR_OWN}
        for row in work.session.scalars(items)
    ]
    found["counters"] = [counted(work, who.member)]
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.integers(-3, 9), st.integers(1, 3)),
        st.tuples(st.just("pay"), st.integers(1, 40_000), st.integers(1, 3)),
        st.tuples(st.just("cancel"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("wait"), st.integers(0, 40), st.just(0)),
    ),
    max_size=14,
)


@pytest.mark.parametrize("capped", [False, True])
def test_with_and_without_locks_the_same_is_written(
    database: Database, clock: Clock, capped: bool
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, points_expire_after_days=90)
        terms = {"max_points_per_day": "900"} if capped else {}
        make_rule(work, program, **terms)
    light_ones: list[bool] = []

    @settings(max_examples=20, deadline=None)
    @given(OPERATIONS)
    def the_same(operations: list[tuple[str, int, int]]) -> None:
        both = [customer(database, program, database.run_lightly)]
        both.append(customer(database, program, earnestly(database)))
        for what, much, which in operations:
            if what == "wait":
                clock.now += much * DAY
                continue
            told = [one.tells(what, much, which, clock.now) for one in both]
            assert told[0] == told[1]
        with database.reading() as work:
            assert rows_of(work, both[0]) == rows_of(work, both[1])
        light_ones.extend(both[0].light)
        assert not any(both[1].light)

    the_same()

    assert any(light_ones)
    with database.reading() as work:
        assert findings(work) == []  # in all that was written, so once is enough


def test_the_common_case_takes_no_locks(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
    one = customer(database, program, database.run_lightly)
    with database.reading() as work:
        sale = bought(work, line(net_minor=1000))

    one.sells(sale)
    one.pays(100, None)
    one.cancels(0)

    assert one.light == [True, True, True]


def test_a_repeat_is_answered_though_nothing_is_left(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
    one = customer(database, program, database.run_lightly)
    everything = 39_600

    first = one.pays(everything, "R-1")
    again = one.pays(everything, "R-1")

    assert first == again == {"points": 0, "credit": 500}
    assert one.paid[0] == one.paid[1]


def test_a_sale_by_nobody_takes_no_locks(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        sale = bought(work, line(net_minor=1000))

    with database.attempt() as work:
        first = submit(work, program, None, sale)

    with database.unit_of_work() as work:
        assert submit(work, program, None, sale).transaction.id == first.transaction.id


def test_a_lot_found_in_two_ways_counts_once(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        email = (IdentityKind.EMAIL, "twice@example.com")
        member = make_member(work, program, email=email[1], identities=[email])
        purse = purse_of(program, member)
        give_points(work, purse, 50, expires_at=work.now + DAY)
        give_points(work, purse, 100)

    with database.attempt() as work:
        later_on = later(work, days=2)
        found = cards.recognise(later_on, program.id, [email], every_lot=True)
        held = ledger.lock_holdings(later_on, purse, every_lot=True)

    assert found.id == member.id
    assert held.available(program.points).minor == 10_000
    assert len(held.lots) == 2
