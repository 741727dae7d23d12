"""A receiver, and codes on their way to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapter import delivery
from adapter.db import Database
from tests.delivery.receiver import Receiver
from tests.delivery.sending import KEY, Sent, send_code


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Somebody who listens."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def send(database: Database, receiver: Receiver) -> Callable[..., Sent]:
    """A function that sends a code, to be delivered to the receiver unless told otherwise."""

    def send(**changes: Any) -> Sent:
        return send_code(database, **{"message_webhook": receiver.url} | changes)

    return send


@pytest.fixture
def worker(database: Database) -> delivery.Worker:
    """A worker with the tests' key, who does not dawdle."""
    return delivery.Worker(database, KEY, pause=0.01)
