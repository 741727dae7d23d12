"""Partners who do one thing wrong each, and the clauses under which the check must say so.

Clauses that only sum up others are left out of the sets.
"""

from __future__ import annotations

import json
from typing import Any

from tests.checks.hosts import Reply, Request, collection
from tests.protocols.koshelek.partner import Card, Partner, Refusal

WRONG, breaks = collection()

# The wire.


@breaks("2.2")
class NoCharset(Partner):
    def content_type(self, status: int) -> str:
        return "application/json"


@breaks("2.2")
class NoCharsetOnErrors(Partner):
    def content_type(self, status: int) -> str:
        return "application/json" if status == 422 else super().content_type(status)


@breaks("8b")
class ByteOrderMark(Partner):
    def encode(self, document: Any) -> bytes:
        body = super().encode(document)
        return b"\xef\xbb\xbf" + body if isinstance(document, dict) else body


@breaks("1 11.7 G13b")
class Cp1251(Partner):
    def encode(self, document: Any) -> bytes:
        body = super().encode(document)
        return body.decode().encode("cp1251", errors="replace")


@breaks("11.7 G13b")
class ReadAsLatin1(Partner):
    def encode(self, document: Any) -> bytes:
        return super().encode(document).decode("latin-1").encode()


@breaks("11.7 G13b")
class LettersLost(Partner):
    def encode(self, document: Any) -> bytes:
        return super().encode(document).decode().encode("ascii", errors="replace")


@breaks("8a")
class Escapes(Partner):
    def encode(self, document: Any) -> bytes:
        return b"" if document is None else json.dumps(document).encode()


@breaks("2.5a 2.4")
class NumericErrorCode(Partner):
    def error(self, description: str) -> Any:
        return {"code": 9, "description": description}


@breaks("2.4")
class ErrorWithDetails(Partner):
    def error(self, description: str) -> Any:
        return {**super().error(description), "details": "[]"}


@breaks("G13a")
class CodeOfTheDay(Partner):
    def error(self, description: str) -> Any:
        return {"code": str(self.next_number()), "description": description}


@breaks("G13c")
class ShowsSql(Partner):
    def error(self, description: str) -> Any:
        return {"code": "1", "description": f"Ошибка: SELECT * FROM cards; {description}"}


@breaks("G13b")
class EnglishErrors(Partner):
    def error(self, description: str) -> Any:
        return {"code": "1", "description": "refused"}


class _Html(Partner):
    def html_for(self, request: Request, reply: Reply) -> bool:
        return False

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if self.html_for(request, reply):
            return Reply(reply.status, b"<h1>Oops</h1>", {"Content-Type": "text/html"})
        return reply


@breaks("1 2.2 2.4")
class HtmlNotFound(_Html):
    def html_for(self, request: Request, reply: Reply) -> bool:
        return reply.status == 404


@breaks("1 2.2 2.4")
class HtmlWrongVerb(_Html):
    def html_for(self, request: Request, reply: Reply) -> bool:
        return reply.status == 405


# Credentials.


@breaks("2.1c 2.1g 11.3")
class AnyPassword(Partner):
    def password_is_right(self, given: str) -> bool:
        return given.startswith("wallet:")


@breaks("2.1c")
class PasswordCutAtColon(Partner):
    def password_is_right(self, given: str) -> bool:
        return given.startswith("wallet:пароль:1") and given.split(":")[2] == "1"


@breaks("2.1b 2.1h G11 11.3")
class OpenDoor(Partner):
    def authorise(self, request: Request) -> None:
        if request.headers.get("Authorization"):
            super().authorise(request)


@breaks("2.3 2.1b 2.1c 2.1d 2.1e 2.1f 2.1g 2.1h G11 11.3")
class Forbidden(Partner):
    def unauthorized(self) -> int:
        return 403


@breaks("G11")
class NoChallenge(Partner):
    def reply(self, status: int, document: Any) -> Reply:
        reply = super().reply(status, document)
        reply.headers.pop("WWW-Authenticate", None)
        return reply


@breaks("2.3 2.1f")
class CrashesOnGarbage(Partner):
    def authorise(self, request: Request) -> None:
        if request.headers.get("Authorization") == "Basic %%%":
            raise Refusal("Внутренняя ошибка", 500)
        super().authorise(request)


@breaks("11.3")
class WritesBeforeItAsks(Partner):
    def authorise(self, request: Request) -> None:
        try:
            super().authorise(request)
        except Refusal:
            if request.method == "POST" and b"7999" in request.body:
                self.route(request)
            raise


