"""How figures are read: from the roll-ups alone, whatever the size of the ledger."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from adapter.core.amounts import CREDIT, Amount, Unit
from adapter.core.programs import ProgramTerms
from adapter.core.stats.models import POINTS, REVERSED, DailyFigure, Measure, RollUpMark
from adapter.db import Work

LONGEST = 1_100  # days that are looked at together


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, the first and the last of them included."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(number)


@dataclass(frozen=True, slots=True)
class PointsDay:
    """What happened to points on a day, as those who hold them see it, and what they held after:
    of points, worth `worth_minor` of money at the value a point has now, and of credit.
    """

    day: date
    opening: Amount
    issued: Amount
    redeemed: Amount
    expired: Amount
    adjusted: Amount
    returned: Amount
    reversed: Amount
    outstanding: Amount
    worth_minor: int
    credit: Amount

    @property
    def liability_minor(self) -> int:
        """What members are owed, in money."""
        return self.worth_minor + self.credit.minor


@dataclass(frozen=True, slots=True)
class PeopleDay:
    """Who came, who was there, and what was sold on a day."""

    day: date
    new_members: int
    new_cards: int
    active: int
    active_30: int
    sales: int
    sales_minor: int
    refunds: int
    refunds_minor: int
    cancelled: int
    cancelled_minor: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All figures of a period, day by day and channel by channel; `as_of` is when they were rolled
    up last, and `is_complete` whether all that was there before has been read.
    """

    period: Period
    points: tuple[PointsDay, ...]
    people: tuple[PeopleDay, ...]
    by_channel: Mapping[str, Mapping[str, int]]  # a measure's sum of each channel
    cards_by_day: Mapping[str, Mapping[date, int]]  # new cards of each channel
    as_of: datetime | None
    is_complete: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened, and nothing is held."""
        return not (self.by_channel or any(one.outstanding or one.credit for one in self.points))

    @property
    def has_active(self) -> bool:
        """Whether anybody did anything in the thirty days before any of these."""
        return any(one.active_30 for one in self.people)


def overview(work: Work, program: ProgramTerms, period: Period) -> Overview:
    """The figures of a program in a period, in three queries of roll-ups."""
    rows = list(_rows(work, program.id, period))
    held = _held_before(work, program.id, period.first)
    as_of, is_complete = state(work)
    return Overview(
        period=period,
        points=tuple(_points(program, period, rows, held)),
        people=tuple(_people(period, rows)),
        by_channel=_by_channel(rows, program.points),
        cards_by_day=_cards(rows),
        as_of=as_of,
        is_complete=is_complete,
    )


def state(work: Work) -> tuple[datetime | None, bool]:
    """When figures were rolled up last, and whether all that was there before has been read."""
    marks = work.session.scalars(select(RollUpMark)).all()
    told = [mark.rolled_up_at for mark in marks if mark.rolled_up_at is not None]
    is_complete = bool(marks) and all(mark.is_read for mark in marks)
    return (min(told) if told and len(told) == len(marks) else None), is_complete


def sales_by_day(work: Work, program_id: uuid.UUID, period: Period) -> dict[date, int]:
    """How many sales and returns were told of on each day."""
    counted = Counter[date]()
    for row in _rows(work, program_id, period):
        if row.measure in (Measure.SALES, Measure.REFUNDS):
            counted[row.day] += row.count
    return dict(counted)


def _rows(work: Work, program_id: uuid.UUID, period: Period) -> Iterable[DailyFigure]:
    found = select(DailyFigure).where(
        DailyFigure.program_id == program_id,
        DailyFigure.day.between(period.first, period.last),
    )
    return work.session.scalars(found)


def _held_before(work: Work, program_id: uuid.UUID, first: date) -> Counter[str]:
    """What was held of each unit when a day began."""
    found = select(DailyFigure.unit, func.sum(DailyFigure.amount_minor)).where(
        DailyFigure.program_id == program_id,
        DailyFigure.day < first,
        DailyFigure.measure.in_(POINTS),
    )
    rows = work.session.execute(found.group_by(DailyFigure.unit))
    return Counter({unit: int(minor) for unit, minor in rows})


def _points(
    program: ProgramTerms, period: Period, rows: Sequence[DailyFigure], held: Counter[str]
) -> Iterator[PointsDay]:
    by_day: defaultdict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.measure in POINTS:
            by_day[row.day, row.unit][row.measure] += row.amount_minor
    points, credit = program.points.code, CREDIT.code
    for day in period:
        for unit in (points, credit):
            held[unit] += sum(by_day[day, unit].values())
        found = by_day[day, points]
        yield PointsDay(
            day,
            opening=Amount(found[Measure.OPENING], program.points),
            issued=Amount(found[Measure.ISSUED], program.points),
            redeemed=Amount(found[Measure.REDEEMED], program.points),
            expired=Amount(found[Measure.EXPIRED], program.points),
            adjusted=Amount(found[Measure.ADJUSTED], program.points),
            returned=Amount(found[Measure.RETURNED], program.points),
            reversed=Amount(sum(found[one] for one in REVERSED), program.points),
            outstanding=Amount(held[points], program.points),
            worth_minor=held[points] * program.settings.point_value_minor,
            credit=Amount(held[credit], CREDIT),
        )


def _people(period: Period, rows: Sequence[DailyFigure]) -> Iterator[PeopleDay]:
    counts, amounts = Counter[tuple[date, str]](), Counter[tuple[date, str]]()
    for row in rows:
        counts[row.day, row.measure] += row.count
        amounts[row.day, row.measure] += row.amount_minor
    for day in period:
        yield PeopleDay(
            day,
            counts[day, Measure.MEMBERS],
            counts[day, Measure.CARDS],
            counts[day, Measure.ACTIVE],
            counts[day, Measure.ACTIVE_30],
            counts[day, Measure.SALES],
            amounts[day, Measure.SALES],
            counts[day, Measure.REFUNDS],
            amounts[day, Measure.REFUNDS],
            counts[day, Measure.SALES_CANCELLED],
            amounts[day, Measure.SALES_CANCELLED],
        )


def _by_channel(rows: Iterable[DailyFigure], points: Unit) -> dict[str, dict[str, int]]:
    """What each channel had of every measure: points in their smallest parts, of cards, members and
    sales how many. What is refunded of a platform's orders is of `platform/refund`, and so its own.
    """
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.measure in (Measure.ACTIVE, Measure.ACTIVE_30):
            continue
        channel = row.channel.partition("/")[0]
        if row.measure in POINTS:
            if row.unit == points.code:
                name = "reversed" if row.measure in REVERSED else row.measure
                found[channel][name] += row.amount_minor
        else:
            found[channel][row.measure] += row.count
    return {channel: dict(sums) for channel, sums in sorted(found.items()) if any(sums.values())}


def _cards(rows: Iterable[DailyFigure]) -> dict[str, dict[date, int]]:
    found: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for row in rows:
        if row.measure == Measure.CARDS and row.count:
            found[row.channel][row.day] = row.count
    return dict(sorted(found.items()))
