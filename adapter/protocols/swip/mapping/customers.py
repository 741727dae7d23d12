"""Customers: how they are named (§4.1 to §4.3), and what is told of them (§5.2, §6.2, §7.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapter.core import members
from adapter.core.amounts import Amount
from adapter.core.cards import Card
from adapter.core.members import IdentityKind, Spender
from adapter.protocols.swip.errors import BadRequestFields

# §4.2, step 1: an unescaped plus of a query arrives as a blank.
_DROPPED = str.maketrans("", "", " \u00a0\t+-().")
LONGEST_DIGITS = 32
_PHONE = re.compile(f"[0-9]{{1,{LONGEST_DIGITS}}}")
KINDS = {"phone": IdentityKind.PHONE, "pass": IdentityKind.PASS}
NEITHER = {
    "phone": "required when 'pass' is absent",
    "pass": "required when 'phone' is absent",  # nosec B105: a wallet pass
}


def identifiers(given: Mapping[str, Any]) -> list[tuple[IdentityKind, str]]:
    """Whom the parameters name, in the forms we store.

    Raises:
        BadRequestFields: Nobody, or what names them cannot be a phone or a pass.
    """
    if not given:
        raise BadRequestFields("Either 'phone' or 'pass' is required", NEITHER)
    wrong = {name: "must be a string" for name, v in given.items() if not isinstance(v, str)}
    if wrong:
        raise BadRequestFields(f"Malformed {_quoted(wrong)}", wrong)
    return [
        (KINDS[name], phone(text) if name == "phone" else text.strip())
        for name, text in given.items()
    ]


def phone(text: str) -> str:
    """The digits of a phone, of which a leading 8 of eleven is a 7; nothing else is guessed (D11).

    Raises:
        BadRequestFields: Something else than digits is left, or nothing, or too much.
    """
    digits = text.translate(_DROPPED)
    if not _PHONE.fullmatch(digits):
        raise BadRequestFields("Malformed 'phone'", {"phone": "must be a phone number"})
    return "7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits


def points(available: Amount) -> int:
    """Whole points to spend: rounded down, and never below none (D14)."""
    return max(0, available.minor // 10**available.unit.decimals)


def profile_as_sent(customer: Spender) -> dict[str, Any]:
    """§6.2: name, balance and phone; an empty text where there is none (D20)."""
    return {
        "name": members.full_name(customer.first_name, customer.last_name),
        "balance": points(customer.available),
        "phone": customer.phone or "",
    }


def signup_as_sent(customer: Spender, card: Card) -> dict[str, Any]:
    """§7.2: the profile, and the number of the card just issued (D24)."""
    return profile_as_sent(customer) | {"discountCard": card.number}


def _quoted(names: Mapping[str, str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
