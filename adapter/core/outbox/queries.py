"""How the outbox is read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from adapter.core.outbox.models import OutboxMessage, Outcome
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not left for a program: how many messages wait, since when the longest of them is
    due, and how many are dead.
    """

    waiting: int = 0
    due_since: datetime | None = None
    dead: int = 0


def is_due(by: datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a message is to be delivered by then."""
    return OutboxMessage.ended_at.is_(None), OutboxMessage.next_try_at <= by


def due(work: Work, *, limit: int) -> Sequence[OutboxMessage]:
    """Messages to be delivered now, the oldest first; to deliver them, `claim` them."""
    found = select(OutboxMessage).where(*is_due(work.now)).order_by(OutboxMessage.next_try_at)
    return work.session.scalars(found.limit(limit)).all()


def backlogs(work: Work) -> dict[uuid.UUID, Backlog]:
    """The backlog of each program that has one."""
    found: dict[uuid.UUID, Backlog] = {}
    waiting = (
        select(OutboxMessage.program_id, func.count(), func.min(OutboxMessage.next_try_at))
        .where(OutboxMessage.ended_at.is_(None))
        .group_by(OutboxMessage.program_id)
    )
    for program_id, count, since in work.session.execute(waiting):
        found[program_id] = Backlog(waiting=count, due_since=since)
    dead = (
        select(OutboxMessage.program_id, func.count())
        .where(OutboxMessage.outcome == Outcome.DEAD)
        .group_by(OutboxMessage.program_id)
    )
    for program_id, count in work.session.execute(dead):
        known = found.get(program_id, Backlog())
        found[program_id] = Backlog(known.waiting, known.due_since, count)
    return found
