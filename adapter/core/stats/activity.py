"""How many members were active: on a day, and within the thirty days that end with it."""

from __future__ import annotations

import uuid
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import select

from adapter.core.stats.models import ActiveDay, Measure
from adapter.core.stats.tally import Active, Key, shifted
from adapter.db import Work
from adapter.db.statements import insert_many

DAYS = 30
_AT_ONCE = 500


def note(work: Work, found: Collection[Active]) -> Counter[Key]:
    """What the figures of active members grow by; whoever calls holds the lock of the figures.

    Told again nothing grows: a member's day is noted once. Days may be told in any order.
    """
    growth: Counter[Key] = Counter()
    in_order = sorted(found)
    for first in range(0, len(in_order), _AT_ONCE):
        some = in_order[first : first + _AT_ONCE]
        known = _known(work, some)
        fresh = []
        for program_id, member_id, day in some:
            days = known[member_id]
            place = bisect_left(days, day)
            if place < len(days) and days[place] == day:
                continue
            growth[Key(program_id, day, Measure.ACTIVE)] += 1
            for one in _newly_within(days, place, day):
                growth[Key(program_id, one, Measure.ACTIVE_30)] += 1
            insort(days, day)
            fresh.append({"member_id": member_id, "day": day})
        insert_many(work.session, ActiveDay, fresh)
    return growth


def _known(work: Work, some: list[Active]) -> defaultdict[uuid.UUID, list[date]]:
    """The days noted of these members, as far as they matter for these."""
    days = [day for _, _, day in some]
    rows = work.session.execute(
        select(ActiveDay.member_id, ActiveDay.day)
        .where(
            ActiveDay.member_id.in_({member_id for _, member_id, _ in some}),
            ActiveDay.day.between(shifted(min(days), -DAYS), shifted(max(days), DAYS)),
        )
        .order_by(ActiveDay.member_id, ActiveDay.day)
    )
    known: defaultdict[uuid.UUID, list[date]] = defaultdict(list)
    for member_id, day in rows:
        known[member_id].append(day)
    return known


def _newly_within(days: list[date], place: int, day: date) -> Iterator[date]:
    """The days whose thirty days had none of this member's before: those up to the next of their
    own are covered by this one, unless the one before covers them.
    """
    first, last = day, shifted(day, DAYS - 1)
    if place > 0:
        first = max(first, shifted(days[place - 1], DAYS))
    if place < len(days):
        last = min(last, shifted(days[place], -1))
    while first <= last:
        yield first
        if first == date.max:
            return
        first = shifted(first, 1)
