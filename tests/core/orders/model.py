"""Bills and points as one would keep them on paper: no lots, no entries, no accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapter.core.amounts import POINTS, Amount
from adapter.core.errors import (
    DifferentMembers,
    InsufficientPoints,
    OrderClosed,
    OrderNotBound,
    PaymentTooLarge,
    PointsSetAside,
    RefundTooLarge,
)

POINT = 100  # smallest parts; worth as many of money
TENTH = 10  # of the money is earned


def short() -> InsufficientPoints:
    """Whatever was wanted, and whatever there is."""
    return InsufficientPoints(wanted=Amount.zero(POINTS), available=Amount.zero(POINTS))


@dataclass
class Missing:
    """Points that a refund could not take."""

    minor: int
    since: datetime


@dataclass
class Person:
    """What somebody has available, and what is still to be taken from what comes back to them."""

    available: int
    missing: list[Missing] = field(default_factory=list)
    payments: list[tuple[int, datetime]] = field(default_factory=list)

    def get_back(self, minor: int, away_since: datetime) -> None:
        """Points are back that were away since then; what was missing meanwhile is taken of it."""
        self.available += minor
        for one in self.missing:
            if one.since >= away_since:
                taken = min(one.minor, minor, self.available)
                one.minor, minor = one.minor - taken, minor - taken
                self.available -= taken

    def pay(self, minor: int, now: datetime) -> None:
        """A payment elsewhere."""
        if minor > self.available:
            raise short()
        self.available -= minor
        self.payments.append((minor, now))


@dataclass
class Bill:
    """One order."""

    total: int
    deadline: datetime
    who: int | None = None
    paid: int | None = None
    held: int = 0
    held_since: datetime | None = None
    is_free: bool = False  # of its reservation, because it ran out
    earned: int = 0
    refunded: int = 0
    given: int = 0
    taken: int = 0

    @property
    def limit(self) -> int:
        """The most points: whole ones, and something is left to be paid with money."""
        return (self.total - 1) // POINT * POINT

    def is_open(self, now: datetime) -> bool:
        """Whether it is neither closed nor lapsed."""
        return self.paid is None and now < self.deadline


@dataclass
class Paper:
    """All of it; whoever tries something tries it on a copy."""

    people: list[Person]
    bills: list[Bill] = field(default_factory=list)

    def bind(self, numbers: Sequence[int], who: int, now: datetime) -> None:
        """These bills are of somebody."""
        for bill in self._open(numbers, now):
            if bill.held and bill.who != who:
                raise PointsSetAside
            bill.who = who

    def set_aside(self, numbers: Sequence[int], whole: int, now: datetime) -> None:
        """So many points for these bills, those that were started first in front."""
        bills, left = self._open(sorted(numbers), now), whole * POINT
        if left and any(bill.who is None for bill in bills):
            raise OrderNotBound
        if left and len({bill.who for bill in bills}) > 1:
            raise DifferentMembers
        wanted = []
        for bill in bills:
            wanted.append(min(left, bill.limit))
            left -= wanted[-1]
        if left:
            raise PaymentTooLarge
        changed = [pair for pair in zip(bills, wanted, strict=True) if pair[0].held != pair[1]]
        for bill, _ in changed:
            self._release(bill)
        for bill, minor in changed:
            if minor and bill.who is not None:
                person = self.people[bill.who]
                if minor > person.available:
                    raise short()
                person.available -= minor
                bill.held, bill.held_since = minor, now

    def close(self, number: int, paid: int, now: datetime) -> None:
        """Once, with what was paid."""
        bill = self.bills[number]
        if not bill.is_open(now):
            if paid != (bill.paid or 0):
                raise OrderClosed
            return
        bill.paid = paid
        if not paid:
            self._release(bill)
        elif bill.who is not None:
            bill.earned = min(paid, bill.total - bill.held) // TENTH
            self.people[bill.who].available += bill.earned

    def refund(self, number: int, amount: int, now: datetime) -> None:
        """Money back, and points in proportion."""
        bill = self.bills[number]
        paid = bill.paid or 0
        if amount > paid - bill.refunded:
            raise RefundTooLarge
        bill.refunded += amount
        given = bill.held * bill.refunded // paid - bill.given
        taken = bill.earned * bill.refunded // paid - bill.taken
        bill.given, bill.taken = bill.given + given, bill.taken + taken
        if bill.who is None:
            return
        person = self.people[bill.who]
        if bill.held_since and given:
            person.get_back(given, bill.held_since)
        there = min(taken, person.available)
        person.available -= there
        person.missing.append(Missing(taken - there, now))

    def lapse(self, now: datetime) -> None:
        """What was set aside for too long is free."""
        for bill in self.bills:
            if bill.paid is None and bill.deadline <= now and bill.held and not bill.is_free:
                bill.is_free = True
                self._free(bill)

    def _open(self, numbers: Sequence[int], now: datetime) -> list[Bill]:
        bills = [self.bills[number] for number in numbers if self.bills[number].is_open(now)]
        if not bills:
            raise OrderClosed
        return bills

    def _release(self, bill: Bill) -> None:
        if bill.held:
            self._free(bill)
            bill.held, bill.held_since = 0, None

    def _free(self, bill: Bill) -> None:
        assert bill.who is not None and bill.held_since is not None
        self.people[bill.who].get_back(bill.held, bill.held_since)
