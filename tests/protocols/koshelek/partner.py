"""A partner's server in memory, small and conforming, for the check to be pointed at.

Each rule is a method of its own, so that a test can break exactly one of them in a subclass.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

from tests.checks.hosts import Reply, Request

LOGIN, PASSWORD = "wallet", "пароль:1"
KNOWN_PHONE, BLOCKED_PHONE, POOL_NUMBER = "79995550142", "79995550199", "7700009001"
PROMO_CODE, RECEIPT = "SPRING25", "t=20250214T1000&s=1299.00&fn=1&i=2&fp=3&n=1"

CHANNELS = ("allow", "deny")
PURCHASES = [
    {"date": "2025-02-14", "item": "Кофе зерновой 1 кг", "amount": "129900", "bonuses": "129"},
    {"date": "2025-02-14", "item": "Чай", "amount": "9900", "bonuses": ""},
    {"date": "2025-01-03", "item": "Кофе зерновой 1 кг", "amount": "129900", "bonuses": "-5"},
]
LOTS = [
    {"description": "Подарок", "amount": "300", "validUntil": "2025-12-31"},
    {"description": "Покупка 14.02", "amount": "120", "validUntil": "2026-02-14"},
    {"description": "Без срока", "amount": "0.5"},
]


class Refusal(Exception):
    def __init__(self, description: str, status: int = 422) -> None:
        super().__init__(description)
        self.status = status


@dataclass
class Card:
    number: str
    phone: str = ""
    email: str = ""
    birth_date: str = ""
    blocked: bool = False
    lots: list[dict[str, str]] = field(default_factory=list)
    purchases: list[dict[str, str]] = field(default_factory=list)
    profile: dict[str, str] = field(default_factory=dict)


class Partner:
    """One partner: cards in memory, and the rules of the spec as methods."""

    version = "1.3.0"
    issue_status = 200

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.cards: dict[str, Card] = {}
        self.reserved: set[str] = {POOL_NUMBER}
        self.last = 7700000000
        self.used: set[str] = set()
        self.receipts: dict[str, str] = {}
        self._add("0077000041", KNOWN_PHONE, lots=LOTS, purchases=PURCHASES)
        self._add("7700000099", BLOCKED_PHONE, blocked=True)

    def _add(self, number: str, phone: str, **known: Any) -> None:
        self.cards[number] = Card(number, phone=phone, **known)

    # The wire.

    def answer(self, request: Request) -> Reply:
        try:
            with self.lock:
                self.authorise(request)
                document = self.route(request)
        except Refusal as refusal:
            return self.reply(refusal.status, self.error(str(refusal)))
        return self.reply(200, document)

    def reply(self, status: int, document: Any) -> Reply:
        headers = {"Content-Type": self.content_type(status), "Cache-Control": "no-store"}
        if status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="loyalty", charset="UTF-8"'
        return Reply(status, self.encode(document), headers)

    def content_type(self, status: int) -> str:
        return "application/json; charset=UTF-8;"

    def encode(self, document: Any) -> bytes:
        return b"" if document is None else json.dumps(document, ensure_ascii=False).encode()

    def error(self, description: str) -> Any:
        return {"code": "009", "description": description}

    def authorise(self, request: Request) -> None:
        scheme, _, token = (request.headers.get("Authorization") or "").partition(" ")
        try:
            given = base64.b64decode(token, validate=True).decode()
        except ValueError:
            given = ""
        if scheme.lower() != "basic" or not self.password_is_right(given):
            raise Refusal("Кто вы?", self.unauthorized())

    def password_is_right(self, given: str) -> bool:
        return given == f"{LOGIN}:{PASSWORD}"

    def unauthorized(self) -> int:
        return 401

    # The paths.

    def route(self, request: Request) -> Any:
        # Split before decoding, so that an encoded slash stays within a number.
        parts = [unquote(part) for part in request.path.rstrip("/").split("/")[1:]]
        method, body = request.method, request
        match parts:
            case ["v1", "card"]:
                return self.only(method, GET=lambda: self.search(request.parameters))
            case ["v1", "card", "anonymous"]:
                return self.only(
                    method,
                    GET=self.reserve,
                    PUT=self.reserve,
                    POST=lambda: self.issue(self.profile(body)),
                    **self.head(),
                )
            case ["v1", "card", "anonymous", number]:
                post = lambda: self.issue_on(number, self.profile(body))  # noqa: E731
                return self.only(method, POST=post, PUT=post)
            case ["v1", "card", "getAllUsers"]:
                return self.only(method, GET=self.users)
            case ["v1", "card", "getAllUsersExtended"]:
                return self.only(method, GET=self.users_extended)
            case ["v1", "card", number]:
                post = lambda: self.update(number, self.profile(body))  # noqa: E731
                return self.only(method, GET=lambda: self.show(number), POST=post, PUT=post)
            case ["v1", "card", number, "communication"]:
                return self.only(method, PUT=lambda: self.channels(number, self.object(body)))
            case ["v1", "card", number, "purchases"]:
                return self.only(method, GET=lambda: self.purchases(number, request.parameters))
            case ["v1", "promo", "code"]:
                return self.only(method, POST=lambda: self.promo_code(self.object(body)))
            case ["v1", "promo", "qrCode"]:
                return self.only(method, POST=lambda: self.receipt(self.object(body)))
        return self.unknown_path()

    def unknown_path(self) -> Any:
        raise Refusal("Нет такого пути", 404)

    def head(self) -> dict[str, Any]:
        return {}

    def only(self, method: str, **handlers: Any) -> Any:
        if method not in handlers:
            raise Refusal("Нет такого метода", 405)
        return handlers[method]()

    def object(self, request: Request) -> dict[str, Any]:
        if len(request.body) > 1024 * 1024:
            raise Refusal("Слишком большое тело запроса")
        try:
            document = json.loads(request.body.decode(), parse_constant=float)
        except (ValueError, RecursionError):
            return self.malformed()
        return document if isinstance(document, dict) else self.malformed()

    def malformed(self) -> Any:
        raise Refusal("Тело запроса не разобрано")

    def profile(self, request: Request) -> dict[str, str]:
        names = {name.lower(): value for name, value in self.object(request).items()}
        known = {
            name: str(names[name.lower()])
            for name in ("phone", "email", "surname", "birthDate", "locality")
            if names.get(name.lower()) not in (None, "")
        }
        if "\x00" in "".join(known.values()):
            raise Refusal("Недопустимый символ")
        if "phone" in known:
            known["phone"] = self.phone(known["phone"])
        if len(known.get("phone", "")) > 15 or "@" not in known.get("email", "@"):
            raise Refusal("Неверный телефон или адрес")
        if "birthDate" in known:
            self.day(known["birthDate"])
        return known

    def phone(self, text: str) -> str:
        digits = re.sub(r"\D", "", text)
        return "7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits

    def day(self, text: str) -> date:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise Refusal("Неверная дата")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Refusal("Неверная дата") from None

    # Finding.

    def by(self, **wanted: str) -> list[Card]:
        ((name, value),) = wanted.items()
        return [card for card in self.cards.values() if value and getattr(card, name) == value]

    def card(self, number: str) -> Card:
        if number not in self.cards:
            raise Refusal(f"Карта {number} не найдена")
        return self.cards[number]

    def search(self, query: dict[str, str]) -> Any:
        query = {name.lower(): value.strip() for name, value in query.items()}
        phone, email = self.phone(query.get("msisdn", "")), query.get("email", "").lower()
        if not phone and not email and not query.get("birthdate"):
            raise Refusal("Не задано условие поиска")
        found = self.matches(phone, email, query.get("birthdate", ""))
        return self.found(found[0]) if found else self.nobody()

    def matches(self, phone: str, email: str, birth_date: str) -> list[Card]:
        return self.by(phone=phone) or self.by(email=email)

    def found(self, card: Card) -> Any:
        if card.blocked:
            raise Refusal("Карта заблокирована")
        return {"card": self.as_sent(card)}

    def nobody(self) -> Any:
        return None

    def as_sent(self, card: Card) -> dict[str, Any]:
        barcode = {"barcodeNumber": card.number, "barcodeType": "CODE_128"}
        return {"cardNumber": card.number, "cardState": "active", "barcode": barcode}

    def show(self, number: str) -> Any:
        card = self.card(number)
        return {"card": {**self.as_sent(card), "bonus": self.bonus(card)}}

    def bonus(self, card: Card) -> dict[str, Any]:
        total = "420.5" if card.lots else "0"
        available = "370" if card.lots else "0"
        return {"total": total, "available": available, "bonuses": card.lots}

    # Writing.

    def written(self) -> Any:
        return None

    def update(self, number: str, profile: dict[str, str]) -> Any:
        card = self.card(number)
        self.refuse_contacts_of_another(card, profile)
        self.write(card, profile)
        return self.written()

    def refuse_contacts_of_another(self, card: Card, profile: dict[str, str]) -> None:
        phones = self.by(phone=profile.get("phone", ""))
        emails = self.by(email=profile.get("email", "").lower())
        if any(other is not card for other in (*phones, *emails)):
            raise Refusal("Телефон или адрес принадлежит другому")

    def write(self, card: Card, profile: dict[str, str]) -> None:
        card.phone = profile.get("phone", card.phone)
        card.email = profile.get("email", card.email).lower()
        card.birth_date = profile.get("birthDate", card.birth_date)

    def channels(self, number: str, lists: dict[str, Any]) -> Any:
        self.card(number)
        for name in CHANNELS:
            channels = lists.get(name, [])
            if not isinstance(channels, list) or not all(isinstance(c, str) for c in channels):
                raise Refusal("Каналы должны быть списком строк")
            self.know_channels(channels)
        return self.written()

    def know_channels(self, channels: list[str]) -> None:
        """Any name is taken."""

    def purchases(self, number: str, query: dict[str, str]) -> Any:
        card, start = self.card(number), self.start(query)
        end = self.day(query["endDate"]) if "endDate" in query else date.today()
        if start > end:
            raise Refusal("Период задан наоборот")
        return [
            {"location": "Магазин на Садовой", "quantity": "1", **item}
            for item in card.purchases
            if start <= date.fromisoformat(item["date"]) <= end
        ]

    def start(self, query: dict[str, str]) -> date:
        if "startDate" not in query:
            raise Refusal("Не задано начало периода")
        return self.day(query["startDate"])

    def next_number(self) -> int:
        self.last += 1
        return self.last

    def reserve(self) -> Any:
        number = self.next_number()
        self.reserved.add(str(number))
        return number

    def issue_on(self, number: str, profile: dict[str, str]) -> Any:
        phone = self.needed_phone(profile)
        if number in self.cards and self.cards[number].phone == phone:
            return self.written()
        if not self.may_issue_on(number) or self.held_by(phone):
            raise Refusal("Номер занят или неизвестен")
        self.reserved.discard(number)
        self.cards[number] = Card(number)
        self.write(self.cards[number], profile)
        return self.written()

    def held_by(self, phone: str) -> list[Card]:
        return self.by(phone=phone)

    def may_issue_on(self, number: str) -> bool:
        return number in self.reserved

    def needed_phone(self, profile: dict[str, str]) -> str:
        if "phone" not in profile:
            raise Refusal("Не задан телефон")
        return profile["phone"]

    def issue(self, profile: dict[str, str]) -> Any:
        if self.version < "1.2.0":
            raise Refusal("Нет такого метода", 405)
        held = self.held_by(self.needed_phone(profile))
        if not held:
            number = str(self.next_number())
            self.cards[number] = Card(number)
            self.write(self.cards[number], profile)
            held = [self.cards[number]]
        return {"card": self.as_sent(held[0])}

    # Promotions.

    def promo_code(self, body: dict[str, Any]) -> Any:
        if self.version < "1.3.0":
            raise Refusal("Нет такого пути", 404)
        if body.get("code") != PROMO_CODE or PROMO_CODE in self.used:
            raise Refusal("Промокод неизвестен или использован")
        self.used.add(PROMO_CODE)
        return None

    def receipt(self, body: dict[str, Any]) -> Any:
        if self.version < "1.1.0":
            raise Refusal("Нет такого пути", 404)
        text, phone = body.get("qrCode"), body.get("phone")
        if text != RECEIPT or self.receipts.setdefault(text, phone) != phone:
            raise Refusal("Чек не прочитан или занят")
        return None

    def users(self) -> Any:
        return ["79995550142", "79995550177"]

    def users_extended(self) -> Any:
        params = [{"name": "tabNumber", "value": "0815"}]
        phones = ("79995550142", "79995550177")
        return [{"phone": phone, "params": params} for phone in phones]