# Leaves and objects.


@breaks("2.5a")
class NumericTotal(Partner):
    def bonus(self, card: Card) -> dict[str, Any]:
        return {**super().bonus(card), "total": 500}


@breaks("2.5b")
class NullValidity(Partner):
    def as_sent(self, card: Card) -> dict[str, Any]:
        return {**super().as_sent(card), "validUntil": None}


@breaks("2.5a")
class Boolean(Partner):
    def as_sent(self, card: Card) -> dict[str, Any]:
        return {**super().as_sent(card), "isActive": True}


@breaks("4.1a 5.2a A B C D E G3a")
class OddBarcode(Partner):
    def as_sent(self, card: Card) -> dict[str, Any]:
        barcode = {"barcodeNumber": card.number, "barcodeType": "CODE128"}
        return {**super().as_sent(card), "barcode": barcode}


@breaks("G16")
class WrongCheckDigit(Partner):
    def as_sent(self, card: Card) -> dict[str, Any]:
        barcode = {"barcodeNumber": "2900000070012", "barcodeType": "EAN_13"}
        return {**super().as_sent(card), "barcode": barcode}


@breaks("4.2 5.2a 5.2b")
class MoreAvailableThanTotal(Partner):
    def bonus(self, card: Card) -> dict[str, Any]:
        return {**super().bonus(card), "available": "421"}


@breaks("8c")
class TrailingZeros(Partner):
    def bonus(self, card: Card) -> dict[str, Any]:
        return {**super().bonus(card), "available": "0.00"}


@breaks("4.2 5.2b 8d")
class RussianDays(Partner):
    def bonus(self, card: Card) -> dict[str, Any]:
        lots = [{**lot, "validUntil": "31.12.2025"} for lot in card.lots]
        return {**super().bonus(card), "bonuses": lots}


@breaks("G8")
class LotsInAnyOrder(Partner):
    def bonus(self, card: Card) -> dict[str, Any]:
        return {**super().bonus(card), "bonuses": card.lots[::-1]}


@breaks("4.1c")
class BonusInSearch(Partner):
    def found(self, card: Card) -> Any:
        shown = super().found(card)
        return {"card": {**shown["card"], "bonus": self.bonus(card)}}


# The search.


@breaks(
    "5.1a 5.1b 5.1d 5.1e 5.1.1 5.1.2 5.1.3 4.1a A F 11.9 5.3a 5.3b 5.3d 5.7a 5.7b 5.7d 5.8a "
    "5.8b 11.5b 4.3 G9a G9b G18a G18b G18c G19 G20 G24 G25 2.6 G29a"
)
class ListInSearch(Partner):
    def found(self, card: Card) -> Any:
        return [super().found(card)]


@breaks("5.1c 4.1a")
class BracesForNothing(Partner):
    def nobody(self) -> Any:
        return {}


@breaks("5.1c 2.3")
class NotFoundIs404(Partner):
    def nobody(self) -> Any:
        raise Refusal("Не найдено", 404)


@breaks("5.1.1 5.1.3 G18b G20 G21")
class JoinedByAnd(Partner):
    def matches(self, phone: str, email: str, birth_date: str) -> list[Card]:
        return [
            card
            for card in self.cards.values()
            if phone in ("", card.phone) and email in ("", card.email)
        ]


@breaks("5.1.2")
class RefusesUnknownNames(Partner):
    def search(self, query: dict[str, str]) -> Any:
        if "loyaltyLevel" in query:
            raise Refusal("Лишнее условие")
        return super().search(query)


@breaks("G21")
class BirthDateIsEnough(Partner):
    def matches(self, phone: str, email: str, birth_date: str) -> list[Card]:
        return super().matches(phone, email, birth_date) or self.by(birth_date=birth_date)


@breaks("5.1.4")
class ShowsBlockedCards(Partner):
    def found(self, card: Card) -> Any:
        return {"card": self.as_sent(card)}


@breaks("G22")
class EmptySearchIsFine(Partner):
    def search(self, query: dict[str, str]) -> Any:
        return super().search({"msisdn": "1", **query})


# Writing.


@breaks("G2a")
class BracesForWritten(Partner):
    def written(self) -> Any:
        return {}


@breaks("2.3 A 5.3a 5.3b 4.3 2.6 5.3e G9e G12d F G2a G2b")
class UpdateIsAccepted202(Partner):
    def update(self, number: str, profile: dict[str, str]) -> Any:
        super().update(number, profile)
        raise Refusal("Принято", 202)


