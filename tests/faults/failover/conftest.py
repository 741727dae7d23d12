"""Two servers, for whoever asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.failover.pair import Pair, pair_of
from tests.faults.outages.fixtures import make_house, make_server
from tests.postgresql import Server

__all__ = ["make_house", "make_server"]


@pytest.fixture
def pair(make_server: Callable[[], Server]) -> Iterator[Pair]:
    """A primary and a standby that follows it, with a migrated database."""
    with pair_of(make_server()) as pair:
        yield pair
