"""What people who do not exist are made of, different each time."""

from __future__ import annotations

import secrets


def digits(count: int) -> str:
    """So many digits, any of which may be zero."""
    return f"{secrets.randbelow(10**count):0{count}}"


def email(domain: str) -> str:
    """An address; give a domain of RFC 2606, so that no mail is delivered."""
    return f"check-{secrets.token_hex(8)}@{domain}"


def birthday() -> str:
    """A day of the last century."""
    year, month, day = 1940 + secrets.randbelow(60), secrets.randbelow(12), secrets.randbelow(28)
    return f"{year}-{month + 1:02}-{day + 1:02}"


def reference() -> str:
    """An id or a key that nobody has used yet."""
    return f"check-{secrets.token_hex(12)}"
