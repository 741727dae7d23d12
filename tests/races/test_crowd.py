"""What goes wrong in another process is told in this one, and does not outlive the crowd."""

from __future__ import annotations

from datetime import datetime

import pytest

from adapter.db import Database
from tests.races.crowd import crowd


def stumble(database: Database, number: int) -> datetime:
    """What is no refusal, for one of them."""
    if number == 1:
        raise RuntimeError("nobody expected this")
    return database.clock()


def turn_back(database: Database, number: int) -> datetime:
    """The time, before it is made another for whoever comes after."""
    told = database.clock()
    database.clock = lambda: datetime.min
    return told


def test_a_fault_is_told_and_the_next_crowd_is_whole(url: str) -> None:
    with pytest.raises(AssertionError, match="nobody expected this"):
        crowd(url, stumble, processes=2)

    first, second = (crowd(url, turn_back, processes=3) for _ in range(2))

    assert len(first) == len(second) == 3
    assert datetime.min not in second
