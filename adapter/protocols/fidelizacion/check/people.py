"""Members who do not exist, for the check to register."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

_PHONE_DIGITS = 12


@dataclass(frozen=True)
class Person:
    """Somebody made up, different each time."""

    phone: str
    email: str
    birthday: str

    def profile(self, **changes: Any) -> dict[str, Any]:
        """The nine fields of section 4.2, some of them changed; None leaves a field out."""
        fields = {
            "phoneNumber": self.phone,
            "email": self.email,
            "firstName": "Inés",
            "lastName": "Prat i Muñoz",
            "allowedSMS": True,
            "allowedEmail": False,
            "termsOfUse": True,
            "gdpr": True,
            "birthday": self.birthday,
            **changes,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class Member:
    """A person who was registered, with what the host calls them."""

    person: Person
    key: str
    id: str

    @property
    def by_phone(self) -> dict[str, str]:
        return {"phoneNumber": self.person.phone}

    @property
    def by_email(self) -> dict[str, str]:
        return {"email": self.person.email}

    @property
    def by_key(self) -> dict[str, str]:
        return {"membershipKey": self.key}


def made_up(prefix: str) -> Person:
    """A new person whose phone begins with these digits; example.org delivers no mail."""
    digits = _PHONE_DIGITS - len(prefix)
    month, day = secrets.randbelow(12) + 1, secrets.randbelow(28) + 1
    return Person(
        phone=f"{prefix}{secrets.randbelow(10**digits):0{digits}}",
        email=f"check-{secrets.token_hex(8)}@example.org",
        birthday=f"{1940 + secrets.randbelow(60)}-{month:02}-{day:02}",
    )


def reference() -> str:
    """An id or a key that nobody has used yet."""
    return f"check-{secrets.token_hex(12)}"
