"""How long faults are tried for, and the chance by which they fall."""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest

# Each fault once with every run of the tests; `make faults` says how often it wants it.
FEW_ROUNDS = 1


@pytest.fixture(scope="session")
def rounds() -> int:
    """How many times each fault strikes."""
    return int(os.environ.get("ADAPTER_FAULT_ROUNDS") or FEW_ROUNDS)


@pytest.fixture
def seed() -> str:
    """What all chance of a test comes from; it is shown when the test fails."""
    seed = os.environ.get("ADAPTER_FAULT_SEED") or secrets.token_hex(4)
    print(f"to see the same again: ADAPTER_FAULT_SEED={seed}")
    return seed


@pytest.fixture
def chance(seed: str) -> Random:
    """The dice of a test."""
    return Random(seed)
