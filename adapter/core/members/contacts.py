"""Contacts as a support screen shows them: enough to recognise, too little to copy."""

from __future__ import annotations

from adapter.core.members.models import Identity, IdentityKind

CONTACTS = (IdentityKind.PHONE, IdentityKind.EMAIL)


def contact(identity: Identity, *, reveal: bool) -> str:
    """An identity as it may be shown; a phone and an e-mail are contacts, the others are not."""
    if reveal:
        return identity.shown
    if identity.kind == IdentityKind.PHONE:
        return masked_phone(identity.shown)
    if identity.kind == IdentityKind.EMAIL:
        return masked_email(identity.shown)
    return identity.shown


def masked_phone(number: str) -> str:
    """`7921*****77`: country and operator, and the last two digits."""
    kept = min(4, len(number) // 2)
    return number[:kept] + "*" * max(0, len(number) - kept - 2) + number[-2:]


def masked_email(address: str) -> str:
    """`a***@example.com`."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***{at}{host}"
