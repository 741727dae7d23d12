"""What may become of an attempt to tell somebody something."""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    DROPPED = "dropped"
    RETRIED = "retried"  # later
    DEAD = "dead"
    WAITING = "waiting"  # until somebody can be told
