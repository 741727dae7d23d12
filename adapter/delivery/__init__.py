"""What the outbox holds is told to whoever should know, after the commit that put it there."""

from adapter.delivery.endings import Ending
from adapter.delivery.letters import CONSOLE
from adapter.delivery.signing import secret_of, shown
from adapter.delivery.standing import Standing, State, replay_all, standing_of, standings
from adapter.delivery.worker import Worker

__all__ = [
    "CONSOLE",
    "Ending",
    "Standing",
    "State",
    "Worker",
    "replay_all",
    "secret_of",
    "shown",
    "standing_of",
    "standings",
]
