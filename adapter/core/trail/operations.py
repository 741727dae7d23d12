"""What adds to the trail; nothing takes away from it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from adapter.core.trail.models import Change
from adapter.core.trail.rules import as_kept
from adapter.db import Work
from adapter.db.base import new_id


def record(
    work: Work,
    *,
    actor: str,
    action: str,
    subject_kind: str,
    subject_id: uuid.UUID | None,
    program_id: uuid.UUID | None,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    request_id: str = "",
) -> Change:
    """A line of the trail, which commits with the change it tells of or not at all."""
    change = Change(
        id=new_id(),
        program_id=program_id,
        actor=actor,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        reason=reason,
        before=as_kept(before),
        after=as_kept(after),
        request_id=request_id,
        recorded_at=work.now,
    )
    work.session.add(change)
    work.session.flush()
    return change
