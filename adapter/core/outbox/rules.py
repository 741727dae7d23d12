"""When a message is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

ATTEMPTS = 16  # some five hours
FIRST_WAIT, LONGEST_WAIT = 2, 3600  # seconds

# Events have no hurry and must outlive a receiver that is away for a weekend: one is given up
# after both so many tries and so much time since the first.
EVENT_ATTEMPTS = 20
EVENT_LIFE = timedelta(days=3)

# After so many failures in a row, whatever the event, it is the receiver that is away; from then
# on one event after another is sent to see whether it is back, and all others wait.
AWAY_AFTER = 5
LONGEST_PROBE = 60  # seconds


def wait_after(attempts: int, *, chance: float) -> timedelta:
    """How long to wait after so many attempts; `chance`, from 0 to 1, keeps the many that failed
    at once from coming back at once.
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT << min(attempts - 1, ATTEMPTS))
    return timedelta(seconds=longest * (1 + chance) / 2)


def event_wait_after(attempts: int, *, chance: float) -> timedelta:
    """How long the line of an event waits after so many attempts: any time up to twice as long as
    before, and up to an hour.
    """
    return timedelta(seconds=chance * min(LONGEST_WAIT, FIRST_WAIT << min(attempts - 1, ATTEMPTS)))


def is_given_up(attempts: int, first_try_at: datetime | None, now: datetime) -> bool:
    """Whether an event was tried often enough, and for long enough."""
    return (
        attempts >= EVENT_ATTEMPTS and first_try_at is not None and first_try_at <= now - EVENT_LIFE
    )


def probe_after(failures: int, *, chance: float) -> timedelta:
    """How long to leave a receiver alone that has failed so often in a row."""
    longest = min(LONGEST_PROBE, 1 << min(failures - AWAY_AFTER + 1, 10))
    return timedelta(seconds=longest * (1 + chance) / 2)
