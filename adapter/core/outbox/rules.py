"""When a message is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

ATTEMPTS = 16  # some five hours
FIRST_WAIT, LONGEST_WAIT = 2, 3600  # seconds


def wait_after(attempts: int, *, chance: float) -> timedelta:
    """How long to wait after so many attempts; `chance`, from 0 to 1, keeps the many that failed
    at once from coming back at once.
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT << min(attempts - 1, ATTEMPTS))
    return timedelta(seconds=longest * (1 + chance) / 2)