@breaks("2.3 5.8a C G3a G3b 5.8b")
class CreatedIs201(Partner):
    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if reply.status == 200 and request.method == "POST" and b"7999" in request.body:
            is_issue = request.path == "/v1/card/anonymous"
            return Reply(201, reply.body, reply.headers) if is_issue else reply
        return reply


@breaks("2.3 11.9 G12c G12e")
class CrashesOnBrokenJson(Partner):
    def malformed(self) -> Any:
        raise Refusal("Внутренняя ошибка", 500)


@breaks("11.9 G12c G12e")
class BrokenJsonIsNothing(Partner):
    def malformed(self) -> Any:
        return {}


@breaks("5.3d G25")
class TakesContactsOfOthers(Partner):
    def refuse_contacts_of_another(self, card: Card, profile: dict[str, str]) -> None:
        """Nobody is asked."""


@breaks("5.3d")
class WritesHalf(Partner):
    def update(self, number: str, profile: dict[str, str]) -> Any:
        if "email" in profile and not self.by(email=profile["email"]):
            self.write(self.card(number), {"email": profile["email"]})
        return super().update(number, profile)


@breaks("G26a")
class KnowsAllChannels(Partner):
    def know_channels(self, channels: list[str]) -> None:
        if not set(channels) <= {"sms", "email", "call", "push"}:
            raise Refusal("Неизвестный канал")


# The history.


@breaks("5.5a")
class StartIsOptional(Partner):
    def start(self, query: dict[str, str]) -> Any:
        return super().start({"startDate": "2000-01-01", **query})


class _Purchases(Partner):
    def purchases(self, number: str, query: dict[str, str]) -> Any:
        return self.changed(super().purchases(number, query))

    def changed(self, items: list[dict[str, str]]) -> Any:
        return items


@breaks("5.5c 8c")
class AmountInRoubles(_Purchases):
    def changed(self, items: list[dict[str, str]]) -> Any:
        return [{**item, "amount": "1299.00"} for item in items]


@breaks("G7a")
class OldestFirst(_Purchases):
    def changed(self, items: list[dict[str, str]]) -> Any:
        return items[::-1]


@breaks("5.5b 5.5d 5.5e E")
class WrappedPurchases(_Purchases):
    def changed(self, items: list[dict[str, str]]) -> Any:
        return {"purchases": items}


@breaks("5.5d")
class LastDayExcluded(Partner):
    def purchases(self, number: str, query: dict[str, str]) -> Any:
        items = super().purchases(number, query)
        return [item for item in items if item["date"] < query.get("endDate", "2999-01-01")]


# Issuing.


@breaks("5.6b 11.5a")
class ReservesTheSameNumber(Partner):
    def reserve(self) -> Any:
        self.count = getattr(self, "count", 0) + 1
        number = self.next_number() if self.count % 3 else self.last
        self.reserved.add(str(number))
        return number


@breaks("5.6d G34")
class HeadReserves(Partner):
    def head(self) -> dict[str, Any]:
        return {"HEAD": self.reserve}


@breaks("5.6c")
class ReservationMayBeCached(Partner):
    def reply(self, status: int, document: Any) -> Reply:
        reply = super().reply(status, document)
        del reply.headers["Cache-Control"]
        return reply


@breaks("5.7c 5.7d 11.5b")
class IssuesOnAnyNumber(Partner):
    def may_issue_on(self, number: str) -> bool:
        return True


@breaks("5.8b G3b G24")
class SeveralCardsForOne(Partner):
    def held_by(self, phone: str) -> list[Card]:
        return []


@breaks("11.11")
class NumbersAreIntegers(Partner):
    def card(self, number: str) -> Card:
        for known in self.cards:
            if number.isascii() and number.isdigit() and int(known) == int(number):
                return self.cards[known]
        return super().card(number)


# Promotions.


@breaks("5.9a G5")
class AnyPromoCode(Partner):
    def promo_code(self, body: dict[str, Any]) -> Any:
        return None


@breaks("5.10a 2.5a H")
class NumericPhones(Partner):
    def users(self) -> Any:
        return [79995550142, 79995550177]


@breaks("8e H")
class PhonesWithPlus(Partner):
    def users(self) -> Any:
        return [f"+{phone}" for phone in super().users()]


@breaks("5.10b")
class ParamsAsObject(Partner):
    def users_extended(self) -> Any:
        return [{**person, "params": {"tabNumber": "0815"}} for person in super().users_extended()]
