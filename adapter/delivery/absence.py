"""A database that is away: said once, and once more when it is back, by whoever notices first."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import structlog

from adapter.db.errors import is_unavailable

T = TypeVar("T")

log = structlog.get_logger()


class Absence:
    """Whether the database is away, as several threads see it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_away = False
        self._back_at = 0.0

    def missed(self, error: BaseException, *, began: float) -> None:
        """Note that somebody who began then did not find it."""
        with self._lock:
            if began >= self._back_at and not self._is_away:
                log.warning("the database is away", error=type(error).__name__)
                self._is_away = True

    def over(self) -> None:
        """Note that somebody found it."""
        with self._lock:
            if self._is_away:
                log.info("the database is back")
                self._is_away, self._back_at = False, time.monotonic()

    def unless_away(self, act: Callable[[], T], otherwise: T) -> T:
        """What comes of it; where the database is away that is noted, and it is this instead."""
        began = time.monotonic()
        try:
            found = act()
        except Exception as error:
            if not is_unavailable(error):
                raise
            self.missed(error, began=began)
            return otherwise
        self.over()
        return found
