"""How it goes with those who are told of events, for operators; and telling them once more."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from urllib.parse import urlsplit

from adapter.core import outbox
from adapter.core.outbox import Backlog, Choice, Receiver, Subscription
from adapter.db import Database, Work
from adapter.delivery.letters import CONSOLE


class State(StrEnum):
    """Whether somebody is told of events."""

    LISTENING = "listening"
    AWAY = "away"  # it fails, and is asked now and then whether it is back
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Standing:
    """A program that is listened to: how its receiver does, and what has not left yet."""

    subscription: Subscription
    receiver: Receiver | None  # none before the first event left
    backlog: Backlog
    last_minute: int

    @property
    def state(self) -> State:
        """How its receiver does."""
        if self.receiver is not None and self.receiver.paused_at is not None:
            return State.PAUSED
        if self.receiver is not None and self.receiver.probe_at is not None:
            return State.AWAY
        return State.LISTENING

    @property
    def shown_address(self) -> str:
        """Where it is, without the parts of the address that may be secret."""
        if self.subscription.address == CONSOLE:
            return CONSOLE
        try:
            parts = urlsplit(self.subscription.address)
        except ValueError:
            return ""
        port = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{port}/…"

    def is_late(self, since: datetime) -> bool:
        """Whether something waits that was told of before then, though nobody said to wait."""
        due = self.backlog.due_since
        return self.state is not State.PAUSED and due is not None and due < since


def standings(work: Work) -> list[Standing]:
    """All programs that are listened to, by code."""
    known, backlogs = outbox.all_receivers(work), outbox.event_backlogs(work)
    found = outbox.subscriptions(work).values()
    return [
        _standing(work, one, known.get(one.program_id), backlogs.get(one.program_id, Backlog()))
        for one in sorted(found, key=lambda one: one.program_code)
    ]


def standing_of(work: Work, program_id: uuid.UUID) -> Standing | None:
    """One program; nothing where nobody listens."""
    subscription = outbox.subscriptions(work).get(program_id)
    if subscription is None:
        return None
    receiver = work.session.get(Receiver, program_id)
    backlog = outbox.event_backlogs(work, program_id).get(program_id, Backlog())
    return _standing(work, subscription, receiver, backlog)


def _standing(
    work: Work, subscription: Subscription, receiver: Receiver | None, backlog: Backlog
) -> Standing:
    rate = outbox.rate_of(receiver, work.now) if receiver else 0
    return Standing(subscription, receiver, backlog, rate)


def replay_all(database: Database, choice: Choice) -> int:
    """How many events are told once more, a page in each unit of work.

    What is told of after this was called is not among them, so that it ends.
    """
    with database.reading() as work:
        choice = choice.until(work.now)
    total, after = 0, None
    while True:
        count, after = database.run(partial(outbox.replay, choice=choice, after=after))
        total += count
        if after is None:
            return total
