"""Which programs are listened to, known without a question to the database for each event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, Uuid, column, select, table

from adapter.core.outbox.topics import EventType, is_wanted
from adapter.db import Lookup, Work
from adapter.db.types import Document

# A new subscription is noticed by every process within so long.
LIFE = timedelta(seconds=3)

# Programs stand above the outbox, and it needs no more of them than this.
_PROGRAMS = table(
    "programs", column("id", Uuid), column("code", String), column("settings", Document)
)
_ADDRESS = _PROGRAMS.c.settings["event_webhook"].as_string()
_SUBSCRIBED = Lookup(
    select(_PROGRAMS.c.id, _PROGRAMS.c.code, _PROGRAMS.c.settings).where(_ADDRESS.is_not(None))
)
# Ids and codes of the programs that nobody listens to.
UNHEARD = select(_PROGRAMS.c.id, _PROGRAMS.c.code).where(_ADDRESS.is_(None))
_KEY, _NOT_SHARED = "subscriptions", "subscriptions not shared"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where the events of a program go, and which."""

    program_id: uuid.UUID
    program_code: str
    address: str = field(repr=False)  # may carry a receiver's secrets
    types: frozenset[str] | None = None

    def wants(self, topic: EventType) -> bool:
        """Whether it asks for events of this type."""
        return is_wanted(topic, self.types)


Subscriptions = Mapping[uuid.UUID, Subscription]


def subscriptions(work: Work) -> Subscriptions:
    """The subscriptions there are, by program, as they were a few seconds ago at most."""
    mine: Subscriptions | None = work.kept.get(_KEY)
    if mine is None:
        mine = work.kept[_KEY] = _known(work)
    return mine


def forget_subscriptions(work: Work) -> None:
    """Have this unit of work, and this process after it, look anew: a program has changed."""
    work.kept.pop(_KEY, None)
    work.shared.pop(_KEY, None)
    # What is not committed is nobody else's business.
    work.kept[_NOT_SHARED] = True


def _known(work: Work) -> Subscriptions:
    known: tuple[datetime, Subscriptions] | None = work.shared.get(_KEY)
    if known is not None and abs(work.now - known[0]) < LIFE:
        return known[1]
    found = {one.program_id: one for one in map(_of, work.aside(_SUBSCRIBED, {}))}
    if _NOT_SHARED not in work.kept:
        work.shared[_KEY] = (work.now, found)
    return found


def _of(row: Sequence[Any]) -> Subscription:
    program_id, code, settings = row
    types = settings.get("event_types")
    return Subscription(
        program_id, code, settings["event_webhook"], None if types is None else frozenset(types)
    )
