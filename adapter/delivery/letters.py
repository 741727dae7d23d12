"""What a message says, found at the moment it leaves: nothing of it was kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapter.core import codes
from adapter.core.members import IdentityKind
from adapter.core.outbox import OutboxMessage
from adapter.core.programs import Program, Settings
from adapter.db import Work

# In the place of an address: shown on stdout, to whoever runs the worker. For demos.
CONSOLE = "console:"
CHANNELS = {IdentityKind.PHONE: "sms", IdentityKind.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is told, and where; neither belongs into a log. Without an address nobody is told."""

    id: str
    address: str = field(repr=False)
    body: bytes = field(repr=False)
    line: str = field(repr=False)  # the same for the eyes of whoever watches a demo


def compose(work: Work, key: bytes, message: OutboxMessage) -> Letter | None:
    """What this message says now; nothing where there is nothing to say any more.

    Raises:
        KeyError: This version has no words for it.
    """
    words = TOPICS[message.topic]
    program = work.session.get(Program, message.program_id)
    said = words(work, key, message.subject_id) if program is not None else None
    if program is None or said is None:
        return None
    data, line = said
    document = {
        "type": message.topic,
        "timestamp": moment(message.created_at),
        "data": {"program": program.code, **data},
    }
    return Letter(
        id=str(message.id),
        address=Settings.of(program.settings).message_webhook or "",
        body=json.dumps(document, ensure_ascii=False).encode(),
        line=f"{program.code}: {line}",
    )


def _short_code(work: Work, key: bytes, code_id: UUID) -> tuple[dict[str, Any], str] | None:
    code = codes.sending(work, key, code_id)
    if code is None:
        return None
    channel, until = CHANNELS[code.kind], moment(code.expires_at)
    data = {"channel": channel, "to": code.to, "code": code.text, "expires_at": until}
    return data, f"{channel} to {code.to}: code {code.text}, good until {until}"


TOPICS: dict[str, Callable[[Work, bytes, UUID], tuple[dict[str, Any], str] | None]] = {
    codes.TOPIC: _short_code,
}


def moment(instant: datetime) -> str:
    """An instant as letters name it."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
