"""The thread that masks and writes exchanges, so that no request waits for that or fails by it."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from adapter.core import exchanges
from adapter.db import Database, Work
from adapter.db.errors import is_unavailable
from adapter.web.logs import traceback_of
from adapter.web.taken import Draft, Row, Taken

# What waits to be written is bounded in number and in bytes; what comes beyond that is dropped.
MOST_WAITING = 5000
MOST_BYTES = 32 * 1024 * 1024
# Of those who show no valid credential so many a second are kept: anybody could fill the table.
STRANGERS_A_SECOND = 50
# SQLite has one writer: a batch comes seldom enough not to fight for its turn.
WRITE_SECONDS, LOOK_SECONDS = 1.0, 0.1
BATCH = 500
SLICE = 16  # exchanges that are masked in one go
LOOKED_UP = 64  # exchanges whose members are looked up at once
LONGEST_PAUSE = 30.0
TELL_SECONDS = 60.0
USE_NOTED = timedelta(minutes=1)
USES_REMEMBERED = 10_000

log = structlog.get_logger()


@dataclass(slots=True)
class Counts:
    """What became of the exchanges of this process."""

    taken: int = 0
    written: int = 0
    dropped: int = 0


class Recorder:
    """Takes exchanges at once, and writes them when there is time."""

    def __init__(self, database: Database, *, with_bodies: bool = True) -> None:
        self.database = database
        self.with_bodies = with_bodies
        self.counts = Counts()
        self._taken: deque[tuple[Taken, int]] = deque()
        self._bytes = 0
        self._rows: list[Row] = []
        self._uses: dict[tuple[UUID, str, str], datetime] = {}
        self._second, self._strangers = 0, 0
        self._told_at = -TELL_SECONDS
        self._is_away = False
        self._lock = threading.Lock()  # of what waits
        self._writing = threading.Lock()  # one writes at a time
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0

    @property
    def waiting(self) -> int:
        """How many exchanges are not written yet."""
        return len(self._taken) + len(self._rows)

    def take(self, taken: Taken, size: int) -> None:
        """Have an exchange written later; dropped, and counted, where too many wait."""
        with self._lock:
            self.counts.taken += 1
            is_full = self.waiting >= MOST_WAITING or self._bytes + size > MOST_BYTES
            if is_full or (taken.caller is None and self._has_too_many_strangers()):
                self.counts.dropped += 1
                return
            self._taken.append((taken, size))
            self._bytes += size

    def start(self) -> None:
        """Write by itself from now on, in this process, and what is left when it ends."""
        if self._thread is not None and self._pid == os.getpid():
            return
        self._pid = os.getpid()
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="request log", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Write what waits, and nothing any more by itself."""
        atexit.unregister(self.stop)
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None and self._pid == os.getpid():
            thread.join(LONGEST_PAUSE)
        self.flush()

    def flush(self) -> bool:
        """Whether all that was taken is written; it is kept as long as the database is away."""
        with self._writing:
            self._mask()
            return self._write()

    def _run(self) -> None:
        pause, write_at = WRITE_SECONDS, 0.0
        while not self._stop.wait(LOOK_SECONDS):
            with self._writing:
                self._mask()
                now = time.monotonic()
                if self._rows and (now >= write_at or (len(self._rows) >= BATCH and pause <= 1)):
                    pause = WRITE_SECONDS if self._write() else min(2 * pause, LONGEST_PAUSE)
                    write_at = time.monotonic() + pause

    def _mask(self) -> None:
        """Make rows of what was taken, by and by, so that requests get their turn in between."""
        unknown: list[Draft] = []
        while self._taken:
            for _ in range(min(SLICE, len(self._taken))):
                taken, size = self._taken.popleft()
                with self._lock:
                    self._bytes -= size
                self._mask_one(taken, unknown)
            if len(unknown) >= LOOKED_UP:
                self._look_up(unknown)
            # Whoever waits for the interpreter would get it only after five milliseconds.
            time.sleep(0)
        self._look_up(unknown)

    def _mask_one(self, taken: Taken, unknown: list[Draft]) -> None:
        try:
            draft = Draft(taken)
            if draft.mask() and draft.members:
                unknown.append(draft)
            else:
                self._rows.append(draft.row())
        except Exception as error:
            self._lose(1, error)

    def _look_up(self, drafts: list[Draft]) -> None:
        """Have these masked again, with what else is a member's own known for it."""
        if drafts:
            self._rows += self._looked_up(drafts)
            drafts.clear()

    def _looked_up(self, drafts: Sequence[Draft]) -> list[Row]:
        rows: list[Row] = []
        found: dict[UUID, exchanges.Known] = {}
        try:
            with self.database.reading() as work:
                found = exchanges.known_of(work, {one for draft in drafts for one in draft.members})
        except Exception as error:  # it is masked without
            self._tell(error)
        for draft in drafts:
            try:
                for member_id in draft.members:
                    for text, fact in found.get(member_id, {}).items():
                        draft.known.setdefault(text, fact)
                draft.mask()
                rows.append(draft.row())
            except Exception as error:
                self._lose(1, error)
        return rows

    def _write(self) -> bool:
        while self._rows:
            rows = self._rows[:BATCH]
            try:
                self.database.run(lambda work, rows=rows: self._keep(work, rows))  # type: ignore[misc]
            except Exception as error:
                if is_unavailable(error):
                    self._tell(error)
                    self._is_away = True
                    return False
                # Of what the database refuses it will not think better.
                self._lose(len(rows), error)
            else:
                self.counts.written += len(rows)
                if self._is_away:
                    self._is_away = False
                    log.info("the request log is written again", dropped=self.counts.dropped)
            del self._rows[: len(rows)]
        return True

    def _keep(self, work: Work, rows: Sequence[Row]) -> None:
        counted = exchanges.day_counts(row.counts_for for row in rows if row.counts_for)
        used: dict[tuple[UUID, str, str], datetime] = {}
        for row in rows:
            at = row.values["at"]
            if row.used and at - self._uses.get(row.used, at - USE_NOTED) >= USE_NOTED:
                used[row.used] = at
        exchanges.write_many(work, [row.values for row in rows], counted=counted, used=used)
        if len(self._uses) > USES_REMEMBERED:
            self._uses.clear()
        self._uses |= used

    def _has_too_many_strangers(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._strangers = second, 0
        self._strangers += 1
        return self._strangers > STRANGERS_A_SECOND

    def _lose(self, number: int, error: Exception) -> None:
        with self._lock:
            self.counts.dropped += number
        self._tell(error)

    def _tell(self, error: Exception) -> None:
        """One line a minute, however many exchanges it is about."""
        if time.monotonic() - self._told_at < TELL_SECONDS:
            return
        self._told_at = time.monotonic()
        told = {"error": type(error).__name__, "dropped": self.counts.dropped}
        if is_unavailable(error):
            log.warning("the request log cannot be written", waiting=self.waiting, **told)
        else:
            log.error("the request log lost an exchange", traceback=traceback_of(error), **told)
