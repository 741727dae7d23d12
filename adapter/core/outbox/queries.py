"""How the outbox is read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from adapter.core.outbox.models import OutboxEvent, OutboxLine, OutboxMessage, Outcome
from adapter.core.outbox.subscriptions import UNHEARD
from adapter.db import Work
from adapter.db.statements import constant


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


def programs_due(work: Work) -> Sequence[uuid.UUID]:
    """The programs that have messages to be delivered now, whoever has waited longest in front."""
    found = select(OutboxMessage.program_id).where(*is_due(work.now))
    oldest = func.min(OutboxMessage.next_try_at)
    return work.session.scalars(found.group_by(OutboxMessage.program_id).order_by(oldest)).all()


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


def event_backlogs(work: Work, program_id: uuid.UUID | None = None) -> dict[uuid.UUID, Backlog]:
    """The backlog of events of each program that has one, or of this one alone; due since the
    oldest was told of.
    """
    waiting = (
        select(
            OutboxLine.program_id,
            func.sum(OutboxLine.position - OutboxLine.done),
            func.min(OutboxEvent.created_at),
        )
        .outerjoin(
            OutboxEvent,
            (OutboxEvent.line_id == OutboxLine.id) & (OutboxEvent.position == OutboxLine.done + 1),
        )
        .where(OutboxLine.position > OutboxLine.done)
        .group_by(OutboxLine.program_id)
    )
    dead = (
        select(OutboxEvent.program_id, func.count())
        .where(OutboxEvent.outcome == constant(Outcome.DEAD))
        .group_by(OutboxEvent.program_id)
    )
    if program_id is not None:
        waiting = waiting.where(OutboxLine.program_id == program_id)
        dead = dead.where(OutboxEvent.program_id == program_id)
    found = {
        of: Backlog(waiting=int(count), due_since=since)
        for of, count, since in work.session.execute(waiting)
    }
    for of, count in work.session.execute(dead):
        known = found.get(of, Backlog())
        found[of] = Backlog(known.waiting, known.due_since, count)
    return found


def unheard(work: Work) -> dict[str, Backlog]:
    """The events that wait for nobody, by the code of their program: who listened does not any
    more.
    """
    left = event_backlogs(work)
    codes = work.session.execute(UNHEARD.order_by(UNHEARD.selected_columns.code))
    found = {code: left.get(program_id, Backlog()) for program_id, code in codes}
    return {code: backlog for code, backlog in found.items() if backlog.waiting}


def event_by_id(work: Work, program_id: uuid.UUID, event_id: uuid.UUID) -> OutboxEvent | None:
    """One event of a program."""
    found = select(OutboxEvent).where(
        OutboxEvent.program_id == program_id, OutboxEvent.id == event_id
    )
    return work.session.scalar(found)


def dead_events(
    work: Work,
    program_id: uuid.UUID,
    *,
    topic: str = "",
    before: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[OutboxEvent]:
    """The events of a program that were given up, of one type if wanted, the latest first; a page
    before the last seen.
    """
    found = select(OutboxEvent).where(
        OutboxEvent.program_id == program_id, OutboxEvent.outcome == constant(Outcome.DEAD)
    )
    if topic:
        found = found.where(OutboxEvent.topic == topic)
    if before is not None:
        found = found.where(OutboxEvent.id < before)
    return work.session.scalars(found.order_by(OutboxEvent.id.desc()).limit(limit)).all()


def events_of(
    work: Work, line_id: uuid.UUID, *, before: int | None = None, limit: int = 50
) -> Sequence[OutboxEvent]:
    """The events of a member, the latest first."""
    found = select(OutboxEvent).where(OutboxEvent.line_id == line_id)
    if before is not None:
        found = found.where(OutboxEvent.position < before)
    return work.session.scalars(found.order_by(OutboxEvent.position.desc()).limit(limit)).all()


def held_up(work: Work, program_id: uuid.UUID, *, limit: int = 20) -> Sequence[OutboxLine]:
    """Lines of a program whose first event was tried and has not arrived, the next due first."""
    found = select(OutboxLine).where(
        OutboxLine.program_id == program_id,
        OutboxLine.position > OutboxLine.done,
        OutboxLine.last_error != "",
    )
    return work.session.scalars(found.order_by(OutboxLine.next_try_at).limit(limit)).all()
