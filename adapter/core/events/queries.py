"""How events are read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from adapter.core.events.models import Event
from adapter.db import Work


def of_member(work: Work, member_id: uuid.UUID, *, limit: int = 500) -> Sequence[Event]:
    """A member's last events, the newest first."""
    found = select(Event).where(Event.member_id == member_id)
    found = found.order_by(Event.occurred_at.desc(), Event.id.desc()).limit(limit)
    return work.session.scalars(found).all()
