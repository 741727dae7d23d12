"""The calendar a program lives by: days, periods, and the instants at which they begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

# What is told later than this is judged as of so long ago.
LATEST = timedelta(days=7)


def start_of(day: date, timezone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC; the first of all where that lies before it."""
    try:
        return datetime.combine(day, time.min, timezone).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def end_of(day: date, timezone: ZoneInfo) -> datetime:
    """The instant at which a local day is over: what is valid "until" it lives up to here."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return start_of(day + timedelta(days=1), timezone)


def last_day(expires_at: datetime, timezone: ZoneInfo) -> date:
    """The last local day on which something is still valid."""
    return local_day(expires_at - timedelta(microseconds=1), timezone)


def judged_at(told: datetime, now: datetime) -> datetime:
    """The instant by which rules, limits and validity judge what is told of `told`.

    Its own, for a till that was cut off tells late; but none to come and none long past, for a
    clock may be wrong, or be turned.
    """
    return min(max(told, now - LATEST), now)


def local_time(instant: datetime, timezone: tzinfo) -> datetime:
    """What the clock on the wall shows at an instant where the program lives."""
    try:
        return instant.astimezone(timezone)
    except OverflowError:  # the calendar's last hours, or its first
        return instant


def local_day(instant: datetime, timezone: ZoneInfo) -> date:
    """The calendar day of an instant where the program lives."""
    return local_time(instant, timezone).date()


def expiry_of_points(now: datetime, days: int | None, timezone: ZoneInfo) -> datetime | None:
    """When points given now expire: at the end of the last whole day; never without a number."""
    if days is None:
        return None
    try:
        last = local_day(now, timezone) + timedelta(days)
    except OverflowError:
        last = date.max
    return end_of(last, timezone)


def period_of(day: date, length: str) -> str:
    """The name of the calendar period a day lies in: `2026-11-21`, `2026-W47`, `2026-11`, `2026`,
    or `ever`.
    """
    year, week, _ = day.isocalendar()
    names = {
        "day": day.isoformat(),
        "week": f"{year:04}-W{week:02}",
        "month": f"{day.year:04}-{day.month:02}",
        "year": f"{day.year:04}",
        "ever": "ever",
    }
    return names[length]
