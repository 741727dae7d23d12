"""What sales, payments and events come to, as somebody would reckon it on paper.

Whole points; one rule gives a point for each major unit, up to a cap for a day; points live until
the end of the second day after the sale.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

CAP = 30
VISIT, VISITS_A_DAY = 3, 2
LIFE = timedelta(days=2)
MOSCOW = timezone(timedelta(hours=3))


def day_of(instant: datetime) -> date:
    """The day on the wall."""
    return instant.astimezone(MOSCOW).date()


def end_of_day(instant: datetime) -> datetime:
    """When the day on the wall is over."""
    return datetime.combine(day_of(instant), datetime.min.time(), MOSCOW) + timedelta(days=1)


def end_of_life(start: datetime) -> datetime:
    """When points of an instant are over."""
    return end_of_day(start) + LIFE


@dataclass(eq=False)
class Lot:
    """Points that live and die together."""

    free: int
    ends: datetime
    lost: int = 0


@dataclass(eq=False)
class Payment:
    """A payment, and where its points came from."""

    amount: int
    reference: str | None
    took: list[tuple[Lot, int]]
    made_at: datetime
    stands: bool = True


@dataclass(eq=False)
class Sold:
    """A sale, what it did, and what was answered."""

    amount: int
    day: date
    points: int
    used: str | None
    answer: tuple[int, int]
    lot: Lot | None = None
    took: list[tuple[Lot, int]] = field(default_factory=list)
    undone: int | None = None  # what cancelling it changed
    shortfall: int = 0  # what it should have taken and could not
    short_since: datetime | None = None
    late: list[tuple[Lot, int]] = field(default_factory=list)  # and what was taken of it since


@dataclass(eq=False)
class Person:
    """All that one member has."""

    lots: list[Lot] = field(default_factory=list)
    given: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    visits_of: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[str, int] = field(default_factory=lambda: {"once": 0, "twice": 0})
    payments: list[Payment] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)
    visits: int = 0
    spent: int = 0

    @property
    def available(self) -> int:
        """What may be spent."""
        return sum(lot.free for lot in self.lots)

    def settle(self, now: datetime) -> None:
        """Let time do its work."""
        for lot in self.lots:
            if lot.ends <= now:
                lot.lost, lot.free = lot.lost + lot.free, 0

    def usable(self) -> list[Lot]:
        """Lots in the order in which they are spent."""
        return sorted(self.lots, key=lambda lot: lot.ends)

    def take(self, amount: int, lots: list[Lot]) -> list[tuple[Lot, int]]:
        """What each of these lots gives, as far as they go."""
        taken = []
        for lot in lots:
            part = min(lot.free, amount)
            lot.free, amount = lot.free - part, amount - part
            taken.append((lot, part))
        return taken

    def can_use(self, name: str | None) -> bool:
        """Whether this benefit is not used up."""
        return name is None or self.used[name] < {"once": 1, "twice": 2}[name]

    def paid_for(self, reference: str) -> int:
        """What points brought to a sale."""
        return sum(one.amount for one in self.payments if one.stands and one.reference == reference)

    def sell(
        self, amount: int, reference: str, used: str | None, *, at: datetime, now: datetime
    ) -> Sold:
        """A sale told of for the first time."""
        self.settle(now)
        base, day = amount - self.paid_for(reference), day_of(at)
        room = max(CAP - max(self.given[day], 0), 0)
        points = min(base, room) if base >= 0 else max(base, -self.available)
        sold = Sold(amount, day, points, used, (points, self.available + points))
        if points > 0:
            ends = end_of_life(min(at, now))
            sold.lot = Lot(points, ends if ends > now else end_of_life(now))
            self.lots.append(sold.lot)
        sold.took = self.take(-points, self.usable()) if points < 0 else []
        sold.shortfall, sold.short_since = points - base if base < 0 else 0, now
        self.sold.append(sold)
        self.given[day] += points
        self._count(sold, 1)
        return sold

    def cancel(self, sold: Sold, *, now: datetime) -> None:
        """A sale that does not stand any more."""
        self.settle(now)
        if sold.undone is not None:
            return
        before = self.available
        if sold.lot is not None:
            others = [lot for lot in self.usable() if lot is not sold.lot]
            self.take(sold.points - sold.lot.lost, [sold.lot, *others])
            sold.undone = self.available - before
            sold.shortfall, sold.short_since = sold.points - sold.lot.lost + sold.undone, now
        else:
            self.put_back(sold.took)
            self.put_back(sold.late)
            sold.undone, sold.shortfall = -sold.points, 0
        self.given[sold.day] += sold.undone
        self.settle(now)
        self._count(sold, -1)

    def _count(self, sold: Sold, times: int) -> None:
        self.visits += times if sold.amount >= 0 else 0  # who brings goods back buys nothing
        self.spent += times * sold.amount
        if sold.used is not None:
            self.used[sold.used] += times

    def pay(self, amount: int, reference: str | None, now: datetime) -> Payment:
        """A payment, which somebody else has seen to be covered."""
        paid = Payment(amount, reference, self.take(amount, self.usable()), now)
        self.payments.append(paid)
        return paid

    def put_back(self, took: list[tuple[Lot, int]]) -> None:
        """Points back where they came from."""
        for lot, part in took:
            lot.free += part

    def unpay(self, paid: Payment, now: datetime) -> None:
        """A payment undone: what has expired of it is good for the day, and what sales should have
        taken before is taken now.
        """
        self.settle(now)
        renewed = Lot(0, end_of_day(now))
        for lot, part in paid.took:
            (renewed if lot.ends <= now else lot).free += part
        self.lots.append(renewed)
        back = paid.amount
        for sold in self.sold:
            if sold.short_since is not None and sold.short_since >= paid.made_at:
                minor = min(sold.shortfall, back, self.available)
                sold.late += self.take(minor, self.usable())
                sold.shortfall, back = sold.shortfall - minor, back - minor

    def visit(self, now: datetime) -> None:
        """An event."""
        self.settle(now)
        if self.visits_of[day_of(now)] < VISITS_A_DAY:
            self.visits_of[day_of(now)] += 1
            self.lots.append(Lot(VISIT, end_of_life(now)))
