"""Telling of what happened, in the same unit of work, if anybody listens."""

from __future__ import annotations

import uuid

from adapter.core.outbox.ids import id_at
from adapter.core.outbox.models import OutboxEvent, OutboxLine
from adapter.core.outbox.subscriptions import subscriptions
from adapter.core.outbox.topics import EventType
from adapter.db import Work

_TOLD = "told"


def tell(
    work: Work,
    program_id: uuid.UUID,
    topic: EventType,
    *,
    subject_id: uuid.UUID,
    member_id: uuid.UUID | None = None,
) -> None:
    """Have those who listen to the program be told of this once the unit of work has committed,
    after all that was told of the member before; for who has no subscription it is nothing.

    The same is told once in a unit of work.
    """
    subscription = subscriptions(work).get(program_id)
    if subscription is None or not subscription.wants(topic):
        return
    if is_told(work, topic, subject_id):
        return
    work.kept[_TOLD].add((topic, subject_id))
    append(work, program_id, topic, subject_id=subject_id, member_id=member_id)


def is_told(work: Work, topic: EventType, subject_id: uuid.UUID) -> bool:
    """Whether this unit of work tells of it already."""
    return (topic, subject_id) in work.kept.setdefault(_TOLD, set())


def append(
    work: Work,
    program_id: uuid.UUID,
    topic: str,
    *,
    subject_id: uuid.UUID,
    member_id: uuid.UUID | None,
    original: OutboxEvent | None = None,
) -> None:
    """Put an event at the end of its line, whoever listens."""
    line_id = member_id or subject_id
    row = {
        "id": id_at(work.now),
        "program_id": program_id,
        "member_id": member_id,
        "line_id": line_id,
        "topic": str(topic),
        "subject_id": subject_id,
        "created_at": work.now,
        "ended_at": None,
        "outcome": None,
        "attempts": 0,
        "last_error": "",
        "original_id": original and (original.original_id or original.id),
        "original_position": original and (original.original_position or original.position),
    }
    opened = {
        "program_id": program_id,
        "done": 0,
        "next_try_at": work.now,
        "claim": 0,
        "attempts": 0,
        "first_try_at": None,
        "last_error": "",
    }
    # Last of all: the line is locked by whoever tells of its member, and by the worker.
    work.last.line_up(
        OutboxEvent, row, of="line_id", number="position", lines=OutboxLine, first=opened
    )
