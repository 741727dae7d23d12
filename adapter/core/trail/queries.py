"""How the trail is read: the newest first, page by page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from adapter.core.trail.models import Change
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Sought:
    """Which changes are asked for; what is not said is any.

    Those of no program (people who sign in, say) are among them with `and_of_none`. The actor is
    somebody as they are written down, or their login alone.
    """

    program_id: uuid.UUID | None = None
    and_of_none: bool = False
    actor: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a change must fulfil."""
        found: list[ColumnElement[bool]] = []
        if self.program_id is not None:
            mine = Change.program_id == self.program_id
            found.append(or_(mine, Change.program_id.is_(None)) if self.and_of_none else mine)
        if self.actor:
            found.append(Change.actor.in_(_written(self.actor)))
        for column, value in (
            (Change.action, self.action),
            (Change.subject_kind, self.subject_kind),
        ):
            if value:
                found.append(column == value)
        if self.subject_id is not None:
            found.append(Change.subject_id == self.subject_id)
        if self.since is not None:
            found.append(Change.recorded_at >= self.since)
        if self.until is not None:
            found.append(Change.recorded_at < self.until)
        return found


def _written(actor: str) -> list[str]:
    """How somebody may be written down; logins have small letters, a machine's need not."""
    return [f"{kind}{name}" for kind in ("", "user:", "cli:") for name in {actor, actor.lower()}]


def changes(
    work: Work, sought: Sought, *, after: uuid.UUID | None = None, limit: int = 50
) -> Sequence[Change]:
    """The changes asked for, the newest first, from the one that follows `after`."""
    found = select(Change).where(*sought.conditions()).order_by(Change.id.desc()).limit(limit)
    if after is not None:
        found = found.where(Change.id < after)
    return work.session.scalars(found).all()


def of_subject(work: Work, subject_id: uuid.UUID, *, limit: int = 50) -> Sequence[Change]:
    """What was last changed about one thing or person, the newest first."""
    return changes(work, Sought(subject_id=subject_id), limit=limit)


def actors(work: Work, program_id: uuid.UUID | None = None) -> Sequence[str]:
    """Who ever changed something, by name."""
    found = select(Change.actor).distinct().order_by(Change.actor)
    if program_id is not None:
        found = found.where(or_(Change.program_id == program_id, Change.program_id.is_(None)))
    return work.session.scalars(found).all()


def actions(work: Work, program_id: uuid.UUID | None = None) -> Sequence[str]:
    """What was ever done, by name."""
    found = select(Change.action).distinct().order_by(Change.action)
    if program_id is not None:
        found = found.where(or_(Change.program_id == program_id, Change.program_id.is_(None)))
    return work.session.scalars(found).all()
