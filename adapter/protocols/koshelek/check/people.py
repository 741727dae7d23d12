"""People who do not exist, for the check to enrol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapter.checks import people


def unissued_number() -> str:
    """A card number so long that no partner is likely to have given it to anybody."""
    return "99887766" + people.digits(12)


@dataclass(frozen=True)
class Person:
    """A made-up user of the app, different each time."""

    phone: str = field(default_factory=lambda: f"7999{people.digits(7)}")
    email: str = field(default_factory=lambda: people.email("example.com"))
    birth_date: str = field(default_factory=people.birthday)

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
