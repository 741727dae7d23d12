"""Moments and money as people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from decimal import Decimal

from adapter.core.programs import local_time, money_decimals

# A sentence in another language; what stands in braces is filled in afterwards.
Say = Callable[[str], str]


def plain(text: str) -> str:
    """The sentence as it is written here."""
    return text


def moment(instant: datetime | None, zone: tzinfo) -> str:
    """An instant to the minute, by the clocks of a zone."""
    return f"{local_time(instant, zone):%Y-%m-%d %H:%M}" if instant else ""


def money(minor: int, currency: str) -> str:
    """An amount of money as people write it: `18.60 RUB`."""
    decimals = money_decimals(currency)
    return f"{Decimal(minor).scaleb(-decimals):.{decimals}f} {currency}"
