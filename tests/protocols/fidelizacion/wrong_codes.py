"""Hosts which get one-time codes or events wrong, one thing each."""

from __future__ import annotations

from typing import Any

from tests.checks.hosts import collection
from tests.protocols.fidelizacion.check_host import Host
from tests.protocols.fidelizacion.check_members import Business, Code, Member

WRONG, breaks = collection()

# Codes.


@breaks("5.4b")
class TellsTheCode(Host):
    def short_code(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        data, message = super().short_code(shop, body, headers)
        return data or {"shortCode": shop.codes[-1].text}, message


@breaks("5.4c 5.4d 5.4e 5.4f 6f 8.2a 8.2b 8.2c 8.2d 8.2e 8.2f 8.2g")
class LettersInCodes(Host):
    def new_code(self, shop: Business, member: Member) -> Code:
        code = super().new_code(shop, member)
        code.text = f"X{code.text}"
        return code


@breaks("5.4c")
class NewCodeEachTime(Host):
    def short_code(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        if body.get("action") == "get" and isinstance(body.get("member"), dict):
            given = body["member"]
            kept = [c for c in shop.codes if c.member.profile.get("email") == given.get("email")]
            phones = (given.get("phoneNumber"), "-")
            kept += [c for c in shop.codes if c.member.profile.get("phoneNumber") in phones]
            shop.codes[:] = [code for code in shop.codes if code not in kept]
        return super().short_code(shop, body, headers)


@breaks("5.4d")
class VerifyNamesNobody(Host):
    def verify(self, shop: Business, text: str, given: dict[str, str] | None) -> dict[str, Any]:
        super().verify(shop, text, given)
        return {"verified": True}


@breaks("5.4e")
class OneNameForCodes(Host):
    def code_given(self, body: dict[str, Any]) -> str:
        return super().code_given({"shortCode": body.get("shortCode")})


@breaks("5.4f 8.2a 8.2b 8.2c 8.2d 8.2g")
class AnyCode(Host):
    def use_code(self, shop: Business, text: str, member: Member | None) -> Member | None:
        return super().use_code(shop, text, member) or member


@breaks("5.4f")
class CodesOfOthers(Host):
    def use_code(self, shop: Business, text: str, member: Member | None) -> Member | None:
        found = super().use_code(shop, text, member)
        return found or (member if super().use_code(shop, text, None) else None)


@breaks("8.2a 8.2f")
class CodesLast(Host):
    def end_code(self, shop: Business, code: Code) -> None:
        """It may be used again."""


@breaks("8.2b")
class EndlessTries(Host):
    def use_code(self, shop: Business, text: str, member: Member | None) -> Member | None:
        found = super().use_code(shop, text, member)
        for code in shop.codes:
            code.tries = 0
        return found


@breaks("8.2c")
class ThreeTries(Host):
    def use_code(self, shop: Business, text: str, member: Member | None) -> Member | None:
        found = super().use_code(shop, text, member)
        shop.codes[:] = [code for code in shop.codes if code.tries < 3]
        return found


@breaks("8.2d")
class SendKeepsTheCode(Host):
    def new_code(self, shop: Business, member: Member) -> Code:
        for code in shop.codes:
            if code.member is member:
                return code
        return super().new_code(shop, member)


@breaks("5.4d 6f 8.2d 8.2e 8.2f")
class SameCodeForAll(Host):
    def new_code(self, shop: Business, member: Member) -> Code:
        code = super().new_code(shop, member)
        code.text = "1234"
        return code


@breaks("6f 8.2f")
class CodeIsNoIdentifier(Host):
    def known_or_coded(self, shop: Business, given: dict[str, str]) -> Member:
        if list(given) == ["shortCode"]:
            self.refuse("203", "body.member.shortCode")
        return super().known_or_coded(shop, given)


@breaks("8.2g")
class CodeBesideIsIgnored(Host):
    def known_or_coded(self, shop: Business, given: dict[str, str]) -> Member:
        if len(given) > 1:
            given.pop("shortCode", None)
        return super().known_or_coded(shop, given)


@breaks("5.4a")
class CodesForKeys(Host):
    def short_code_member(self, member: dict[str, Any]) -> dict[str, str]:
        return self.identifiers(member)


# Events.


@breaks("4.11b")
class KnownEventsOnly(Host):
    def event(self, event: dict[str, Any]) -> None:
        super().event(event)
        if len(event["type"]) > 64:
            self.wrong("body.event.type", "must be shorter")


@breaks("5.7a")
class EventsAreTold(Host):
    def event_call(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        super().event_call(shop, body, headers)
        return {"stored": True}, None


@breaks("5.7a 7.5")
class EventsOnce(Host):
    def event_call(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        answer = super().event_call(shop, body, headers)
        seen = self.__dict__.setdefault("seen", set())
        if repr(body) in seen:
            self.refuse("4006102")
        seen.add(repr(body))
        return answer


@breaks("3.2c 3.3a 3.4b 3.4d 3.4e 4.11a")
class AnyEventFields(Host):
    def event(self, event: dict[str, Any]) -> None:
        self.get(event, "type", "text", "body.event", needed=True)
