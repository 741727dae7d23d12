"""What a CRM tells of somebody, believed only where it can be true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from adapter.core import cards, phones
from adapter.core.cards import numbers
from adapter.core.errors import Invalid, InvalidPhone
from adapter.core.members import ConsentKind, IdentityKind, Profile, value_of
from adapter.core.programs import ProgramTerms
from adapter.crm.terms import CrmTerms

GENDERS = {"m": "m", "male": "m", "м": "m", "f": "f", "female": "f", "ж": "f"}
EARLIEST_BIRTH = date(1900, 1, 1)
LONGEST = 255


class WrongAnswer(Exception):
    """An answer nobody should believe: `faults` says why by field, and none of the values."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the CRM knows them, in our words."""

    profile: Profile
    identities: tuple[tuple[IdentityKind, str], ...] = ()  # besides phone and e-mail
    card_number: str | None = None
    consents: Mapping[ConsentKind, bool] = field(default_factory=dict)

    def is_called(self, kind: str, value: str) -> bool:
        """Whether they have this name."""
        if kind == IdentityKind.PHONE:
            return self.profile.phone == value
        if kind == IdentityKind.EMAIL:
            return value_of(IdentityKind.EMAIL, self.profile.email or "") == value
        named = [value_of(*name) for name in self.identities if name[0] == kind]
        # A till reads the numbers of cards and external ids alike.
        if kind in (cards.BY_CARD, IdentityKind.EXTERNAL_ID):
            named.append(self.card_number or "")
        return value in named


def person(
    document: Any, terms: CrmTerms, program: ProgramTerms, *, sought: tuple[str, str]
) -> Person | None:
    """The person an answer speaks of; nobody, where it says nothing of anybody.

    Raises:
        WrongAnswer: It cannot be true, or is about somebody else.
    """
    told = {name: _at(document, path) for name, path in terms.fields.items()}
    told = {name: value for name, value in told.items() if value not in (None, "", [], {})}
    if not told:
        return None
    try:
        read = _Answer().load(told)
        phone, shown = _phone(read.get("phone"), program)
    except ValidationError as error:
        raise WrongAnswer(_faults(error)) from None
    found = _person(read, phone, shown)
    if not found.is_called(*sought):
        raise WrongAnswer({sought[0]: "is not the one that was asked for"})
    return found


def _person(read: dict[str, Any], phone: str | None, shown: str | None) -> Person:
    told = {name: read[name] for name in Profile.__slots__ if name in read}
    kinds = (IdentityKind.EXTERNAL_ID, IdentityKind.MEMBERSHIP_KEY, IdentityKind.PASS)
    return Person(
        profile=Profile(**told | {"phone": phone, "phone_shown": shown}),
        identities=tuple((kind, read[kind]) for kind in kinds if kind in read),
        card_number=read.get("card_number"),
        # A name with a dot in it is loaded as an object in an object.
        consents={ConsentKind(kind): given for kind, given in read.get("consents", {}).items()},
    )


def _at(document: Any, path: str) -> Any:
    """What stands at a path such as `customer.phones.0`; nothing, where there is no such place."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isascii() and step.isdigit():
            document = dict(enumerate(document)).get(int(step[:9]))
        else:
            return None
    return document


def _phone(given: str | None, program: ProgramTerms) -> tuple[str | None, str | None]:
    if given is None:
        return None, None
    try:
        return phones.read(given, program.country), given
    except InvalidPhone as error:
        raise ValidationError({"phone": [str(error)]}) from None


class _Text(fields.Field[str]):
    """A text that a database can keep; a name made of digits may come as a number."""

    def __init__(self, longest: int = LONGEST, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._longest = longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
            value = str(value)
        if not isinstance(value, str):
            raise ValidationError("is not a text")
        value = value.strip()
        if not value or len(value) > self._longest:
            raise ValidationError(f"has not between 1 and {self._longest} characters")
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValidationError("holds characters that are none")
        return value


class _Gender(_Text):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        word = super()._deserialize(value, attr, data, **kwargs).lower()
        if word not in GENDERS:
            raise ValidationError("is neither male nor female")
        return GENDERS[word]


class _Day(fields.Field[date]):
    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> date:
        try:
            # Many say a birthday as the midnight it begins with.
            day = date.fromisoformat(str(value)[:10])
        except ValueError:
            raise ValidationError("is not a day written YYYY-MM-DD") from None
        if not EARLIEST_BIRTH <= day <= datetime.now(UTC).date():
            raise ValidationError("is a day on which nobody can be born")
        return day


class _Yes(fields.Field[bool]):
    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("is neither true nor false")
        return value


class _CardNumber(_Text):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        number = super()._deserialize(value, attr, data, **kwargs)
        try:
            numbers.check_number(number)
        except Invalid as error:
            raise ValidationError(str(error)) from None
        return number


class _Answer(Schema):
    class Meta:
        unknown = RAISE

    phone = _Text(64)
    email = _Text()
    first_name = _Text()
    last_name = _Text()
    patronymic = _Text()
    birth_date = _Day()
    gender = _Gender()
    country = _Text()
    locality = _Text()
    external_id = _Text()
    membership_key = _Text()
    card_number = _CardNumber()

    # Names that are no names of Python.
    locals().update({"pass": _Text()})
    locals().update({f"consents.{kind}": _Yes() for kind in ConsentKind})


def _faults(error: ValidationError) -> dict[str, str]:
    messages = error.messages if isinstance(error.messages, dict) else {"": error.messages}
    return {str(name): " ".join(map(str, said)) for name, said in messages.items()}
