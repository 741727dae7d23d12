"""Hosts which read values wrong, or refuse them in other words, one thing each."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from tests.checks.hosts import collection
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_host import Host

WRONG, breaks = collection()

# Values.


@breaks("3.1a")
class NoDecimalPoint(Host):
    def whole(self, value: Any, path: str) -> int:
        if isinstance(value, float):
            self.wrong(path, "must be an integer")
        return super().whole(value, path)


@breaks("3.1b")
class CutsFractions(Host):
    def whole(self, value: Any, path: str) -> int:
        return int(self.number(value, path))


@breaks("1.3h 3.4a 4.5a")
class ReadsNumbersInStrings(Host):
    def number(self, value: Any, path: str) -> Any:
        if isinstance(value, str) and value.isdigit():
            return int(value)
        return super().number(value, path)


@breaks("3.4a")
class TrueIsOne(Host):
    def number(self, value: Any, path: str) -> Any:
        return super().number(1 if value is True else value, path)


@breaks("3.4b 4.6a 4.9a 4.10a")
class NumbersAsStrings(Host):
    def text(self, value: Any, path: str, longest: int = 128) -> str:
        return super().text(str(value) if isinstance(value, int) else value, path, longest)


@breaks("3.4c")
class TextsForFlags(Host):
    def flag(self, value: Any, path: str) -> bool:
        return super().flag(True if value == "true" else value, path)


@breaks("1.3g 3.4d 9.9")
class OneForAList(Host):
    def array(self, value: Any, path: str) -> list[Any]:
        return super().array([value] if isinstance(value, str) else value, path)


@breaks("3.4e 9.9")
class ListsForObjects(Host):
    def object(self, value: Any, path: str) -> dict[str, Any]:
        return {} if value == [] else super().object(value, path)


@breaks("9.9")
class ExpectsObjectsOtherwise(Host):
    def object(self, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.wrong(path, "should be an object")
        return value


@breaks("3.3a 9.7")
class EmptyIsFine(Host):
    def text(self, value: Any, path: str, longest: int = 128) -> str:
        return value if value == "" else super().text(value, path, longest)


@breaks("9.7")
class EmptyIsForbidden(Host):
    def wrong(self, path: str, says: str) -> Any:
        super().wrong(path, says.replace("not allowed to be", "forbidden to be"))


@breaks("9.8")
class RequiredIsMissing(Host):
    def wrong(self, path: str, says: str) -> Any:
        super().wrong(path, says.replace("is required", "is missing"))


@breaks("9.9 9.10")
class SignsInOtherWords(Host):
    def wrong(self, path: str, says: str) -> Any:
        super().wrong(path, says.replace("a positive", "a strictly positive"))


@breaks("9.8 9.11")
class ChoicesInOtherWords(Host):
    def wrong(self, path: str, says: str) -> Any:
        super().wrong(path, says.replace("one of [", "among ["))


@breaks("9.12")
class DatesInOtherWords(Host):
    def wrong(self, path: str, says: str) -> Any:
        super().wrong(path, says.replace("ISO 8601", "ISO"))


@breaks("9.9 9.13")
class ContactsInOtherWords(Host):
    def wrong(self, path: str, says: str) -> Any:
        super().wrong(path, says.replace("a valid", "a proper"))


@breaks("3.3b")
class NullIsAValue(Host):
    def get(self, holder: dict[str, Any], name: str, kind: str, path: str, **rule: bool) -> Any:
        if name in ("employee", "externalId") and name in holder and holder[name] is None:
            self.wrong(f"{path}.{name}", "must be a string")
        return super().get(holder, name, kind, path, **rule)


@breaks("3.3c")
class NullIsThere(Host):
    def get(self, holder: dict[str, Any], name: str, kind: str, path: str, **rule: bool) -> Any:
        if name == "type" and name in holder and holder[name] is None:
            return "-"
        return super().get(holder, name, kind, path, **rule)


@breaks("3.3d")
class KnownFieldsOnly(Host):
    def item(self, item: Any, path: str) -> dict[str, Any]:
        if isinstance(item, dict) and "colour" in item:
            self.wrong(f"{path}.colour", "is not allowed")
        return super().item(item, path)


@breaks("3.2a 3.2b 3.3d 4.1o 4.2d 4.11b 5.7a 7.5 8.1b")
class FractionsOfSecondsRefused(Host):
    def moment(self, value: Any, path: str) -> datetime:
        if isinstance(value, str) and "." in value:
            self.wrong(path, "must be in ISO 8601 date format")
        return super().moment(value, path)


@breaks("3.2b")
class ZoneIsNeeded(Host):
    def moment(self, value: Any, path: str) -> datetime:
        if isinstance(value, str) and value.endswith(":00"):
            value = value if "+" in value else f"{value}+01:00"
        return super().moment(value, path)


@breaks("3.2c")
class AnyMoment(Host):
    def moment(self, value: Any, path: str) -> datetime:
        try:
            return super().moment(value, path)
        except Refusal as refusal:
            if "ISO" in str(refusal):
                return datetime.now(UTC)
            raise


@breaks("3.2d")
class ExpiryInLocalTime(Host):
    def expiry(self) -> str:
        return super().expiry().replace("Z", "+00:00")


@breaks("5.4c")
class ExpiredAtOnce(Host):
    def expiry(self) -> str:
        return "2020-01-01T00:00:00Z"


@breaks("3.5a")
class PhonesAsSent(Host):
    def phone(self, value: Any, path: str) -> str:
        super().phone(value, path)
        return value


@breaks("3.5b")
class PhonesOfSeven(Host):
    def phone(self, value: Any, path: str) -> str:
        digits = super().phone(value, path)
        if len(digits) < 7:
            self.wrong(path, "must be a valid phone number")
        return digits


@breaks("1.3g 3.5c")
class AnyPhone(Host):
    def phone(self, value: Any, path: str) -> str:
        return re.sub("[^0-9]", "", self.text(value, path))


@breaks("3.5d")
class ZerosStripped(Host):
    def phone(self, value: Any, path: str) -> str:
        return super().phone(value, path).lstrip("0")


@breaks("3.6a")
class EmailsByLetter(Host):
    def alike(self, name: str, own: str, value: str) -> bool:
        return own == value if name == "email" else super().alike(name, own, value)


@breaks("3.6a")
class EmailsLowered(Host):
    def email(self, value: Any, path: str) -> str:
        return super().email(value, path).lower()


@breaks("3.6b")
class AnyEmail(Host):
    def email(self, value: Any, path: str) -> str:
        return self.text(value, path).strip()
