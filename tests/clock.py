"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """What `Database` is told the time is."""

    def __init__(self, now: datetime = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present instant, aware and in UTC."""
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """The instant it shows after going forward `by`."""
        self.now += by
        return self.now
