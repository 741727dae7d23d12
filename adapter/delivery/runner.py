"""Delivers events: every member's in their order, many members' beside each other.

Several hands each take a batch of lines, send what stands in front of each line one by one over a
connection that stays open, and note all of it at once. Nothing is sent inside a unit of work: lines
are claimed and that committed, then sent, then how it went is noted. Whoever dies in between leaves
the lines to others once the claim is over, who send again what was not noted, in the same order.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event, Lock

import structlog

from adapter.core import outbox
from adapter.core.outbox import Claimed, Receiver, Subscription
from adapter.db import Database, Work
from adapter.db.database import again
from adapter.delivery.absence import Absence
from adapter.delivery.calling import Caller, Callers
from adapter.delivery.endings import Ending
from adapter.delivery.hands import HANDS, room
from adapter.delivery.rounds import Round, noted, send
from adapter.delivery.signing import secret_of

RUN = 32  # events of one line in one batch
FEWEST, MOST = 8, 64  # lines in one batch, by how quickly they leave
QUICK, SLOW = 0.5, 2.0  # seconds

log = structlog.get_logger()


class _NotMine(Exception):
    """Another worker tries whether the receiver is back."""


class EventRunner:
    """Whoever delivers the events of a database, until `stop` is set."""

    def __init__(
        self,
        database: Database,
        key: bytes,
        *,
        stop: Event,
        absence: Absence,
        pause: float,
        public_only: bool = False,
    ) -> None:
        self._database = database
        self._key = key
        self._stop = stop
        self._absence = absence
        self._pause = pause
        self._turn = Lock()  # one hand looks for work at a time
        self._busy: Counter[uuid.UUID] = Counter()
        self._met: set[uuid.UUID] = set()
        self._callers = Callers(public_only=public_only)
        self._idle_until = 0.0

    def run_once(self, *, due_by: datetime) -> Counter[Ending]:
        """What became of the events that were due then."""
        return self._run(lambda: self._hand(due_by))

    def run(self) -> Counter[Ending]:
        """What became of all events until `stop` was set; an absent database is waited for."""
        return self._run(self._hand_for_ever)

    def _run(self, hand: Callable[[], Counter[Ending]]) -> Counter[Ending]:
        total: Counter[Ending] = Counter()
        self._idle_until = 0.0
        with self._callers.watched(), ThreadPoolExecutor(HANDS) as pool:
            for done in [pool.submit(hand) for _ in range(HANDS)]:
                total += done.result()
        return total

    def _hand_for_ever(self) -> Counter[Ending]:
        tally: Counter[Ending] = Counter()
        while not self._stop.is_set():
            try:
                tally += self._absence.unless_away(lambda: self._hand(None), Counter())
            except Exception:
                # Its lines are free again after the claim; the others must not wait for that.
                log.exception("a batch of events was left")
            self._stop.wait(self._pause)
        return tally

    def _hand(self, due_by: datetime | None) -> Counter[Ending]:
        """What became of the events that were delivered until nothing was due."""
        tally: Counter[Ending] = Counter()
        size = FEWEST
        with self._callers.caller() as caller:
            while not self._stop.is_set():
                batch = self._claimed(size, due_by)
                if batch is None:
                    break
                began = time.monotonic()
                try:
                    tally += self._delivered(caller, *batch)
                finally:
                    with self._turn:
                        self._busy[batch[0].program_id] -= 1
                        self._idle_until = 0.0
                took = time.monotonic() - began
                size = min(MOST, size * 2) if took < QUICK else size
                size = max(1, size // 2) if took > SLOW else size
        return tally

    def _claimed(
        self, size: int, due_by: datetime | None
    ) -> tuple[Subscription, bool, Sequence[Claimed]] | None:
        """Lines of one program, and whether this is to see if its receiver is back."""
        with self._turn:
            if time.monotonic() < self._idle_until:
                return None  # another hand has just looked
            known, due = self._due(due_by)
            for one in sorted(due, key=lambda one: self._busy[one.program_id]):
                subscription = known.get(one.program_id)
                if subscription is None or not room(self._busy, one.program_id):
                    continue
                lines = self._take(one, size, due_by)
                if lines:
                    self._busy[one.program_id] += 1
                    return subscription, one.probe_at is not None, lines
            self._idle_until = time.monotonic() + self._pause / 2
        return None

    def _due(
        self, due_by: datetime | None
    ) -> tuple[dict[uuid.UUID, Subscription], Sequence[Receiver]]:
        while True:
            with self._database.reading() as work:
                known = dict(outbox.subscriptions(work))
                due = outbox.due_receivers(work, by=due_by)
            new = sorted(known.keys() - self._met)
            if not new:
                return known, due
            self._meet(new)

    def _meet(self, program_ids: Sequence[uuid.UUID]) -> None:
        self._database.run(lambda work: outbox.meet_receivers(work, program_ids))
        self._met.update(program_ids)

    def _take(self, one: Receiver, size: int, due_by: datetime | None) -> Sequence[Claimed]:
        is_probe = one.probe_at is not None

        def take(work: Work) -> Sequence[Claimed]:
            limit, run = (1, 1) if is_probe else (size, RUN)
            lines = outbox.claim_lines(work, one.program_id, limit=limit, run=run, due_by=due_by)
            if lines and is_probe and not outbox.take_probe(work, one):
                raise _NotMine
            return lines

        try:
            return self._database.run(take)
        except _NotMine:
            return []

    def _delivered(
        self,
        caller: Caller,
        subscription: Subscription,
        is_probe: bool,
        lines: Sequence[Claimed],
    ) -> Counter[Ending]:
        secret = secret_of(self._key, subscription.program_id)
        around = Round(subscription, secret, lines, is_probe=is_probe)
        again(lambda: around.compose(self._database))
        send(around, caller, self._stop)
        return noted(around, self._database, self._stop, self._pause)
