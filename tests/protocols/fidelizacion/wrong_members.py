"""Hosts which find, register or change members wrong, one thing each."""

from __future__ import annotations

from threading import current_thread, main_thread
from typing import Any

from tests.checks.hosts import collection
from tests.protocols.fidelizacion.check_fields import CONSENTS, IDENTIFIERS, Refusal
from tests.protocols.fidelizacion.check_host import Host
from tests.protocols.fidelizacion.check_members import Business, Member

WRONG, breaks = collection()

# Members.


class _Blind(Host):
    """Finds nobody by one kind of identifier."""

    blind = ""

    def find(self, shop: Business, name: str, value: str) -> Member | None:
        return None if name == self.blind else super().find(shop, name, value)


@breaks("3.6a 4.1b 4.1l 4.1m 5.1j 5.2f 5.4b 5.4c 5.6o 7.1b")
class BlindForEmails(_Blind):
    blind = "email"


@breaks("4.1c 4.1f 4.1m 6f 7.1b")
class BlindForKeys(_Blind):
    blind = "membershipKey"


@breaks("4.1d 4.1g")
class BlindForExternalIds(_Blind):
    blind = "externalId"


@breaks("4.1e 5.1d")
class KeysAreNoUuids(Host):
    def as_stored(self, member: Member) -> dict[str, Any]:
        member.key = f"key-{member.id}"
        return super().as_stored(member)


@breaks("4.1f")
class KeysByLetter(Host):
    def alike(self, name: str, own: str, value: str) -> bool:
        return own == value if name == "membershipKey" else super().alike(name, own, value)


@breaks("4.1g")
class SharedExternalIds(Host):
    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        super().refuse_taken(shop, {**data, "externalId": "nobody's"}, own)


@breaks("4.1h 4.2c")
class LongExternalIds(Host):
    def external(self, value: Any, path: str) -> str:
        return self.text(value, path, 1000)


@breaks("4.2c")
class LongNames(Host):
    def name(self, value: Any, path: str) -> str:
        return self.text(value, path, 1000)


@breaks("4.2b")
class ShortNames(Host):
    def name(self, value: Any, path: str) -> str:
        return self.text(value, path, 50)


