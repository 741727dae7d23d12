"""The vendor's words and ours: plain tables and pure functions."""

from __future__ import annotations

from typing import Any


def known(**fields: Any) -> dict[str, Any]:
    """Without what there is no value for: nothing is ever sent or kept as null (3.3)."""
    return {name: value for name, value in fields.items() if value is not None}
