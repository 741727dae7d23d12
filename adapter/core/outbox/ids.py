"""Ids of events, which begin with the instant the event was told of: a range of time is one of ids,
and needs no index of its own.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

_VERSION_AND_VARIANT = 7 << 76 | 2 << 62


def id_at(instant: datetime) -> uuid.UUID:
    """A fresh UUIDv7 of this instant."""
    chance = secrets.randbits(74)
    tail = _VERSION_AND_VARIANT | chance >> 62 << 64 | chance & (1 << 62) - 1
    return uuid.UUID(int=_milliseconds(instant) << 80 | tail)


def first_id_at(instant: datetime) -> uuid.UUID:
    """What no id of this instant or a later one is below."""
    return uuid.UUID(int=_milliseconds(instant) << 80)


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
