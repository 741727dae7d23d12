"""The fields of a request as a small, conforming host reads them: strictly, one fault at a time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, NoReturn

MESSAGES = {
    "203": "Cannot find any member with the given identifier!",
    "4001101": "Member is not active",
    "4001102": "The given identifiers belong to different members",
    "4006101": "No transaction matches the given confirmation code",
    "4006102": "Transaction id was already used with different content",
    "4006103": "Transaction was already cancelled",
    "4007004": "Invalid verification code",
    "4007005": "A verification code was sent, repeat the request with it",
    "4007009": "Payment amount is over the allowed limit",
    "4007101": "No payment matches the given confirmation code",
    "4007102": "Cancellation amount does not match the payment",
    "4008101": "Asset not found for this member",
    "4008102": "Asset is not redeemable",
    "4010000": "Missing or invalid API key",
    "4000002": "Request body is not valid JSON",
    "4030001": "Branch is not registered for this API key",
    "4040000": "Not Found",
    "4050000": "Method not allowed",
    "4130000": "Request body is too large",
    "4150000": "Content-Type must be application/json",
}
CONSENTS = ("allowedSMS", "allowedEmail", "termsOfUse", "gdpr")
IDENTIFIERS = ("membershipKey", "phoneNumber", "email", "externalId")


class Refusal(Exception):
    def __init__(self, code: str, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.code, self.path = code, path


class Fields:
    """The values of section 3 and the objects of section 4, each rule a method of its own."""

    def refuse(self, code: str, path: str | None = None) -> NoReturn:
        raise Refusal(code, MESSAGES[code], path)

    def wrong(self, path: str, says: str) -> NoReturn:
        raise Refusal("1001", f"{path.rpartition('.')[2]} {says}", path)

    def get(
        self, holder: dict[str, Any], name: str, kind: str, path: str, *, needed: bool = False
    ) -> Any:
        """The field's value, None if it is absent; `kind` is the method that reads it."""
        value = holder.get(name)
        if value is None:
            if needed:
                self.wrong(f"{path}.{name}", "is required")
            return None
        return getattr(self, kind)(value, f"{path}.{name}")

    # Values.

    def text(self, value: Any, path: str, longest: int = 128) -> str:
        if not isinstance(value, str):
            self.wrong(path, "must be a string")
        if not value.strip():
            self.wrong(path, "is not allowed to be empty")
        if len(value) > longest:
            self.wrong(path, f"must not be longer than {longest}")
        return value

    def name(self, value: Any, path: str) -> str:
        return self.text(value, path, 100)

    def external(self, value: Any, path: str) -> str:
        return self.text(value, path, 64)

    def number(self, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(path, "must be a number")
        return value

    def whole(self, value: Any, path: str) -> int:
        number = self.number(value, path)
        if number != int(number):
            self.wrong(path, "must be an integer")
        return int(number)

    def not_negative(self, value: Any, path: str) -> int:
        number = self.whole(value, path)
        if number < 0:
            self.wrong(path, "must be greater than or equal to 0")
        return number

    def quantity(self, value: Any, path: str) -> Any:
        if self.number(value, path) <= 0:
            self.wrong(path, "must be a positive number")
        return value

    def positive(self, value: Any, path: str) -> int:
        number = self.whole(value, path)
        if number <= 0:
            self.wrong(path, "must be a positive number")
        return number

    def negative(self, value: Any, path: str) -> int:
        number = self.whole(value, path)
        if number >= 0:
            self.wrong(path, "must be a negative number")
        return number

    def flag(self, value: Any, path: str) -> bool:
        if not isinstance(value, bool):
            self.wrong(path, "must be a boolean")
        return value

    def object(self, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.wrong(path, "must be an object")
        return value

    def array(self, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            self.wrong(path, "must be an array")
        return value

    def texts(self, value: Any, path: str) -> list[str]:
        return [self.text(item, f"{path}.{n}") for n, item in enumerate(self.array(value, path))]

    def moment(self, value: Any, path: str) -> datetime:
        text = self.text(value, path)
        try:
            if "T" not in text:
                raise ValueError
            found = datetime.fromisoformat(text)
        except ValueError:
            self.wrong(path, "must be in ISO 8601 date format")
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def day(self, value: Any, path: str) -> str:
        text = self.text(value, path)
        if "T" in text:
            self.moment(value, path)
            text = text.partition("T")[0]
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            self.wrong(path, "must be in ISO 8601 date format")

    def phone(self, value: Any, path: str) -> str:
        digits = re.sub(r"[\s\-.()]", "", self.text(value, path)).removeprefix("+")
        if not re.fullmatch("[0-9]{6,15}", digits):
            self.wrong(path, "must be a valid phone number")
        return digits

    def email(self, value: Any, path: str) -> str:
        text = self.text(value, path).strip()
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
            self.wrong(path, "must be a valid email")
        return text

    # Objects.

    def identifiers(self, member: dict[str, Any], *, short_code: bool = False) -> dict[str, str]:
        kinds = {"phoneNumber": "phone", "email": "email", "externalId": "external"}
        names = (*IDENTIFIERS, "shortCode") if short_code else IDENTIFIERS
        given = {}
        for name in names:
            value = self.get(member, name, kinds.get(name, "text"), "body.member")
            if value is not None:
                given[name] = value
        if not given:
            names_told = "phoneNumber, email, membershipKey, externalId"
            self.wrong("body.member", f"must contain at least one of [{names_told}]")
        return given

    def profile(self, data: dict[str, Any], path: str) -> dict[str, Any]:
        kinds = {
            "phoneNumber": "phone",
            "email": "email",
            "firstName": "name",
            "lastName": "name",
            **dict.fromkeys(CONSENTS, "flag"),
            "birthday": "day",
            "externalId": "external",
        }
        found = {name: self.get(data, name, kind, path) for name, kind in kinds.items()}
        return {name: value for name, value in found.items() if value is not None}

    def sale(self, told: dict[str, Any], path: str = "body.transaction") -> dict[str, Any]:
        id = self.get(told, "transactionId", "text", path, needed=True)
        opened = self.get(told, "openTime", "moment", path)
        closed = self.get(told, "dateTime", "moment", path, needed=opened is None)
        items = self.items(self.get(told, "items", "array", path) or [], f"{path}.items")
        returns = any(item["action"] == "return" for item in items)
        total = self.get(
            told, "totalAmount", "whole" if returns else "not_negative", path, needed=True
        )
        for name, kind in (("orderType", "text"), ("employee", "text"), ("tags", "texts")):
            self.get(told, name, kind, path)
        return {
            "id": id,
            "times": (opened, closed),
            "total": total,
            "tax": self.get(told, "totalTaxAmount", "whole", path) or 0,
            "discount": self.get(told, "totalGeneralDiscount", "whole", path) or 0,
            "items": items,
            "tenders": self.tenders(told, path),
        }

    def items(self, items: list[Any], path: str) -> list[dict[str, Any]]:
        found = [self.item(item, f"{path}.{n}") for n, item in enumerate(items)]
        ids = [item["lineId"] for item in found]
        if len(set(ids)) != len(ids):
            self.wrong(f"{path}.{len(ids) - 1}.lineId", "must be unique")
        return found

    def item(self, item: Any, path: str) -> dict[str, Any]:
        item = self.object(item, path)
        net, gross = ("netAmount", "total"), ("grossAmount", "subtotal")
        for names in (net, gross):
            if item.get(names[0]) is None:
                item = {**item, names[0]: item.get(names[1])}
        found = {
            name: self.get(item, name, kind, path, needed=True)
            for name, kind in (("lineId", "text"), ("code", "text"), ("quantity", "quantity"))
        }
        found["gross"] = self.get(item, "grossAmount", "whole", path)
        found["net"] = self.get(item, "netAmount", "whole", path, needed=found["gross"] is None)
        found["gross"] = found["net"] if found["gross"] is None else found["gross"]
        found["net"] = found["gross"] if found["net"] is None else found["net"]
        found["action"] = self.get(item, "action", "text", path) or "sale"
        self.get(item, "tags", "texts", path)
        return found

    def tenders(self, told: dict[str, Any], path: str) -> list[tuple[str, int]]:
        name = "payments" if told.get("meansOfPayment") is None else "meansOfPayment"
        found = []
        for n, tender in enumerate(self.get(told, name, "array", path) or []):
            where = f"{path}.{name}.{n}"
            tender = self.object(tender, where)
            kind = self.get(tender, "type", "text", where, needed=True)
            found.append((kind.upper(), self.get(tender, "amount", "whole", where, needed=True)))
        return found

    def deals(self, body: dict[str, Any]) -> list[Any]:
        found = []
        for path, deals in self.beside_and_within(body, "appliedDeals"):
            for n, deal in enumerate(deals):
                where, deal = f"{path}.{n}", self.object(deal, f"{path}.{n}")
                kind = self.get(deal, "type", "text", where, needed=True)
                amount = self.get(deal, "amount", "not_negative", where, needed=True)
                texts = [self.get(deal, name, "text", where) for name in ("reason", "sourceId")]
                found.append((kind, amount, *texts))
        return found

    def used(self, body: dict[str, Any]) -> list[str]:
        """The keys of the used assets."""
        keys = []
        for path, assets in self.beside_and_within(body, "usedAssets"):
            for n, asset in enumerate(assets):
                where = f"{path}.{n}"
                asset = {"key": asset} if isinstance(asset, str) else self.object(asset, where)
                named = [asset[k] for k in ("key", "assetId", "id", "code") if asset.get(k)]
                if not named:
                    self.wrong(f"{where}.key", "is required")
                keys.append(self.text(named[0], f"{where}.key"))
                self.get(asset, "appliedAmount", "whole", where)
        return keys

    def beside_and_within(self, body: dict[str, Any], name: str) -> list[tuple[str, list[Any]]]:
        within = body.get("transaction") or {}
        return [
            (f"body.{name}", self.get(body, name, "array", "body") or []),
            (
                f"body.transaction.{name}",
                self.get(within, name, "array", "body.transaction") or [],
            ),
        ]

    def short_code_member(self, member: dict[str, Any]) -> dict[str, str]:
        given = self.identifiers(member)
        if len(given) > 1 or not given.keys() <= {"phoneNumber", "email"}:
            self.wrong("body.member", "must contain only one of [phoneNumber, email]")
        return given

    def event(self, event: dict[str, Any]) -> None:
        path = "body.event"
        self.get(event, "type", "text", path, needed=True)
        self.get(event, "subType", "text", path)
        self.get(event, "dateTime", "moment", path, needed=True)
        self.get(event, "payload", "object", path)
        self.get(event, "tags", "texts", path)

    def choice(self, holder: dict[str, Any], choices: tuple[str, ...], path: str) -> str:
        action: str = self.get(holder, "action", "text", path, needed=True)
        if action not in choices:
            self.wrong(f"{path}.action", f"must be one of [{', '.join(choices)}]")
        return action
