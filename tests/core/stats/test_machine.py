"""Whatever happens, in whatever order, and whenever it is rolled up: figures are what rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    rule,
    run_state_machine_as_test,
)

from adapter.core import ledger, stats
from adapter.core.errors import LoyaltyError
from adapter.core.ledger import Details, Entry, EntryKind, Purse, Role
from adapter.core.sales import Outcome
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.stats.books import reckoned, told
from tests.factories import (
    bought,
    cancel_sale,
    capture,
    give_points,
    line,
    make_card,
    make_member,
    make_program,
    make_rule,
    points,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
    submit,
)

DAY = timedelta(days=1)
EXAMPLES = {"sqlite": 12, "postgresql": 6}
AMOUNTS = st.integers(1, 60)
AGO = st.integers(-3, 70)


class Figures(RuleBasedStateMachine):
    """Two members of a program, and what tills and time do to them."""

    purses = Bundle("purses")
    entries = Bundle("entries")
    sold = Bundle("sold")
    held = Bundle("held")
    make_database: Callable[[], Database]
    clock: Clock

    @initialize()
    def open(self) -> None:
        """Begin with a fresh program; ids are made by the real clock, some months from here."""
        self.database = self.make_database()
        self.clock.now = datetime(2026, 5, 4, 9, tzinfo=UTC)
        with self.database.unit_of_work() as work:
            self.program = make_program(work)
            make_rule(work, self.program)

    def teardown(self) -> None:
        """Compare, however it came to that."""
        if hasattr(self, "program"):
            self.roll_up()

    def did(self, act: Callable[[Work], object]) -> object:
        """What was done, in a unit of work of its own; nothing where it was refused."""
        try:
            with self.database.unit_of_work() as work:
                return act(work)
        except LoyaltyError:
            return None

    @rule(target=purses)
    def join(self) -> Purse:
        def act(work: Work) -> Purse:
            member = make_member(work, self.program)
            make_card(work, self.program, member)
            return purse_of(self.program, member)

        made = self.did(act)
        assert isinstance(made, Purse)
        return made

    @rule(target=entries, purse=purses, amount=AMOUNTS, ago=AGO)
    def give(self, purse: Purse, amount: int, ago: int) -> object:
        at = self.clock.now - ago * DAY
        ends = self.clock.now + 20 * DAY
        return self.did(
            lambda work: give_points(work, purse, amount, occurred_at=at, expires_at=ends)
        )

    @rule(target=entries, purse=purses, amount=AMOUNTS)
    def spend(self, purse: Purse, amount: int) -> object:
        return self.did(lambda work: spend_points(work, purse, amount))

    @rule(purse=purses, amount=AMOUNTS, out=st.booleans())
    def adjust(self, purse: Purse, amount: int, out: bool) -> None:
        between = (Role.SPENDABLE, Role.ADJUSTED) if out else (Role.ADJUSTED, Role.SPENDABLE)
        details = Details(EntryKind.ADJUSTMENT)
        self.did(
            lambda work: ledger.transfer(
                work, purse, points(amount), details, source=between[0], target=between[1]
            )
        )

    @rule(purse=purses, entry=consumes(entries))
    def reverse(self, purse: Purse, entry: Entry | None) -> None:
        if entry is not None and entry.member_id == purse.member_id:
            self.did(
                lambda work: reverse(
                    work, purse, work.session.get_one(Entry, entry.id), down_to_zero=True
                )
            )

    @rule(target=held, purse=purses, amount=AMOUNTS)
    def reserve(self, purse: Purse, amount: int) -> object:
        return self.did(lambda work: reserve_points(work, purse, amount))

    @rule(reservation=consumes(held), taken=st.booleans())
    def close(self, reservation: object, taken: bool) -> None:
        if reservation is not None:
            self.did(lambda work: (capture if taken else release)(work, reservation))  # type: ignore[arg-type]

    @rule(target=sold, purse=purses, worth=st.integers(-90, 90), ago=AGO)
    def sell(self, purse: Purse, worth: int, ago: int) -> object:
        def act(work: Work) -> Outcome:
            from adapter.core.members import Member

            member = work.session.get_one(Member, purse.member_id)
            sale = bought(work, line(net_minor=worth * 100), at=self.clock.now - ago * DAY)
            return submit(work, self.program, member, sale)

        return self.did(act)

    @rule(outcome=consumes(sold))
    def cancel(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.did(lambda work: cancel_sale(work, self.program, outcome))

    @rule(hours=st.sampled_from([1, 7, 30, 24 * 12]), purse=purses)
    def wait(self, hours: int, purse: Purse) -> None:
        self.clock.advance(timedelta(hours=hours))
        self.did(lambda work: ledger.settle_due(work, purse))

    @rule()
    def roll_up(self) -> None:
        stats.roll_up(self.database)
        with self.database.reading() as work:
            assert told(work, self.program) == reckoned(work, self.program)

    @rule(purse=purses)
    def roll_up_from_the_future(self, purse: Purse) -> None:
        """As if all that was done so far were long past, and settled."""
        before = self.clock.now
        self.clock.now = datetime(2060, 1, 1, tzinfo=UTC)
        try:
            self.roll_up()
            with self.database.unit_of_work() as work:
                stats.start_anew(work)
        finally:
            self.clock.now = before


def test_figures_are_what_the_rows_come_to(
    make_database: Callable[..., Database], clock: Clock, engine_name: str
) -> None:
    class OfThisEngine(Figures):
        pass

    OfThisEngine.make_database = staticmethod(make_database)  # type: ignore[assignment]
    OfThisEngine.clock = clock
    run_state_machine_as_test(
        OfThisEngine,
        settings=settings(
            max_examples=EXAMPLES[engine_name],
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
