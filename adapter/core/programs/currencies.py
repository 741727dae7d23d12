"""What is money, and how many decimals it has."""

from __future__ import annotations

from functools import cache

from babel.core import get_global

# ISO 4217, where it is not two.
_EXCEPTIONS = {
    "BIF": 0,
    "CLP": 0,
    "DJF": 0,
    "GNF": 0,
    "ISK": 0,
    "JPY": 0,
    "KMF": 0,
    "KRW": 0,
    "PYG": 0,
    "RWF": 0,
    "UGX": 0,
    "UYI": 0,
    "VND": 0,
    "VUV": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "CLF": 4,
    "UYW": 4,
}


def money_decimals(currency: str) -> int:
    """How many decimals a currency's major unit has."""
    return _EXCEPTIONS.get(currency.upper(), 2)


def is_money(currency: str) -> bool:
    """Whether this is a currency people pay with today: gold, tests and what was are none."""
    return currency in _EXCEPTIONS or currency in _tenders()


@cache
def _tenders() -> frozenset[str]:
    places = get_global("territory_currencies").values()
    return frozenset(
        code
        for used in places
        for code, _since, until, is_tender in used
        if is_tender and not until
    )
