"""Which processes are alive, and what the jobs did and when."""

from adapter.core.runs.models import Heartbeat, JobRequest, JobRun, RunOutcome
from adapter.core.runs.operations import (
    abandon_lost,
    ask,
    beat,
    drop_old,
    end,
    progress,
    silence,
    start,
    take_up,
)
from adapter.core.runs.queries import (
    FRESH,
    LOST_AFTER,
    WORKER,
    asked,
    heartbeats,
    is_alive,
    last_beat,
    last_ended,
    last_runs,
    recent,
    under_way,
)

__all__ = [
    "FRESH",
    "LOST_AFTER",
    "Heartbeat",
    "JobRequest",
    "JobRun",
    "WORKER",
    "RunOutcome",
    "abandon_lost",
    "ask",
    "asked",
    "beat",
    "drop_old",
    "end",
    "heartbeats",
    "is_alive",
    "last_beat",
    "last_ended",
    "last_runs",
    "progress",
    "recent",
    "silence",
    "start",
    "take_up",
    "under_way",
]
