"""Delivers what is due, several messages at a time, so that a slow receiver holds up nobody else.

Nothing is sent inside a unit of work: a message is claimed and that committed, then sent, then how
it went is noted. Whoever dies in between leaves the message to others once the claim is over, so a
receiver may get it twice, under the same id.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from threading import Event
from typing import TypeVar

import structlog

from adapter.core import outbox
from adapter.core.outbox import OutboxMessage
from adapter.db import Database, Work
from adapter.db.database import again
from adapter.db.errors import is_unavailable
from adapter.delivery.absence import Absence
from adapter.delivery.calling import Callers
from adapter.delivery.endings import Ending
from adapter.delivery.hands import HANDS, room
from adapter.delivery.letters import TOPICS, Letter, compose
from adapter.delivery.posting import Gone, NotDelivered
from adapter.delivery.runner import EventRunner
from adapter.delivery.signing import secret_of

PAUSE = 0.5  # seconds between two looks for what is due
NOTES = 6  # how often it is tried to note what became of a message: well within its lease

T = TypeVar("T")
Busy = Counter[uuid.UUID]  # hands of each program

log = structlog.get_logger()


class Worker:
    """Whoever delivers the messages of a database; `stop` ends it after those in hand."""

    def __init__(
        self,
        database: Database,
        key: bytes,
        *,
        pause: float = PAUSE,
        public_only: bool = False,
    ) -> None:
        self.stop = Event()
        self._database = database
        self._key = key
        self._pause = pause
        self._callers = Callers(public_only=public_only)
        self._absence = Absence()
        self._events = EventRunner(
            database,
            key,
            stop=self.stop,
            absence=self._absence,
            pause=pause,
            public_only=public_only,
        )

    def run_once(self) -> Counter[Ending]:
        """What became of the messages that are due now, each tried once.

        Raises:
            Exception: The database cannot be used.
        """
        with self._database.reading() as work:
            now = work.now
        told = self._work_off(lambda busy: self._claim(busy, due_by=now), for_ever=False)
        return told + self._events.run_once(due_by=now)

    def run(self) -> Counter[Ending]:
        """What became of all messages until `stop` was set; an absent database is waited for."""
        # Codes have no time to wait for events, and so have hands of their own.
        with ThreadPoolExecutor(1) as beside:
            events = beside.submit(self._events.run)
            try:
                told = self._work_off(self._claim_if_there, for_ever=True)
            finally:
                self.stop.set()
            return told + events.result()

    def _work_off(
        self, claim: Callable[[Busy], Sequence[OutboxMessage]], *, for_ever: bool
    ) -> Counter[Ending]:
        tally: Counter[Ending] = Counter()
        under_way: dict[Future[Ending], uuid.UUID] = {}
        with self._callers.watched(), ThreadPoolExecutor(HANDS) as pool:
            while not self.stop.is_set():
                for one in claim(Counter(under_way.values())):
                    under_way[pool.submit(self._deliver, one)] = one.program_id
                if under_way:
                    done = wait(under_way, self._pause, return_when=FIRST_COMPLETED).done
                    for future in done:
                        del under_way[future]
                    self._count(tally, done, for_ever=for_ever)
                elif for_ever:
                    self.stop.wait(self._pause)
                else:
                    break
        self._count(tally, under_way, for_ever=for_ever)
        return tally

    def _count(
        self, tally: Counter[Ending], done: Collection[Future[Ending]], *, for_ever: bool
    ) -> None:
        for future in done:
            error = future.exception()
            if error is None:
                tally[future.result()] += 1
            elif for_ever and is_unavailable(error):
                self._absence.missed(error, began=time.monotonic())
            else:
                raise error

    def _claim_if_there(self, busy: Busy) -> Sequence[OutboxMessage]:
        return self._absence.unless_away(lambda: self._claim(busy), [])

    def _claim(self, busy: Busy, due_by: datetime | None = None) -> Sequence[OutboxMessage]:
        # A look costs no write, and for the most part there is nothing to do.
        with self._database.reading() as work:
            due = outbox.programs_due(work)
        due = sorted((one for one in due if room(busy, one)), key=lambda one: busy[one])
        if not due:
            return []

        def claim(work: Work) -> list[OutboxMessage]:
            taken, claimed = Counter(busy), list[OutboxMessage]()
            for program_id in due:
                if limit := room(taken, program_id):
                    some = outbox.claim(work, limit=limit, program_id=program_id, due_by=due_by)
                    taken[program_id] += len(some)
                    claimed += some
            return claimed

        return self._database.run(claim)

    def _deliver(self, message: OutboxMessage) -> Ending:
        try:
            return self._attempt(message)
        except Exception as error:
            if is_unavailable(error):
                raise
            # A bug with one message must not keep the others; it is tried again like any other.
            return self._failed(message, type(error).__name__)

    def _attempt(self, message: OutboxMessage) -> Ending:
        if message.topic not in TOPICS:
            # Perhaps a newer version has put it there, and soon delivers it.
            return self._waiting(message, "this version has no words for it")
        letter, now = again(lambda: self._composed(message))
        if letter is None:
            self._note(lambda work: outbox.drop(work, message))
            return self._told(message, Ending.DROPPED)
        if not letter.address:
            return self._waiting(message, "the program has no message_webhook")
        secret = secret_of(self._key, message.program_id)
        try:
            with self._callers.caller() as caller:
                caller.tell(letter, secret=secret, at=now)
        except Gone as refusal:
            reason = str(refusal)
            self._note(lambda work: outbox.bury(work, message, error=reason))
            return self._told(message, Ending.DEAD, reason)
        except NotDelivered as failure:
            return self._failed(message, str(failure))
        self._note(lambda work: outbox.deliver(work, message))
        return self._told(message, Ending.DELIVERED)

    def _composed(self, message: OutboxMessage) -> tuple[Letter | None, datetime]:
        with self._database.reading() as work:
            return compose(work, self._key, message), work.now

    def _waiting(self, message: OutboxMessage, reason: str) -> Ending:
        self._note(lambda work: outbox.postpone(work, message, reason=reason))
        return Ending.WAITING

    def _failed(self, message: OutboxMessage, error: str) -> Ending:
        later = self._note(lambda work: outbox.fail(work, message, error=error))
        return self._told(message, Ending.RETRIED if later else Ending.DEAD, error)

    def _note(self, how_it_went: Callable[[Work], T]) -> T:
        """Have it noted, though the database be away for some seconds: what was sent was sent."""
        for doubled in range(NOTES - 1):
            try:
                return self._database.run(how_it_went)
            except Exception as error:
                if not is_unavailable(error):
                    raise
            self.stop.wait(self._pause * 2**doubled)
        return self._database.run(how_it_went)

    @staticmethod
    def _told(message: OutboxMessage, ending: Ending, error: str = "") -> Ending:
        known = {"message": str(message.id), "topic": message.topic, "attempt": message.attempts}
        if error:
            log.warning(f"message {ending}", error=error, **known)
        else:
            log.info(f"message {ending}", **known)
        return ending
