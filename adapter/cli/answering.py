"""Who answers for what a command changes, and the line of the trail that says so."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from adapter.core import trail
from adapter.db import Work


def who(actor: str = "") -> str:
    """Who answers: as the command was told, or else whoever is signed in to this machine."""
    return f"cli:{actor or _user()}"[:255]


def record(
    work: Work,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    program_id: UUID | None,
    *,
    actor: str = "",
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write what a command changes into the trail, in the unit of work that changes it."""
    trail.record(
        work,
        actor=who(actor),
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        program_id=program_id,
        reason=reason,
        before=before,
        after=after,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run us under a number that has no name
        return "nobody"
