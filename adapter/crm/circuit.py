"""Leaving alone, for a while, whoever has just failed several times in a row."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from threading import Lock


class State(StrEnum):
    """Whether calls are let through."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"  # one call finds out whether it is over


class Circuit:
    """Lets calls through until so many in a row failed, then one after each pause until one does
    not.
    """

    def __init__(self, *, failures: int, pause: float, timer: Callable[[], float]) -> None:
        self._most, self._pause, self._timer = failures, pause, timer
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False
        self._lock = Lock()

    @property
    def state(self) -> State:
        """How it stands."""
        if self._probing:
            return State.PROBING
        return State.CLOSED if self._open_until is None else State.OPEN

    def admits(self) -> bool:
        """Whether a call may be made now; whoever makes it tells how it went."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._probing or self._timer() < self._open_until:
                return False
            self._probing = True
            return True

    def succeeded(self) -> None:
        """A call was answered."""
        with self._lock:
            self._failures, self._open_until, self._probing = 0, None, False

    def failed(self) -> bool:
        """Whether the calls end here: this one was not answered, and it was the last of several."""
        with self._lock:
            self._failures += 1
            opens = self._probing or (self._open_until is None and self._failures >= self._most)
            if opens:
                self._open_until, self._probing = self._timer() + self._pause, False
            return opens
