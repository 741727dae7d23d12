"""How a credential stands, and which terminals have not moved on to its successor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapter.core import exchanges, partners
from adapter.core.partners import Credential, CredentialStatus
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Use:
    """A terminal that used a credential, and whether it has used a later one since."""

    outlet: str
    terminal: str
    last_at: datetime
    has_moved_on: bool


def state_of(credential: Credential, now: datetime) -> str:
    """Active, ending (for as long as an overlap lasts), expired or revoked."""
    if credential.status != CredentialStatus.ACTIVE:
        return str(credential.status)
    if credential.expires_at is None:
        return "active"
    return "expired" if credential.expires_at <= now else "ending"


def facts(credential: Credential) -> dict[str, object]:
    """What the trail says of one."""
    return {
        "protocol": credential.protocol,
        "name": credential.name,
        "settings": credential.settings,
    }


def stands(work: Work, program_id: UUID, protocol: str, name: str) -> bool:
    """Whether there is one with this name that opens, and is not on its way out."""
    return any(
        (one.protocol, one.name) == (protocol, name) and state_of(one, work.now) == "active"
        for one in partners.credentials(work, program_id)
    )


def successors(work: Work, credential: Credential) -> Sequence[Credential]:
    """Those that took the place of one on its way out, and of each other: its own in front."""
    if credential.expires_at is None:
        return []
    return [
        one
        for one in partners.credentials(work, credential.program_id)
        if (one.protocol, one.name) == (credential.protocol, credential.name)
        and (one.created_at, one.id) > (credential.created_at, credential.id)
    ]


def terminals(
    work: Work, credential: Credential, successors: Sequence[Credential]
) -> Sequence[Use]:
    """The terminals that used a credential, those first that have not moved on."""
    moved: dict[tuple[str, str], datetime] = {}
    for later in successors:
        for use in exchanges.terminals_by_credential(work, later.id):
            till = use.outlet, use.terminal
            moved[till] = max(use.last_at, moved.get(till, use.last_at))
    found = []
    for use in exchanges.terminals_by_credential(work, credential.id):
        since = moved.get((use.outlet, use.terminal))
        has_moved_on = since is not None and since >= use.last_at
        found.append(Use(use.outlet, use.terminal, use.last_at, has_moved_on))
    return sorted(found, key=lambda use: use.has_moved_on)
