"""Reads the JSON in which rules and discounts are kept, and refuses what makes no sense.

Whether every key is known and has the right shape is the program file's to say, kindly and all at
once. What stands here raises `ValueError` at the first value nobody could reckon with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

# Products of a few such numbers stay within the figures that `exact_text` writes out.
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")


def number(terms: Mapping[str, Any], key: str) -> Fraction | None:
    """A number written as `0.1`, exactly; None where nothing is said.

    Raises:
        ValueError: Not a plain decimal, or below zero; a float is never exact, so it is refused.
    """
    value = terms.get(key)
    if value is None:
        return None
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise ValueError(f"{key}: not a decimal number of zero or more: {value!r}")
    return Fraction(text)


def whole(terms: Mapping[str, Any], key: str) -> int | None:
    """A whole number of zero or more; None where nothing is said.

    Raises:
        ValueError: Anything else.
    """
    value = terms.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{key}: not a whole number of zero or more: {value!r}")
    return value


def flag(terms: Mapping[str, Any], key: str) -> bool:
    """A yes or no; no where nothing is said.

    Raises:
        ValueError: Neither true nor false.
    """
    value = terms.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key}: neither true nor false: {value!r}")
    return bool(value)


def names(terms: Mapping[str, Any], key: str) -> frozenset[str]:
    """A list of texts; none where nothing is said.

    Raises:
        ValueError: Not a list, or something in it is no text or an empty one.
    """
    value = terms.get(key)
    if value is None:
        return frozenset()
    # A single text would pass for the list of its letters.
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{key}: not a list of texts: {value!r}")
    if "" in value:
        raise ValueError(f"{key}: an empty text names nothing")
    return frozenset(value)


def day(terms: Mapping[str, Any], key: str) -> date | None:
    """A calendar day written as `2026-05-04`; None where nothing is said.

    Raises:
        ValueError: No such day, or written in another way.
    """
    value = terms.get(key)
    if value is None:
        return None
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{key}: not a date such as 2026-05-04: {value!r}") from None
    if found.isoformat() != value:  # Python also reads 20260504 and weeks
        raise ValueError(f"{key}: not a date such as 2026-05-04: {value!r}")
    return found
