"""Whoever asks, it is one ledger: two shops hear of the same deeds, and their books are alike.

In one shop every deed is done by whichever protocol is drawn for it, in the other all of them by
one protocol; both go by one clock. Two ledgers never have the same ids, and a digest covers ids,
so stored digests are never equal: `findings` sees that each shop's own are right. What is compared
is what the ids stand for (see `books`):

- after every deed, what each person has: by account, by lot (reason, size, what remains and what
  is set aside of it, last moment), the reservations that are held, and what is still to be taken
  back; and that both protocols did it or both refused;
- in the end, the story: each entry that changed what the person holds, in order, with its kind,
  reason, amount, both instants, the program's account on its other side, the entry it undoes, the
  lot it opened, what it did to every lot, and the reckoning of rules; the ledger's own digest
  over that, with each id replaced by its place; what expired of which lot when; and the sums on
  all accounts;
- of the second person, of whom both shops hear through the same protocol each time, the digests of
  the accounts themselves, entry by entry, again with places for ids.

What may differ is how points got from one place of a person's to another: an order sets aside and
captures what a payment takes at once; who undoes a deed words its reason; the moment at which
what has expired is written down; and no more.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
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
from adapter.core.members import Member
from adapter.db import Database
from tests.clock import Clock
from tests.factories import phone
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.swip.bills import step
from tests.protocols.together.books import Standing, books_of, entered, member_of, standing
from tests.protocols.together.deeds import Bought, ByPlugin, ByTill, ByWallet
from tests.protocols.together.shop import Shop, receipt

HOUR = timedelta(hours=1)
WHOLE_POINTS = Decimal(1)
LIFE_DAYS, CAP = 2, 35
# The jobs that move points. What the others do, and that all take turns, other tests look at.
_JOBS = {job.name: job for job in jobs.JOBS}
MOVING = (_JOBS["reservations"], _JOBS["lots"])
_numbers = itertools.count(1)


@dataclass
class Side:
    """One of the two shops, as each protocol sees it."""

    shop: Shop
    wallet: ByWallet
    till: ByTill
    plugin: ByPlugin

    def by(self, name: str) -> Any:
        """The protocol of this name."""
        return getattr(self, name)

    def enrol(self, by: str, phone: str) -> Member:
        """Somebody new."""
        self.by(by).enrol(phone)
        with self.shop.database.reading() as work:
            return member_of(work, self.shop, phone)

    def standing(self, member: Member) -> Standing:
        """What somebody has now."""
        with self.shop.database.reading() as work:
            return standing(work, self.shop, member)


@dataclass
class Person:
    """Somebody whom both shops know."""

    phone: str
    mixed: Member
    alone: Member


@dataclass
class Deed:
    """A purchase that both shops heard of, in the words of each."""

    person: Person
    by: str
    mixed: Bought
    alone: Bought


@dataclass
class Held:
    """An order that both have open."""

    person: Person
    money: int
    mixed: str
    alone: str


EVERY, TAKING = st.sampled_from(("wallet", "till", "plugin")), st.sampled_from(("till", "plugin"))
OTHER = {"till": "plugin", "plugin": "till"}
# As the one shop hears of a deed, the other does too, or in the other way, which tells more.
SAME, ANOTHER = "the same way", "another way"
BY = st.sampled_from((SAME, ANOTHER, ANOTHER))
WHO = st.sampled_from((0, 0, 1))
KOPECKS = st.sampled_from((1, 12_345, 30_000, 50_000))
# What of the whole points that a person has is to be spent: a part, all of it, or a point too much.
Share = tuple[int, int]
NOTHING, A_THIRD, ALL, TOO_MUCH = (0, 0), (1, 3), (1, 1), (1, 0)
SHARES = st.sampled_from((A_THIRD, ALL, ALL, TOO_MUCH))
STORIES = st.fixed_dictionaries(
    {
        "earned by": BY,
        "spent by": BY,
        "share": st.sampled_from((A_THIRD, ALL)),
        "undone": st.booleans(),
        "hours": st.sampled_from((1, 50)),
    }
)


class TogetherMachine(RuleBasedStateMachine):
    """Two people, and what they do."""

    mixed: Side
    alone: Side
    clock: Clock
    morning: datetime

    @initialize(ways=st.tuples(EVERY, EVERY), one=TAKING, story=STORIES)
    def begin(self, ways: tuple[str, str], one: str, story: dict[str, Any]) -> None:
        """People nobody has seen, of whom the first buys at once; one of the shops will hear of all
        from the same protocol.
        """
        self.clock.now = self.morning  # that an example be the same whatever came before it
        self.one = one
        self.people: list[Person] = []
        self.bought: list[Deed] = []  # what stands and may be undone, the last one last
        self.held: list[Held] = []
        for by in ways:
            number = phone()
            both = (self.mixed.enrol(by, number), self.alone.enrol(one, number))
            self.people.append(Person(number, *both))
        self.spend_what_was_earned(0, story)

    def way(self, who: int, by: str) -> str:
        """How the one shop hears of a person: of the second as the other does."""
        return self.one if who == 1 or by == SAME else OTHER[self.one]

    def points(self, who: int, share: Share) -> int:
        """This share of the whole points a person has."""
        part, of = share
        has = int(self.mixed.standing(self.people[who].mixed).available.whole)
        return part * has // of if of else part * (has + 1)

    @rule(who=WHO, by=BY, money=KOPECKS)
    def earn(self, who: int, by: str, money: int) -> None:
        """A purchase paid with money alone."""
        self.buy(who, by, money, NOTHING)

    @rule(who=WHO, by=BY, share=SHARES)
    def spend(self, who: int, by: str, share: Share) -> None:
        """One paid with points, and a kopeck without which no order is closed; it earns nothing."""
        self.buy(who, by, 1, share)

    @rule(who=WHO, by=BY, money=KOPECKS, share=SHARES)
    def spend_and_earn(self, who: int, by: str, money: int, share: Share) -> None:
        """One paid with both."""
        self.buy(who, by, money, share)

    def buy(self, who: int, by: str, money: int, share: Share) -> None:
        """A purchase that both shops hear of, unless it wants more points than there are."""
        points, reference = self.points(who, share), f"B-{next(_numbers)}"
        person, by = self.people[who], self.way(who, by)

        mixed = self.mixed.by(by).buy(person.phone, reference, money, points)
        alone = self.alone.by(self.one).buy(person.phone, reference, money, points)

        assert (mixed is None) == (alone is None) == (share == TOO_MUCH)
        if mixed and alone:
            self.bought.append(Deed(person, by, mixed, alone))

    @precondition(lambda self: self.bought)
    @rule()
    def undo_the_last(self) -> None:
        """What was spent comes back, what was earned is taken, as far as it is there."""
        self.undo(self.bought.pop())

    @precondition(lambda self: self.bought)
    @rule(number=st.integers(0, 5))
    def undo_an_earlier_one(self, number: int) -> None:
        """Whose points may have been spent by now, or have expired."""
        self.undo(self.bought.pop(number % len(self.bought)))

    @rule(who=WHO, story=STORIES)
    def spend_what_was_earned(self, who: int, story: dict[str, Any]) -> None:
        """Points are spent, and perhaps missing when the purchase that gave them is undone; they
        come back an hour later, or days after they would have expired.
        """
        self.buy(who, story["earned by"], 30_000, NOTHING)
        self.buy(who, story["spent by"], 1, story["share"])
        if story["undone"]:
            self.undo(self.bought.pop(-2))
        self.clock.advance(story["hours"] * HOUR)
        self.undo(self.bought.pop())

    def undo(self, deed: Deed) -> None:
        """All of a purchase, with the protocol that each shop heard of it from."""
        self.mixed.by(deed.by).undo(deed.person.phone, deed.mixed)
        self.alone.by(self.one).undo(deed.person.phone, deed.alone)

    @rule(who=WHO, by=BY, share=SHARES)
    def think_better_of_it(self, who: int, by: str, share: Share) -> None:
        """Points paid and given back, or set aside and let go, in the same moment."""
        points, reference = self.points(who, share) or 1, f"T-{next(_numbers)}"
        person, by = self.people[who], self.way(who, by)

        mixed = self.mixed.by(by).think_better_of_it(person.phone, reference, points)
        alone = self.alone.by(self.one).think_better_of_it(person.phone, reference, points)

        assert mixed == alone

    @precondition(lambda self: self.one == "plugin")
    @rule(who=WHO, money=KOPECKS, share=SHARES)
    def set_aside(self, who: int, money: int, share: Share) -> None:
        """Points wait for an order to be closed, which is SWiP's alone."""
        points, reference = self.points(who, share), f"O-{next(_numbers)}"
        person = self.people[who]

        mixed = self.mixed.plugin.open(person.phone, reference, money, points)
        alone = self.alone.plugin.open(person.phone, reference, money, points)

        assert (mixed is None) == (alone is None) == (share == TOO_MUCH)
        if mixed and alone:
            self.held.append(Held(person, money, mixed, alone))

    @precondition(lambda self: self.held)
    @rule(paid=st.booleans())
    def close(self, paid: bool) -> None:
        """They are spent, or let go; when the order has lapsed they are back already."""
        held = self.held.pop(0)
        told = {"amount": held.money / 100 if paid else 0}

        mixed = step(self.mixed.shop.plugin, held.mixed, "close", **told)
        alone = step(self.alone.shop.plugin, held.alone, "close", **told)

        assert mixed.status_code == alone.status_code
        if paid and mixed.status_code == 200:
            both = (Bought(held.money, held.mixed), Bought(held.money, held.alone))
            self.bought.append(Deed(held.person, "plugin", *both))

    @precondition(lambda self: self.one == "till")
    @rule(who=WHO, money=KOPECKS)
    def bring_back(self, who: int, money: int) -> None:
        """Goods, whoever sold them; which only fidelizacion's terminals can be told."""
        person = self.people[who]
        sale = receipt(f"R-{next(_numbers)}", self.clock.now, money=-money)

        told = [
            data_of(side.shop.till.submit(sale, member={"phoneNumber": person.phone}))
            for side in (self.mixed, self.alone)
        ]

        assert told[0]["earnedPoints"] == told[1]["earnedPoints"]
        assert told[0]["newBalance"] == told[1]["newBalance"]

    @rule(who=WHO, by=EVERY)
    def look(self, who: int, by: str) -> None:
        """One figure, whoever asks, as exactly as they count."""
        person = self.people[who]
        available = self.mixed.standing(person.mixed).available.whole
        for side, way in ((self.mixed, by), (self.alone, self.one)):
            seen = side.by(way).read(person.phone)
            assert seen == (
                available.quantize(WHOLE_POINTS, ROUND_DOWN) if way == "plugin" else available
            )

    @rule(hours=st.sampled_from((1, 11, 50)), job=st.booleans())
    def time_passes(self, hours: int, job: bool) -> None:
        """Points expire and orders lapse; the job may write it down."""
        self.clock.advance(hours * HOUR)
        if job:
            self.do_what_is_due()

    def do_what_is_due(self) -> None:
        """The job comes by, in both shops."""
        done = [jobs.run(side.shop.database) for side in (self.mixed, self.alone)]
        assert [one.failed for one in done] == [0, 0]

    @invariant()
    def they_have_the_same(self) -> None:
        """To the last hundredth, in the same lots."""
        for person in self.people:
            assert self.mixed.standing(person.mixed) == self.alone.standing(person.alone)

    def teardown(self) -> None:
        """When all of it is over, both tell the same story, and their books are in order."""
        try:
            self.do_what_is_due()
            self.they_have_the_same()
            self.everybody_is_told_the_same()
            self.clock.advance(timedelta(days=2 * LIFE_DAYS))
            self.do_what_is_due()
            self.the_books_are_alike()
            assert self.mixed.shop.is_sound()
            assert self.alone.shop.is_sound()
        except AssertionError:
            self.start_afresh()  # or the next example would find the same
            raise

    def everybody_is_told_the_same(self) -> None:
        """By all three, of whom two know the hundredths."""
        for person in self.people:
            told = {way: self.mixed.by(way).read(person.phone) for way in ("wallet", "till")}
            assert len(set(told.values())) == 1
            assert self.mixed.plugin.read(person.phone) == int(told["till"])

    def the_books_are_alike(self) -> None:
        """Person by person, and in sum."""
        with (
            self.mixed.shop.database.reading() as here,
            self.alone.shop.database.reading() as there,
        ):
            for who, person in enumerate(self.people):
                mixed, alone = books_of(here, person.mixed), books_of(there, person.alone)
                assert mixed.story() == alone.story()
                assert mixed.digest() == alone.digest()
                assert mixed.expired() == alone.expired()
                if who == 1:
                    assert mixed.chains() == alone.chains()
            assert entered(here, self.mixed.shop) == entered(there, self.alone.shop)


def test_the_ledger_cannot_tell_who_asked(
    make_database: Callable[..., Database],
    make_shop: Callable[..., Shop],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "JOBS", MOVING)

    class Machine(TogetherMachine):
        @classmethod
        def start_afresh(cls) -> None:
            cls.clock, cls.morning = clock, Clock().now
            cls.mixed, cls.alone = (cls.side() for _ in range(2))

        @classmethod
        def side(cls) -> Side:
            shop = make_shop(
                make_database(),
                points_expire_after_days=LIFE_DAYS,
                welcome_points="10",
                earning={"points_per_unit": "0.1", "max_points_per_day": str(CAP)},
            )
            return Side(shop, ByWallet(shop, clock), ByTill(shop, clock), ByPlugin(shop, clock))

    Machine.start_afresh()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),  # an example takes a second: by hand, and with Phase.shrink
            suppress_health_check=list(HealthCheck),
        ),
    )
