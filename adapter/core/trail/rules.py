"""How values are kept in the trail, and how two states of a thing are told apart."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

MISSING = object()


def as_kept(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The values as JSON has them; exact numbers, ids and instants as text."""
    return None if values is None else {str(key): _plain(value) for key, value in values.items()}


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[tuple[str, Any, Any]]:
    """What differs, as a name, the value before and the value after; None where there was none.

    What lies deeper is named by its way there: `settings.points_decimals`.
    """
    old, new = dict(_leaves(before or {})), dict(_leaves(after or {}))
    for name in [*old, *(name for name in new if name not in old)]:
        was, became = old.get(name), new.get(name)
        if was != became:
            yield name, was, became


def _leaves(values: Mapping[str, Any], way: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{way}{key}.")
        else:
            yield f"{way}{key}", value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        inner = [_plain(one) for one in value]
        return sorted(inner, key=str) if isinstance(value, set | frozenset) else inner
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
