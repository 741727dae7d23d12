"""Koshelek's words and ours: plain tables and pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marshmallow import ValidationError

from adapter.core import members, phones, programs
from adapter.core.amounts import Amount
from adapter.core.cards import Card, CardState
from adapter.core.errors import InvalidPhone
from adapter.core.ledger import Balance
from adapter.core.members import ConsentKind, Member, MemberStatus, SpecialUser
from adapter.core.programs import Offer, ProgramTerms
from adapter.core.transactions import Transaction, TransactionItem

CHANNELS = {
    "sms": ConsentKind.SMS,
    "email": ConsentKind.EMAIL,
    "call": ConsentKind.CALL,
    "push": ConsentKind.PUSH,
}
GENDERS = {"m": "m", "f": "f", "м": "m", "ж": "f", "male": "m", "female": "f"}
# The shortest number any country has, its code included.
SHORTEST_PHONE = 7
EARLIEST_BIRTH = date(1900, 1, 1)
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def phone(text: str, program: ProgramTerms) -> str:
    """A phone in the core form, as G18 reads it.

    Raises:
        InvalidPhone: Too few digits for a number, or too many.
    """
    digits = phones.digits(text)
    if len(digits) == 11 and digits.startswith("8"):
        digits = "7" + digits[1:]
    elif len(digits) == 10 and program.country == "RU":
        digits = "7" + digits
    if len(digits) < SHORTEST_PHONE:
        raise InvalidPhone("too few digits")
    return phones.core_form(digits)


def holder(given: dict[str, Any], program: ProgramTerms, now: datetime) -> members.Profile:
    """The person of a profile (4.3), what they left out left out.

    Raises:
        InvalidPhone: The phone cannot be one.
        ValidationError: Nobody can be born on that day.
    """
    known = dict(given)
    if "phone" in known:
        known["phone"] = phone(known["phone"], program)
    born = known.get("birth_date")
    if born and not EARLIEST_BIRTH <= born <= programs.local_day(now, program.timezone):
        raise ValidationError("nobody can be born on that day", "birthDate")
    if _COUNTRY.fullmatch(known.get("country", "")):
        known["country"] = known["country"].upper()
    return members.Profile(**known)


def card_as_sent(card: Card, member: Member | None) -> dict[str, Any]:
    """4.1: a card; anything that keeps it from being used is `inactive` (G17)."""
    usable = card.state == CardState.ACTIVE and member is not None
    active = usable and member is not None and member.status == MemberStatus.ACTIVE
    return {
        "cardNumber": card.number,
        "cardState": "active" if active else "inactive",
        "barcode": {"barcodeNumber": card.barcode_number, "barcodeType": card.barcode_type},
    }


def bonus_as_sent(balance: Balance, program: ProgramTerms) -> dict[str, Any]:
    """4.2: what is on the account and how it is made up, what expires first in front (G8)."""
    return {
        "total": balance.total,
        "available": balance.available,
        "bonuses": [
            {
                "description": portion.reason,
                "amount": portion.amount,
                "validUntil": portion.expires_at
                and programs.last_day(portion.expires_at, program.timezone),
            }
            for portion in balance.portions
        ],
    }


def purchase_as_sent(
    sale: Transaction, item: TransactionItem, *, outlet: str, program: ProgramTerms
) -> dict[str, Any]:
    """5.5: one purchased item; goods brought back have a negative quantity (G7)."""
    price = Decimal(abs(item.net_minor)) / (abs(item.quantity) or 1)
    points = None if item.points_minor is None else Amount(item.points_minor, program.points)
    return {
        "date": programs.local_day(sale.occurred_at, program.timezone),
        "item": item.name,
        # The price of one, rounded half up to the kopeck.
        "amount": int(price.quantize(Decimal(1), ROUND_HALF_UP)),
        "quantity": -abs(item.quantity) if item.net_minor < 0 else item.quantity,
        "location": outlet,
        "bonuses": points or "",
    }


def special_users_as_sent(users: Iterable[SpecialUser]) -> list[str]:
    """5.10: the phones alone."""
    return [user.phone for user in users]


def special_users_extended_as_sent(users: Iterable[SpecialUser]) -> list[dict[str, Any]]:
    """5.10: the phones, each with what is known of it."""
    return [
        {
            "phone": user.phone,
            "params": [{"name": name, "value": value} for name, value in user.params.items()],
        }
        for user in users
    ]


def offer_as_sent(offer: Offer, program: ProgramTerms) -> dict[str, Any]:
    """G6: an offer in a form of ours, since the vendor's is not known."""
    return {
        "id": offer.code,
        "title": offer.title,
        "text": offer.text or None,
        "image": offer.image or None,
        "from": offer.starts_at and programs.local_day(offer.starts_at, program.timezone),
        "to": offer.ends_at and programs.last_day(offer.ends_at, program.timezone),
    }


def form_of(text: str) -> str:
    """A text with every letter an `a` and every digit a `9`: its form without its content."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", text))
