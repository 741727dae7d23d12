"""Who takes part in the scenarios, and what Koshelek knows of them."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.demo.people import Person
from adapter.demo.retailer import Retailer


@dataclass
class Cast:
    """Who takes part, and what they have by now."""

    retailer: Retailer
    terms: ProgramTerms
    database: Database
    marias_card: str = ""

    @property
    def anna(self) -> Person:
        return self.retailer.anna

    @property
    def petr(self) -> Person:
        return self.retailer.newcomers[0]

    @property
    def maria(self) -> Person:
        return self.retailer.newcomers[1]

    @property
    def gleb(self) -> Person:
        return self.retailer.newcomers[2]


def profile(person: Person) -> dict[str, str]:
    """What the app tells of a person (4.3)."""
    return {
        "phone": person.phone,
        "email": person.email,
        "surname": person.last_name,
        "firstname": person.first_name,
        "patronymic": person.patronymic,
        "sex": person.gender,
        "birthDate": person.birth_date.isoformat(),
        "countryCode": "RU",
        "locality": person.locality,
    }


def name(person: Person) -> str:
    """What a person is called."""
    return f"{person.first_name} {person.last_name}"
