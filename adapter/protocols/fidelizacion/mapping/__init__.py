"""The vendor's words and ours: plain tables and pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def known(**fields: Any) -> dict[str, Any]:
    """Without what there is no value for: nothing is ever sent or kept as null (3.3)."""
    return {name: value for name, value in fields.items() if value is not None}


def balances_as_sent(balances: Mapping[str, int]) -> dict[str, int]:
    """What is available (4.3), in one order, however it was kept: a repeat is the same text."""
    return {"points": balances["points"], "credit": balances["credit"]}
