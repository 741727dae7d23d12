"""Programs that are listened to, and what stands in their lines."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from adapter.core.outbox import OutboxEvent, OutboxLine
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import make_program

ADDRESS = "https://crm.example.com/events"


def heard(work: Work, **settings: Any) -> ProgramTerms:
    """A program whose events somebody wants to be told of."""
    return make_program(work, **{"event_webhook": ADDRESS} | settings)


def events(database: Database, line_id: uuid.UUID | None = None) -> list[OutboxEvent]:
    """The events there are, line by line, each in its order."""
    with database.reading() as work:
        found = select(OutboxEvent).order_by(OutboxEvent.line_id, OutboxEvent.position)
        if line_id is not None:
            found = found.where(OutboxEvent.line_id == line_id)
        return list(work.session.scalars(found))


def topics(database: Database, line_id: uuid.UUID | None = None) -> list[str]:
    """What they tell of."""
    return [event.topic for event in events(database, line_id)]


def lines(database: Database) -> list[OutboxLine]:
    """The lines there are."""
    with database.reading() as work:
        return list(work.session.scalars(select(OutboxLine).order_by(OutboxLine.id)))
