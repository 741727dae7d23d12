"""The past sales that rules are tried on: those that rules judged then, no more than wanted."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from adapter.core import programs
from adapter.core.programs import ProgramTerms
from adapter.core.stats.queries import Period, sales_by_day
from adapter.core.stats.sources import first_id
from adapter.core.stats.tally import Calendars, shifted
from adapter.core.transactions import Transaction, TransactionState
from adapter.db import Database, Work

# What is told of later than this was given its points by rules of another day, if by any of ours.
LATE = timedelta(days=7)
# Rows of any program that one statement goes through, whatever it finds among them.
CHUNK = 20_000

# When it happened; what claims to be still to come, happened when it was told of.
_happened_at = case(
    (Transaction.recorded_at < Transaction.occurred_at, Transaction.recorded_at),
    else_=Transaction.occurred_at,
)
# By a till, and answered with what it earned: what a file brought along was never answered here,
# and what is given back of an order has no code, for its points go in proportion.
_is_answered = and_(
    Transaction.confirmation_code.is_not(None), Transaction.balances_after.is_not(None)
)


@dataclass(slots=True)
class Sample:
    """The sales of some days, in the order in which they were told of.

    `unearned` is how many others were not given their points by the rules of these days; `is_cut`
    is whether of the only day there are more than these.
    """

    days: list[date]
    sales: list[tuple[uuid.UUID, date]] = field(default_factory=list)
    unearned: int = 0
    is_cut: bool = False

    def keep(self, most: int) -> None:
        """Leave days out evenly, and in the end sales, until there are not too many."""
        while len(self.sales) > most and len(self.days) > 1:
            self.days = self.days[1::2]
            kept = set(self.days)
            self.sales = [sale for sale in self.sales if sale[1] in kept]
        if len(self.sales) > most:
            self.is_cut = True
            del self.sales[most:]


def sample(database: Database, program: ProgramTerms, period: Period, most: int) -> Sample:
    """Sales of members that stand, of as many days of a period as have no more than `most`.

    They are counted as they are read, since figures may lag behind; what was told of after all
    that is read is known from the figures alone.
    """
    found, after = Sample(list(period)), uuid.UUID(int=0)
    calendars = Calendars({program.id: program.timezone})
    seen, unearned = Counter[date](), Counter[date]()
    is_more = True
    while is_more:
        with database.reading() as work:
            days = list(_coming(work, program, found.days, after))
            if not days:
                break
            after = max(after, first_id(programs.start_of(days[0], program.timezone)))
            until = work.session.scalar(_end_of_chunk(after))
            rows = work.session.execute(_rows(program, days, after, until)).all()
        for row in rows:
            day = calendars.day(program.id, row.occurred_at, row.recorded_at)
            seen[day] += 1
            if row.member_id is None or row.state != TransactionState.RECORDED:
                continue
            if row.is_answered and row.recorded_at - row.occurred_at <= LATE:
                found.sales.append((row.id, day))
            else:
                unearned[day] += 1
        found.keep(most)
        is_more, after = until is not None and not found.is_cut, until or after
    found.unearned = sum(unearned[day] for day in found.days)
    if not found.is_cut:
        with database.reading() as work:
            told = sales_by_day(work, program.id, period)
        # What was told of when all of a day had been read, was told of late.
        found.unearned += sum(max(told.get(day, 0) - seen[day], 0) for day in found.days)
    return found


def _coming(
    work: Work, program: ProgramTerms, days: Sequence[date], after: uuid.UUID
) -> Iterator[date]:
    """The days of which something may stand behind a place, told of in time."""
    for day in days:
        last = programs.end_of(shifted(day, LATE.days), program.timezone)
        if last >= work.now or first_id(last) > after:
            yield day


def _end_of_chunk(after: uuid.UUID) -> Select[uuid.UUID]:
    ids = select(Transaction.id).where(Transaction.id > after).order_by(Transaction.id)
    return ids.offset(CHUNK - 1).limit(1)


def _rows(
    program: ProgramTerms, days: Sequence[date], after: uuid.UUID, until: uuid.UUID | None
) -> Select[*tuple[Any, ...]]:
    """The sales of these days in a stretch of ids."""
    found = select(
        Transaction.id,
        Transaction.member_id,
        Transaction.state,
        Transaction.occurred_at,
        Transaction.recorded_at,
        _is_answered.label("is_answered"),
    ).where(
        Transaction.id > after,
        Transaction.program_id == program.id,
        # Others came to us as what does not stand, and no figure counts them.
        or_(Transaction.state == TransactionState.RECORDED, Transaction.cancelled_at.is_not(None)),
        or_(*_within(program, days)),
    )
    if until is not None:
        found = found.where(Transaction.id <= until)
    return found.order_by(Transaction.id)


def _within(program: ProgramTerms, days: Sequence[date]) -> Iterator[ColumnElement[bool]]:
    """Whether a sale happened on one of these days, asked for in stretches of days."""
    first = before = days[0]
    for day in [*days[1:], None]:
        if day is not None and day - before == timedelta(1):
            before = day
            continue
        yield and_(
            _happened_at >= programs.start_of(first, program.timezone),
            _happened_at < programs.end_of(before, program.timezone),
        )
        if day is not None:
            first = before = day