@breaks("1e 1.1a 4.1q")
class AnybodyWillDo(Host):
    def details(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        if body.get("customers") or body == {}:
            body = {"member": {"membershipKey": shop.members[0].key}}
        return super().details(shop, body, headers)


@breaks("4.1i")
class NoMemberIsNobody(Host):
    def top(self, body: dict[str, Any], *needed: str, **optional: str) -> dict[str, Any]:
        if "member" in needed and "member" not in body and len(body) > 1:
            self.refuse("203", "body.member")
        return super().top(body, *needed, **optional)


@breaks("4.1j")
class NoIdentifierIsNobody(Host):
    def identifiers(self, member: dict[str, Any], *, short_code: bool = False) -> dict[str, str]:
        try:
            return super().identifiers(member, short_code=short_code)
        except Refusal as refusal:
            if "at least" in str(refusal):
                self.refuse("203", "body.member")
            raise


@breaks("9.8")
class AtLeastInOtherWords(Host):
    def wrong(self, path: str, says: str) -> Any:
        super().wrong(path, says.replace("at least one of", "one of"))


@breaks("4.1k 4.1l 4.1m 4.1n")
class OneIdentifierOnly(Host):
    def identifiers(self, member: dict[str, Any], *, short_code: bool = False) -> dict[str, str]:
        given = super().identifiers(member, short_code=short_code)
        if len(given.keys() & set(IDENTIFIERS)) > 1:
            self.wrong("body.member", "must contain only one")
        return given


@breaks("4.1l 4.1m")
class FirstIdentifierOnly(Host):
    def identify(self, shop: Business, given: dict[str, str]) -> Member:
        first = next(name for name in IDENTIFIERS if name in given)
        return super().identify(shop, {first: given[first]})


@breaks("4.1n")
class BlamesTheLast(Host):
    def identify(self, shop: Business, given: dict[str, str]) -> Member:
        try:
            return super().identify(shop, given)
        except Refusal as refusal:
            if refusal.code == "203":
                self.refuse("203", f"body.member.{list(given)[-1]}")
            raise


@breaks("4.1o")
class StrangersHaveEvents(Host):
    def event_call(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        try:
            return super().event_call(shop, body, headers)
        except Refusal as refusal:
            if refusal.code == "203":
                return {}, None
            raise


@breaks("4.1p 5.6u")
class OneBusiness(Host):
    def authenticate(self, request: Any) -> Business:
        super().authenticate(request)
        return next(iter(self.businesses.values()))


# Registration and changes.


@breaks("5.1b 5.1h 9.8")
class OnlyWrapped(Host):
    def register(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        self.get(body, "newMemberData", "object", "body", needed=True)
        return super().register(shop, body, headers)


@breaks("3.3b 3.5a 3.5d 3.6a 4.2b 4.2d 4.3d 5.1a 5.1c 5.1d 5.1e 5.1f 5.1g 5.1k 6a 7.6b 7.7a")
class OnlyFlat(Host):
    alone = True

    def register(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        return super().register(shop, {**body, "newMemberData": None}, headers)


@breaks("5.1c")
class BothForms(Host):
    def register(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        wrapped = body.get("newMemberData")
        if isinstance(wrapped, dict):
            body = {**body, "newMemberData": {**wrapped, **body}}
        return super().register(shop, body, headers)


@breaks("5.1d 5.2c")
class NoMemberId(Host):
    def register(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        data, message = super().register(shop, body, headers)
        return {"member": data["member"]}, message


@breaks("4.3a 5.1e 5.3h")
class AsleepAtFirst(Host):
    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        shown = super().shown(shop, member, headers)
        return shown if shown["visit"] else {**shown, "status": "pending"}


@breaks("4.3d 5.1f 5.1g 5.1k")
class Strict(Host):
    strict = True


@breaks("5.1g")
class PhoneIsNeeded(Host):
    def profile(self, data: dict[str, Any], path: str) -> dict[str, Any]:
        found = super().profile(data, path)
        if "email" in found and len(found) == 1:
            self.wrong(f"{path}.phoneNumber", "is required")
        return found


@breaks("1e 1.1a 5.1h")
class NoContactIsFine(Host):
    def register(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        try:
            return super().register(shop, body, headers)
        except Refusal as refusal:
            if str(refusal) == "phoneNumber is required":
                return {}, None
            raise


@breaks("4.1g 5.1i 5.1j 7.6b")
class RegistersAgain(Host):
    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        if own:
            super().refuse_taken(shop, data, own)


@breaks("5.1i")
class EmailBeforePhone(Host):
    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        super().refuse_taken(shop, {n: data[n] for n in data if n == "email"}, own)
        super().refuse_taken(shop, data, own)


@breaks("5.1j 5.2f")
class EmailsAreShared(Host):
    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        super().refuse_taken(shop, {**data, "email": "nobody's"}, own)


@breaks("5.1a 5.1b 5.1c 5.1k")
class ConsentsUnsaid(Host):
    def as_stored(self, member: Member) -> dict[str, Any]:
        stored = super().as_stored(member)
        return {name: value for name, value in stored.items() if value is not False}


@breaks("7.6b")
class TwoAtOnce(Host):
    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        if current_thread() is main_thread():
            super().refuse_taken(shop, data, own)


@breaks("4.2d")
class BirthdayIsADay(Host):
    def day(self, value: Any, path: str) -> str:
        if isinstance(value, str) and "T" in value:
            self.wrong(path, "must be in ISO 8601 date format")
        return super().day(value, path)


@breaks("4.3b 5.2b")
class BirthdayAsDay(Host):
    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        shown = super().shown(shop, member, headers)
        return shown | ({"birthday": shown["birthday"][:10]} if "birthday" in shown else {})


@breaks("4.3c 4.3d 5.2a 5.2b 5.2f")
class NamesForgotten(Host):
    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        return {**super().shown(shop, member, headers), "lastName": "?"}


@breaks("4.3d")
class NothingIsAnEmptyText(Host):
    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        return {"email": "", **super().shown(shop, member, headers)}


@breaks("3.3a 5.2a")
class UpdateReplaces(Host):
    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        data = body.get("newMemberData")
        if isinstance(data, dict) and list(data) == ["firstName", "lastName"]:
            body = {**body, "newMemberData": {**data, "lastName": "-"}}
        return super().update(shop, body, headers)


@breaks("5.2c")
class UpdateSaysLess(Host):
    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        return super().update(shop, body, headers)[0], "ok"


@breaks("5.2d")
class UpdateShowsNobody(Host):
    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        data, message = super().update(shop, body, headers)
        return {"memberId": data["memberId"]}, message


@breaks("5.2b")
class UpdateLosesEmails(Host):
    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        data = body.get("newMemberData")
        if isinstance(data, dict) and len(data) > 5:
            kept = {name: value for name, value in data.items() if name != "email"}
            body = {**body, "newMemberData": kept}
        return super().update(shop, body, headers)


@breaks("5.2e")
class NothingToChangeIsFine(Host):
    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        try:
            return super().update(shop, body, headers)
        except Refusal as refusal:
            if "at least 1" in str(refusal):
                return {}, None
            raise


@breaks("5.2f")
class TakesContactsOfOthers(Host):
    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        if own is None:
            super().refuse_taken(shop, data, own)


@breaks("5.2f")
class WritesHalf(Host):
    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        try:
            return super().update(shop, body, headers)
        except Refusal as refusal:
            if refusal.code == "204":
                member = self.identify(shop, body["member"])
                member.profile["firstName"] = body["newMemberData"].get("firstName", "")
            raise


@breaks("5.2g")
class OwnContactIsTaken(Host):
    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        super().refuse_taken(shop, data)


@breaks("8.1a")
class ConsentsStay(Host):
    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        data = body.get("newMemberData")
        if isinstance(data, dict) and set(data) == set(CONSENTS):
            body = {**body, "newMemberData": dict.fromkeys(CONSENTS, True)}
        return super().update(shop, body, headers)


@breaks("8.1b")
class NoServiceWithoutConsent(Host):
    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        profile = member.profile
        if profile["allowedSMS"] and not (profile["gdpr"] or profile["termsOfUse"]):
            self.refuse("4001101")
        return super().shown(shop, member, headers)
