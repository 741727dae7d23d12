"""9.3: the registry of cards that Koshelek issued in its app, with what their users told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO

from marshmallow import ValidationError

from adapter.core import cards
from adapter.core.programs import ProgramTerms
from adapter.protocols.koshelek import mapping, schemas
from adapter.protocols.koshelek.registries import form
from adapter.protocols.koshelek.routes import PLACE
from adapter.web.registries import Entry, Incoming
from adapter.web.work import Work

# Column by column the names of the profile that the calls have (4.3). The vendor prints none (G32);
# those of 9.1 are taken for known, and what the online API calls the same.
PROFILE = {
    "phone": "phone",
    "msisdn": "phone",
    "email": "email",
    "first_name": "firstname",
    "firstname": "firstname",
    "last_name": "surname",
    "surname": "surname",
    "patronymic_name": "patronymic",
    "patronymic": "patronymic",
    "sex": "sex",
    "birthday": "birthdate",
    "birthdate": "birthdate",
    "locality": "locality",
    "countrycode": "countrycode",
}
NUMBER = ("card_number", "cardnumber")
_PACKED_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


def _read(stream: IO[bytes], renamed: Mapping[str, str]) -> Iterator[Entry]:
    return form.read(stream, (*NUMBER, *PROFILE), renamed)


def _take(work: Work, program: ProgramTerms, entry: Entry) -> None:
    """Have the number be this person's card, as the call of section 5.7 would.

    Raises:
        LoyaltyError: The number is nobody's to give, or another member's.
        ValidationError: The row does not say who it is, or which card.
    """
    number = next((entry.told[name].strip() for name in NUMBER if entry.told.get(name)), "")
    if not number:
        raise ValidationError("is missing", "card_number")
    told = {PROFILE[name]: cell for name, cell in entry.told.items() if name in PROFILE and cell}
    if day := _PACKED_DAY.fullmatch(told.get("birthdate", "").strip()):
        told["birthdate"] = "-".join(day.groups())
    given = schemas.NewHolder().load(told)
    profile = mapping.holder(given, program, work.now)
    cards.issue_on(work, program, profile, number=number, place=PLACE)


REGISTRY = Incoming(
    title="9.3: cards issued in the app",
    names="*.csv.zip",
    read=_read,
    take=_take,
)
