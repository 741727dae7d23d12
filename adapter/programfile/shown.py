"""How single values are written into a program file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from adapter.core.cards import BarcodeType, Card
from adapter.programfile.fields import read_phone


def shown_phone(phone: str, country: str) -> str:
    """A phone of ours so that loading it gives the same: a plus where it would be read anew."""
    return phone if read_phone(phone, country) == phone else f"+{phone}"


def shown_instant(instant: datetime) -> str:
    """An instant in UTC."""
    return instant.isoformat().replace("+00:00", "Z")


def barcode(card: Card) -> dict[str, Any]:
    """The barcode, where it is not simply the number."""
    if card.barcode_type == BarcodeType.CODE_128 and card.barcode_number == card.number:
        return {}
    return {"barcode": {"type": card.barcode_type, "number": card.barcode_number}}


def ordered(terms: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Terms in the order in which people read them; a database keeps them in one of its own."""
    return {key: terms[key] for key in keys if terms.get(key) not in (None, [])}
