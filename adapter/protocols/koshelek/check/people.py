"""People who do not exist, for the check to enrol."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any


def _phone() -> str:
    return f"7999{secrets.randbelow(10**7):07}"


def _email() -> str:
    return f"check-{secrets.token_hex(8)}@example.com"


def _birth_date() -> str:
    year, month, day = 1940 + secrets.randbelow(60), secrets.randbelow(12), secrets.randbelow(28)
    return f"{year}-{month + 1:02}-{day + 1:02}"


def unissued_number() -> str:
    """A card number so long that no partner is likely to have given it to anybody."""
    return "99887766" + f"{secrets.randbelow(10**12):012}"


@dataclass(frozen=True)
class Person:
    """A made-up user of the app, different each time."""

    phone: str = field(default_factory=_phone)
    email: str = field(default_factory=_email)
    birth_date: str = field(default_factory=_birth_date)

    def profile(self, **changes: Any) -> dict[str, Any]:
        """The nine fields of section 4.3 as Koshelek sends them, with some of them changed."""
        return {
            "phone": self.phone,
            "email": self.email,
            "surname": "Ёлкин-Щукин",
            "firstname": "Пётр",
            "patronymic": "Ильич",
            "sex": "m",
            "birthDate": self.birth_date,
            "countryCode": "RU",
            "locality": "Тверь",
            **changes,
        }


@dataclass(frozen=True)
class Holder:
    """A person with the number of the card that was issued to them."""

    person: Person
    number: str

    @property
    def phone(self) -> str:
        return self.person.phone

    @property
    def email(self) -> str:
        return self.person.email
