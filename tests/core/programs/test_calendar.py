"""Days of the program's time zone, and the instants at which they begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.core import programs

MOSCOW = ZoneInfo("Europe/Moscow")
ZONES = st.sampled_from(
    [
        MOSCOW,
        ZoneInfo("UTC"),
        ZoneInfo("Europe/Berlin"),
        ZoneInfo("America/Sao_Paulo"),  # clocks went forward at midnight
        ZoneInfo("America/Havana"),  # they go back to midnight
        ZoneInfo("Africa/Cairo"),
        ZoneInfo("Asia/Kamchatka"),
        ZoneInfo("Pacific/Kiritimati"),
        ZoneInfo("America/Los_Angeles"),
    ]
)
DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "day, zone, starts, ends",
    [
        ("2026-05-04", "Europe/Moscow", "2026-05-03 21:00", "2026-05-04 21:00"),
        ("2026-03-29", "Europe/Berlin", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("2026-10-25", "Europe/Berlin", "2026-10-24 22:00", "2026-10-25 23:00"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04 03:00", "2018-11-05 02:00"),
        ("2018-02-17", "America/Sao_Paulo", "2018-02-17 02:00", "2018-02-18 03:00"),
        ("2026-11-01", "America/Havana", "2026-11-01 04:00", "2026-11-02 05:00"),
    ],
)
def test_a_day_is_as_long_as_the_clocks_say(day: str, zone: str, starts: str, ends: str) -> None:
    local, timezone = date.fromisoformat(day), ZoneInfo(zone)

    assert programs.start_of(local, timezone) == at(starts)
    assert programs.end_of(local, timezone) == at(ends)


@given(DAYS, ZONES)
def test_a_day_begins_where_the_last_one_ended(day: date, zone: ZoneInfo) -> None:
    assert programs.end_of(day, zone) == programs.start_of(day + timedelta(days=1), zone)


@given(DAYS, ZONES)
def test_the_first_and_the_last_instant_are_of_the_day(day: date, zone: ZoneInfo) -> None:
    starts, ends = programs.start_of(day, zone), programs.end_of(day, zone)

    assert programs.local_day(starts, zone) == day
    assert programs.local_day(starts - timedelta(microseconds=1), zone) < day
    assert programs.last_day(ends, zone) == day
    assert programs.local_day(ends, zone) > day


@pytest.mark.parametrize("zone", [MOSCOW, ZoneInfo("America/Los_Angeles"), ZoneInfo("UTC")])
@pytest.mark.parametrize("day", [date.max, date.max - timedelta(days=1), date.min])
def test_the_ends_of_the_calendar_are_days_too(day: date, zone: ZoneInfo) -> None:
    starts, ends = programs.start_of(day, zone), programs.end_of(day, zone)

    assert starts < ends
    assert programs.last_day(ends, zone) == day


def test_points_live_to_the_end_of_their_last_day() -> None:
    now = at("2026-05-04 22:30")  # in Moscow the next day already

    assert programs.expiry_of_points(now, 30, MOSCOW) == at("2026-06-04 21:00")


def test_points_without_a_number_of_days_never_expire() -> None:
    assert programs.expiry_of_points(at("2026-05-04 22:30"), None, MOSCOW) is None


def test_points_given_for_longer_than_the_calendar_live_to_its_end() -> None:
    ends = programs.expiry_of_points(at("2026-05-04 22:30"), 10**9, MOSCOW)

    assert ends is not None and programs.last_day(ends, MOSCOW) == date.max
