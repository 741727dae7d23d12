"""Events told once more: those that were given up, those of a time, of a member, or one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Uuid, literal, select, tuple_, update

from adapter.core.outbox.ids import first_id_at
from adapter.core.outbox.models import OutboxEvent, Outcome
from adapter.core.outbox.telling import append
from adapter.db import Work

PAGE = 500
MILLISECOND = timedelta(milliseconds=1)  # what an id can tell apart
Place = tuple[uuid.UUID, int]  # an event's line, and its position there


@dataclass(frozen=True, slots=True)
class Choice:
    """Which events of a program: all of these at once hold of each."""

    program_id: uuid.UUID
    dead: bool = False
    event_id: uuid.UUID | None = None
    member_id: uuid.UUID | None = None
    since: datetime | None = None
    before: datetime | None = None

    def until(self, instant: datetime) -> Choice:
        """The same, and none that was told of after this instant."""
        before = min(self.before, instant) if self.before else instant
        return replace(self, before=before)

    def told(self) -> dict[str, str]:
        """What it says, for the trail."""
        given = {
            "dead": self.dead or None,
            "event": self.event_id,
            "member": self.member_id,
            "since": self.since,
            "before": self.before,
        }
        return {name: str(value) for name, value in given.items() if value is not None}


def replay(
    work: Work, choice: Choice, *, after: Place | None = None, limit: int = PAGE
) -> tuple[int, Place | None]:
    """How many events were put at the end of their lines once more, in the order in which they
    stand there, and the place of the last, after which the next page begins; none where there is
    no more.

    Only what has ended is told again; a repeat that waits is told soon enough.
    """
    # By their ids those of one instant would come in any order.
    place = OutboxEvent.line_id, OutboxEvent.position
    found = select(OutboxEvent).where(*_conditions(choice)).order_by(*place).limit(limit)
    if after is not None:
        line_id, position = after
        found = found.where(tuple_(*place) > tuple_(literal(line_id, Uuid()), literal(position)))
    events = work.session.scalars(found).all()
    for event in events:
        append(
            work,
            event.program_id,
            event.topic,
            subject_id=event.subject_id,
            member_id=event.member_id,
            original=event,
        )
    dead = [event.id for event in events if event.outcome == Outcome.DEAD]
    if dead:
        work.session.execute(
            update(OutboxEvent).where(OutboxEvent.id.in_(dead)).values(outcome=Outcome.REPLAYED)
        )
    last = events[-1] if len(events) == limit else None
    return len(events), (last.line_id, last.position) if last else None


def _conditions(choice: Choice) -> list[ColumnElement[bool]]:
    wanted = [OutboxEvent.program_id == choice.program_id, OutboxEvent.ended_at.is_not(None)]
    if choice.dead:
        wanted.append(OutboxEvent.outcome == Outcome.DEAD)
    elif choice.event_id is None:
        # What was told again stands for itself; once is enough.
        wanted.append(OutboxEvent.original_id.is_(None))
    if choice.event_id is not None:
        wanted.append(OutboxEvent.id == choice.event_id)
    if choice.member_id is not None:
        wanted.append(OutboxEvent.line_id == choice.member_id)
    if choice.since is not None:
        wanted.append(OutboxEvent.id >= first_id_at(choice.since))
    if choice.before is not None:
        wanted.append(OutboxEvent.id < first_id_at(choice.before + MILLISECOND))
    return wanted
