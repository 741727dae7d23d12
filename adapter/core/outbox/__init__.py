"""The outbox: what must be told to others, put there with its cause and delivered after it."""

from adapter.core.outbox.models import OutboxMessage, Outcome
from adapter.core.outbox.operations import (
    bury,
    claim,
    deliver,
    drop,
    drop_old,
    fail,
    postpone,
    put,
)
from adapter.core.outbox.queries import Backlog, backlogs, due
from adapter.core.outbox.rules import ATTEMPTS, wait_after

__all__ = [
    "ATTEMPTS",
    "Backlog",
    "Outcome",
    "OutboxMessage",
    "backlogs",
    "bury",
    "claim",
    "deliver",
    "drop",
    "drop_old",
    "due",
    "fail",
    "postpone",
    "put",
    "wait_after",
]
