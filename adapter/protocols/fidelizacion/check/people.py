"""Members who do not exist, for the check to register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapter.checks import people

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
    """A new person whose phone begins with these digits."""
    phone = prefix + people.digits(_PHONE_DIGITS - len(prefix))
    return Person(phone, people.email("example.org"), people.birthday())
