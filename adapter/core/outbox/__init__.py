"""The outbox: what must be told to others, put there with its cause and delivered after it."""

from adapter.core.outbox.lines import Claimed, Ended, Went, claim_lines, note_lines
from adapter.core.outbox.models import OutboxEvent, OutboxLine, OutboxMessage, Outcome, Receiver
from adapter.core.outbox.operations import (
    bury,
    claim,
    deliver,
    drop,
    drop_old,
    drop_old_events,
    fail,
    postpone,
    put,
)
from adapter.core.outbox.queries import (
    Backlog,
    backlogs,
    dead_events,
    due,
    event_backlogs,
    event_by_id,
    events_of,
    held_up,
)
from adapter.core.outbox.receivers import (
    all_receivers,
    due_receivers,
    end_probe,
    meet_receivers,
    note_receiver,
    pause,
    rate_of,
    receiver,
    resume,
    take_probe,
)
from adapter.core.outbox.replaying import Choice, replay
from adapter.core.outbox.rules import ATTEMPTS, wait_after
from adapter.core.outbox.subscriptions import (
    Subscription,
    forget_subscriptions,
    subscriptions,
)
from adapter.core.outbox.telling import is_told, tell
from adapter.core.outbox.topics import FAMILIES, EventType

__all__ = [
    "ATTEMPTS",
    "FAMILIES",
    "Backlog",
    "Choice",
    "Claimed",
    "Ended",
    "EventType",
    "Outcome",
    "OutboxEvent",
    "OutboxLine",
    "OutboxMessage",
    "Receiver",
    "Subscription",
    "Went",
    "backlogs",
    "bury",
    "claim",
    "claim_lines",
    "dead_events",
    "deliver",
    "drop",
    "drop_old",
    "drop_old_events",
    "due",
    "due_receivers",
    "end_probe",
    "event_backlogs",
    "event_by_id",
    "events_of",
    "fail",
    "forget_subscriptions",
    "held_up",
    "is_told",
    "meet_receivers",
    "note_lines",
    "note_receiver",
    "pause",
    "postpone",
    "put",
    "rate_of",
    "receiver",
    "all_receivers",
    "replay",
    "resume",
    "subscriptions",
    "take_probe",
    "tell",
    "wait_after",
]
