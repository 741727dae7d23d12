"""Arithmetic of a program on values alone: days and instants, points and their worth."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


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


def local_day(instant: datetime, timezone: ZoneInfo) -> date:
    """The calendar day of an instant where the program lives."""
    try:
        return instant.astimezone(timezone).date()
    except OverflowError:  # the calendar's last hours, or its first
        return instant.date()


def expiry_of_points(now: datetime, days: int | None, timezone: ZoneInfo) -> datetime | None:
    """When points given now expire: at the end of the last whole day; never without a number."""
    if days is None:
        return None
    try:
        last = local_day(now, timezone) + timedelta(days)
    except OverflowError:
        last = date.max
    return end_of(last, timezone)
