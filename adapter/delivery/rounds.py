"""One batch of lines: worded together, sent one by one, noted together."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event
from typing import TypeVar

import structlog

from adapter.core import outbox
from adapter.core.outbox import Claimed, Ended, OutboxEvent, Outcome, Subscription, Went
from adapter.db import Database, Work
from adapter.db.errors import is_unavailable
from adapter.delivery.calling import Caller
from adapter.delivery.endings import Ending
from adapter.delivery.event_letters import Composed, compose_events, is_known
from adapter.delivery.posting import Gone, NotDelivered

# Well within the claim of the lines: what is not begun by then is left to the next batch.
LONGEST = 45.0  # seconds
ENOUGH = 3  # failures in a row, after which the rest of a batch need not be tried
NOTES = 6  # how often it is tried to note what became of a batch

T = TypeVar("T")

log = structlog.get_logger()


class Round:
    """A batch on its way, and how it goes."""

    def __init__(
        self,
        subscription: Subscription,
        secret: bytes,
        lines: Sequence[Claimed],
        *,
        is_probe: bool,
    ) -> None:
        self.subscription = subscription
        self.secret = secret
        self.gone = [Went(line) for line in lines]
        self.is_probe = is_probe
        self.at: datetime
        self.letters: dict[uuid.UUID, Composed] = {}
        self.delivered = self.failures = self.in_a_row = 0
        self.last_error = ""
        self.is_refused = False

    def compose(self, database: Database) -> None:
        """Word all of its events."""
        events = [event for one in self.gone for event in one.line.events if is_known(event.topic)]
        with database.reading() as work:
            self.at = work.now
            self.letters = compose_events(
                work, self.subscription.program_id, self.subscription.address, events
            )

    @property
    def is_over(self) -> bool:
        """Whether the rest need not be tried now."""
        return self.is_refused or self.in_a_row >= ENOUGH


def send(around: Round, caller: Caller, stop: Event) -> None:
    """Tell the receiver what stands in each line, in its order, as far as it goes."""
    until = time.monotonic() + LONGEST
    for one in around.gone:
        for event in one.line.events:
            if stop.is_set() or around.is_over or time.monotonic() > until:
                return
            if not is_known(event.topic):
                # Perhaps a newer version has put it there, and soon delivers it.
                one.waits = "this version has no words for it"
                break
            if not _tell(around, one, event, caller):
                break


def _tell(around: Round, one: Went, event: OutboxEvent, caller: Caller) -> bool:
    """Whether the line may go on after this event."""
    letter = around.letters[event.id]
    if isinstance(letter, Exception):
        one.error = type(letter).__name__
        return False
    if letter is None:
        one.ended.append(Ended(event, Outcome.DROPPED))
        return True
    try:
        caller.tell(letter, secret=around.secret, at=around.at)
    except Gone as refusal:
        around.is_refused, one.waits = True, str(refusal)
        return False
    except NotDelivered as failure:
        one.error = around.last_error = str(failure)
        around.failures += 1
        around.in_a_row += 1
        return False
    one.ended.append(Ended(event, Outcome.DELIVERED))
    around.delivered += 1
    around.in_a_row = 0
    return True


def noted(around: Round, database: Database, stop: Event, pause: float) -> Counter[Ending]:
    """What became of a batch, once that is written down."""
    dead, is_away = _patiently(lambda: database.run(lambda work: _note(work, around)), stop, pause)
    _log(around, dead, is_away)
    tally: Counter[Ending] = Counter()
    for one in around.gone:
        for ended in one.ended:
            tally[Ending(ended.outcome)] += 1
        tally[Ending.RETRIED] += bool(one.error)
        tally[Ending.WAITING] += bool(one.waits)
    return +tally


def _note(work: Work, around: Round) -> tuple[list[Ended], bool]:
    dead = outbox.note_lines(work, around.gone)
    program_id = around.subscription.program_id
    is_away = False
    if around.delivered or around.failures:
        is_away = outbox.note_receiver(
            work,
            program_id,
            delivered=around.delivered,
            failures=around.in_a_row if around.delivered else around.failures,
            error=around.last_error,
        )
    elif around.is_probe:
        outbox.end_probe(work, program_id)
    if around.is_refused:
        outbox.pause(work, program_id, by="receiver", reason="status 410")
    return dead, is_away


def _patiently(act: Callable[[], T], stop: Event, pause: float) -> T:
    """What comes of it, though the database be away for some seconds: what was sent was sent."""
    for doubled in range(NOTES - 1):
        try:
            return act()
        except Exception as error:
            if not is_unavailable(error):
                raise
        stop.wait(pause * 2**doubled)
    return act()


def _log(around: Round, dead: Sequence[Ended], is_away: bool) -> None:
    program = around.subscription.program_code
    if around.delivered:
        log.info("events delivered", program=program, count=around.delivered)
    for one in around.gone:
        if one.error:
            front = one.line.events[len(one.ended)]
            log.warning("event retried", error=one.error, program=program, **_known(front))
    for ended in dead:
        log.error("event dead", error=ended.error, program=program, **_known(ended.event))
    if is_away:
        log.warning("receiver is away", program=program, error=around.last_error)
    if around.is_refused:
        log.error("receiver wants no more events", program=program)


def _known(event: OutboxEvent) -> dict[str, str]:
    # `event` is what structlog calls the words of a line.
    return {"event_id": str(event.id), "topic": event.topic}
