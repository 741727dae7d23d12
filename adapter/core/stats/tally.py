"""What rows come to, day by day: counted in memory, kept as JSON, compared with what was told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from adapter.core import programs


class Key(NamedTuple):
    """What one figure is of."""

    program_id: uuid.UUID
    day: date
    measure: str
    channel: str = ""
    unit: str = ""


class Sum(NamedTuple):
    """How often, and how much."""

    times: int
    amount_minor: int

    def less(self, other: Sum) -> Sum:
        """What is to be added to the other to make it this."""
        return Sum(self.times - other.times, self.amount_minor - other.amount_minor)


NOTHING = Sum(0, 0)
Active = tuple[uuid.UUID, uuid.UUID, date]  # the program, the member, the day


class Calendars:
    """The local day of an instant, in each program's time zone."""

    def __init__(self, zones: Mapping[uuid.UUID, ZoneInfo]) -> None:
        self._zones = zones
        self._known: dict[tuple[uuid.UUID, datetime], date] = {}

    def day(self, program_id: uuid.UUID, occurred_at: datetime, recorded_at: datetime) -> date:
        """The day on which something happened; what claims to be still to come, was when it was
        recorded: a till's clock may be wrong.
        """
        at = min(occurred_at, recorded_at)
        # No zone changes its distance from UTC but at a quarter of an hour.
        quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        key = (program_id, quarter)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > _MOST:
                self._known.clear()
            found = self._known[key] = programs.local_day(quarter, self._zones[program_id])
        return found


_MOST = 50_000


@dataclass(slots=True)
class Tally:
    """Figures in the making, and who was active when."""

    sums: dict[Key, Sum] = field(default_factory=dict)
    active: set[Active] = field(default_factory=set)

    def add(self, key: Key, amount_minor: int = 0) -> None:
        """Count something."""
        had = self.sums.get(key, NOTHING)
        self.sums[key] = Sum(had.times + 1, had.amount_minor + amount_minor)

    def told(self) -> list[Any]:
        """The sums as JSON."""
        return [
            [key.program_id.hex, key.day.isoformat(), *key[2:], *found]
            for key, found in sorted(self.sums.items())
        ]

    def changes(self, told: Sequence[Sequence[Any]]) -> Iterator[tuple[Key, Sum]]:
        """What must be added to figures of which so much was told before."""
        before = dict(_of(told))
        for key in sorted(self.sums.keys() | before.keys()):
            change = self.sums.get(key, NOTHING).less(before.get(key, NOTHING))
            if any(change):
                yield key, change


def _of(told: Sequence[Sequence[Any]]) -> Iterator[tuple[Key, Sum]]:
    for program_id, day, measure, channel, unit, times, amount_minor in told:
        key = Key(uuid.UUID(program_id), date.fromisoformat(day), measure, channel, unit)
        yield key, Sum(times, amount_minor)


def shifted(day: date, days: int) -> date:
    """A day so many later or earlier, or the calendar's last or first."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min
