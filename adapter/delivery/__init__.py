"""What the outbox holds is told to whoever should know, after the commit that put it there."""

from adapter.delivery.letters import CONSOLE
from adapter.delivery.signing import secret_of, shown
from adapter.delivery.worker import Ending, Worker

__all__ = ["CONSOLE", "Ending", "Worker", "secret_of", "shown"]
