"""The ledger against a plain list of lots: whatever happens, in whatever order, they agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from adapter.core import ledger, payments
from adapter.core.errors import AlreadyReversed, InsufficientPoints, LoyaltyError, ReservationClosed
from adapter.core.ledger import Entry, Purse
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.factories import (
    capture,
    findings,
    give_points,
    make_card,
    make_member,
    make_program,
    origin,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
)

HOUR = timedelta(hours=1)
# Chance deals the same hands on both engines. What is reckoned is found on the quicker one; a
# third of them has every step many times, which is enough to find what PostgreSQL does otherwise.
EXAMPLES = {"sqlite": 28, "postgresql": 10}


@dataclass(eq=False)
class Lot:
    """Points that live and die together."""

    free: int
    starts: datetime | None
    ends: datetime | None
    held: int = 0
    lost: int = 0  # what expired of it
    is_pending: bool = False

    def is_over(self, now: datetime) -> bool:
        """Whether its last moment has passed."""
        return self.ends is not None and self.ends <= now


@dataclass(eq=False)
class Model:
    """A purse as a child would keep it: a list of lots, and a debt."""

    may_owe: bool
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0

    def usable(self) -> list[Lot]:
        """The lots that may be spent, in the order in which they are."""
        lots = [lot for lot in self.lots if not lot.is_pending]
        return sorted(lots, key=lambda lot: (lot.ends is None, lot.ends or 0))

    def settle(self, now: datetime) -> None:
        """Let time do its work."""
        for lot in sorted(self.lots, key=lambda lot: (lot.ends is None, lot.ends or 0)):
            if lot.is_over(now):
                lot.lost, lot.free = lot.lost + lot.free, 0
            elif lot.is_pending and lot.starts is not None and lot.starts <= now:
                lot.is_pending = False
                self.pay_from(lot)

    def pay_from(self, lot: Lot) -> None:
        """Pay what is owed from a lot."""
        paid = min(self.debt, lot.free)
        self.debt, lot.free = self.debt - paid, lot.free - paid

    def give(
        self, amount: int, starts: datetime | None, ends: datetime | None, now: datetime
    ) -> Lot:
        """A new lot, which pays what is owed unless it is pending."""
        is_pending = starts is not None and starts > now
        lot = Lot(amount, starts, ends, is_pending=is_pending)
        self.lots.append(lot)
        if not is_pending:
            self.pay_from(lot)
        return lot

    def take(self, amount: int, lots: list[Lot]) -> tuple[list[tuple[Lot, int]], int]:
        """What each lot gave, and what none could."""
        taken = []
        for lot in lots:
            part = min(lot.free, amount)
            lot.free, amount = lot.free - part, amount - part
            taken.append((lot, part))
        return taken, amount

    def bring(self, parts: list[tuple[Lot, int]], beyond: int = 0) -> None:
        """Put parts back where they came from, after paying what is owed."""
        paid = min(self.debt, beyond)
        self.debt, beyond = self.debt - paid, beyond - paid
        for lot, part in parts:
            lot.free += part
            self.pay_from(lot)
        if beyond:
            self.lots.append(Lot(beyond, None, None))

    @property
    def available(self) -> int:
        """What may be spent."""
        return sum(lot.free for lot in self.usable()) - self.debt


@dataclass(eq=False)
class Did:
    """An entry, what it means to the model, and how it was told."""

    entry_id: Any
    side: int
    amount: int
    gave: Lot | None = None
    took: list[tuple[Lot, int]] = field(default_factory=list)
    owed: int = 0
    again: Callable[[Work], Any] | None = None
    is_reversed: bool = False


AMOUNTS = st.integers(1, 30)
HOURS = st.none() | st.integers(1, 40)
SIDES = st.sampled_from((0, 1, 1))  # the second purse may go negative, and sees more of life


class LedgerMachine(RuleBasedStateMachine):
    """A new member's purse, and that of their card, which may go negative."""

    database: Database
    clock: Clock
    program: ProgramTerms

    given = Bundle("given")
    spent = Bundle("spent")
    held = Bundle("held")

    @initialize()
    def begin(self) -> None:
        """A member nobody has seen."""
        self.number = 0
        self.run_out: list[Any] = []  # reservations the job has to see to
        with self.database.unit_of_work() as work:
            member = make_member(work, self.program)
            card = make_card(work, self.program, member)
        of_card = purse_of(self.program, member, card_id=card.id, may_go_negative=True)
        self.purses = [purse_of(self.program, member), of_card]
        self.models = [Model(may_owe=False), Model(may_owe=True)]
        for side in (0, 1):  # something to begin with, or little can be done for long
            self.give(side, 20, None, None)
            self.give(side, 20, None, 15)

    def origin(self) -> Any:
        """An origin of this example alone."""
        self.number += 1
        return origin(f"{self.purses[0].member_id}-{self.number}")

    def both(
        self, side: int, does: Callable[[Work, Purse], Any], thinks: Callable[[Model], Any]
    ) -> tuple[Any, Any]:
        """What the ledger did and what the model thinks, who refuse together or not at all."""
        model = self.models[side]
        model.settle(self.clock.now)
        expected = thinks(model)
        found: Any = None
        try:
            with self.database.unit_of_work() as work:
                found = does(work, self.purses[side])
        except LoyaltyError as refusal:
            found = type(refusal)
        refused = found if isinstance(found, type) else None
        assert refused == (expected if isinstance(expected, type) else None)
        return (None, None) if refused else (found, expected)

    @rule(target=given, side=SIDES, amount=AMOUNTS, starts=HOURS, lasts=HOURS)
    def give(self, side: int, amount: int, starts: int | None, lasts: int | None) -> Did:
        """Points earned, perhaps for later, perhaps for a time."""
        now, told = self.clock.now, self.origin()
        active_from = None if starts is None else now + starts * HOUR
        expires_at = None if lasts is None else (active_from or now) + (lasts - 5) * HOUR

        def does(work: Work, purse: Purse) -> Entry:
            return give_points(
                work, purse, amount, origin=told, active_from=active_from, expires_at=expires_at
            )

        entry, lot = self.both(side, does, lambda m: m.give(amount, active_from, expires_at, now))
        purse = self.purses[side]
        return Did(entry.id, side, amount, gave=lot, again=lambda work: does(work, purse))

    @rule(target=spent, side=SIDES, amount=st.integers(1, 60))
    def spend(self, side: int, amount: int) -> Did | None:
        """Points spent at once."""
        told = self.origin()

        def thinks(model: Model) -> Any:
            if model.available < amount and not model.may_owe:
                return InsufficientPoints
            taken, owed = model.take(amount, model.usable())
            model.debt += owed
            return taken, owed

        def does(work: Work, purse: Purse) -> Entry:
            return spend_points(work, purse, amount, origin=told)

        entry, thought = self.both(side, does, thinks)
        if entry is None:
            return None
        took, owed = thought
        purse = self.purses[side]
        again = lambda work: does(work, purse)  # noqa: E731
        return Did(entry.id, side, amount, took=took, owed=owed, again=again)

    @rule(target=held, side=SIDES, amount=AMOUNTS, deadline=HOURS)
    def reserve(self, side: int, amount: int, deadline: int | None) -> Any:
        """Points set aside."""
        until = None if deadline is None else self.clock.now + deadline * HOUR

        def thinks(model: Model) -> Any:
            if model.available < amount:
                return InsufficientPoints
            taken, _ = model.take(amount, model.usable())
            for lot, part in taken:
                lot.held += part
            return taken

        found, taken = self.both(
            side, lambda work, purse: reserve_points(work, purse, amount, deadline=until), thinks
        )
        return found and (side, found, taken)

    @rule(target=spent, held=consumes(held), captured=st.booleans())
    def let_go(self, held: Any, captured: bool) -> Did | None:
        """What was set aside is spent, or free again."""
        if held is None:
            return None
        side, reservation, taken = held
        thinks = self._let_go(reservation, taken, back=not captured)
        close = capture if captured else release
        found, _ = self.both(side, lambda work, _: close(work, reservation), thinks)
        if found is None or not captured:
            return None
        return Did(found.closing_entry_id, side, 0, took=taken)

    def _let_go(self, reservation: Any, taken: Any, *, back: bool) -> Callable[[Model], Any]:
        def thinks(model: Model) -> Any:
            if reservation.deadline is not None and reservation.deadline <= self.clock.now:
                # The reservation stays for the job, and so does what the model holds.
                self.run_out.append((reservation, taken, model))
                return ReservationClosed
            for lot, part in taken:
                lot.held -= part
            if back:
                model.bring(taken)
            return None

        return thinks

    @rule(did=given | spent, down_to_zero=st.booleans())
    def reverse(self, did: Did | None, down_to_zero: bool) -> None:
        """An entry undone, after its own call came once more and moved nothing."""
        if did is None:
            return
        if did.again is not None:
            with self.database.unit_of_work() as work:
                assert did.again(work).id == did.entry_id

        def thinks(model: Model) -> Any:
            if did.is_reversed:
                return AlreadyReversed
            if did.gave is None:
                model.bring(did.took, did.owed)
                return None
            amount = did.amount - did.gave.lost
            lots = [did.gave] + [lot for lot in model.usable() if lot is not did.gave]
            there = sum(lot.free for lot in lots)
            if there < amount and not model.may_owe and not down_to_zero:
                return InsufficientPoints
            _, short = model.take(amount, lots)
            if not down_to_zero:
                model.debt += short
            return None

        def does(work: Work, purse: Purse) -> Entry:
            entry = work.session.get_one(Entry, did.entry_id)
            return reverse(work, purse, entry, down_to_zero=down_to_zero)

        found, _ = self.both(did.side, does, thinks)
        did.is_reversed = did.is_reversed or found is not None

    @rule(hours=st.integers(1, 12), job=st.booleans())
    def time_passes(self, hours: int, job: bool) -> None:
        """Lots become active, lots expire, deadlines pass; a job may write it down."""
        self.clock.advance(hours * HOUR)
        for model in self.models:
            model.settle(self.clock.now)
        if job:
            with self.database.unit_of_work() as work:
                for purse in self.purses:
                    ledger.settle_due(work, purse)
            self.deadlines_are_kept()

    def deadlines_are_kept(self) -> None:
        """What waited too long is free again."""
        with self.database.unit_of_work() as work:
            for reservation, taken, model in self.run_out:
                if payments.release_due(work, reservation.id):
                    model.settle(self.clock.now)
                    for lot, part in taken:
                        lot.held -= part
                    model.bring(taken)
                    model.settle(self.clock.now)
        self.run_out.clear()

    @invariant()
    def the_balances_agree(self) -> None:
        """What a reader sees is what the list says."""
        with self.database.reading() as work:
            balances = [ledger.balance(work, purse) for purse in self.purses]
        for found, model in zip(balances, self.models, strict=True):
            model.settle(self.clock.now)
            pending = sum(lot.free for lot in model.lots if lot.is_pending)
            held = sum(lot.held for lot in model.lots)
            portions = [
                (lot.free + lot.held, lot.ends) for lot in model.lots if lot.free + lot.held
            ]
            assert found.available.whole == model.available
            assert found.pending.whole == pending
            assert found.reserved.whole == held
            assert found.total.whole == model.available + pending + held
            assert _by_end((int(p.amount.whole), p.expires_at) for p in found.portions) == (
                _by_end(portions)
            )

    def teardown(self) -> None:
        """In the end the books are in order."""
        with self.database.reading() as work:
            found = findings(work)
        if found:
            self.start_afresh()  # or the next example would find the same
        assert found == []


def _by_end(portions: Any) -> list[Any]:
    return sorted(portions, key=lambda p: (p[1] is None, p[1] or 0, p[0]))


def test_the_ledger_agrees_with_a_list(
    make_database: Callable[..., Database], clock: Clock, engine_name: str
) -> None:
    class Machine(LedgerMachine):
        @classmethod
        def start_afresh(cls) -> None:
            cls.database, cls.clock = make_database(), clock
            with cls.database.unit_of_work() as work:
                cls.program = make_program(work)

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
