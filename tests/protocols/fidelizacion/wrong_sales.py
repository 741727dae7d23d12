"""Hosts which get sales wrong, one thing each."""

from __future__ import annotations

from threading import current_thread, main_thread
from typing import Any

from tests.checks.hosts import collection
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_host import Host
from tests.protocols.fidelizacion.check_members import Business, Member, Sale

WRONG, breaks = collection()

# What is read of a sale.


@breaks("4.6b")
class BothTimes(Host):
    def sale(self, told: dict[str, Any], path: str = "body.transaction") -> dict[str, Any]:
        self.get(told, "transactionId", "text", path, needed=True)
        if told.get("openTime") is not None:
            self.get(told, "dateTime", "moment", path, needed=True)
        return super().sale(told, path)


@breaks("4.6c")
class ShortIds(Host):
    def sale(self, told: dict[str, Any], path: str = "body.transaction") -> dict[str, Any]:
        if isinstance(told.get("transactionId"), str):
            self.text(told["transactionId"], f"{path}.transactionId", 64)
        return super().sale(told, path)


@breaks("4.6a 4.9a")
class AnySale(Host):
    def sale(self, told: dict[str, Any], path: str = "body.transaction") -> dict[str, Any]:
        if "totalAmount" not in told and "transactionId" in told:
            told = {**told, "totalAmount": 0}
        return super().sale(told, path)


@breaks("4.6d")
class NoPaymentsAlias(Host):
    def tenders(self, told: dict[str, Any], path: str) -> list[tuple[str, int]]:
        return super().tenders({**told, "payments": None}, path)


@breaks("4.6e 6d")
class NoRelatedSales(Host):
    def sale(self, told: dict[str, Any], path: str = "body.transaction") -> dict[str, Any]:
        if told.get("relatedTransactionId"):
            self.wrong(f"{path}.relatedTransactionId", "is not allowed")
        return super().sale(told, path)


@breaks("4.6f")
class KnownOrdersOnly(Host):
    def sale(self, told: dict[str, Any], path: str = "body.transaction") -> dict[str, Any]:
        if told.get("orderType") == "drive-in":
            self.wrong(f"{path}.orderType", "must be one of [dineIn, delivery]")
        return super().sale(told, path)


@breaks("4.6g 5.6i 6d")
class NeverNegative(Host):
    def sale(self, told: dict[str, Any], path: str = "body.transaction") -> dict[str, Any]:
        if isinstance(total := told.get("totalAmount"), int) and total < 0:
            self.wrong(f"{path}.totalAmount", "must be greater than or equal to 0")
        return super().sale(told, path)


@breaks("4.7a")
class AnyQuantity(Host):
    def quantity(self, value: Any, path: str) -> Any:
        return self.number(value, path)


@breaks("4.7b")
class NoItemAliases(Host):
    def item(self, item: Any, path: str) -> dict[str, Any]:
        if isinstance(item, dict):
            item = {name: item[name] for name in item if name not in ("subtotal", "total")}
        return super().item(item, path)


@breaks("4.7c")
class LinesRepeated(Host):
    def items(self, items: list[Any], path: str) -> list[dict[str, Any]]:
        return [self.item(item, f"{path}.{n}") for n, item in enumerate(items)]


@breaks("4.8a")
class TendersWithoutType(Host):
    def tenders(self, told: dict[str, Any], path: str) -> list[tuple[str, int]]:
        try:
            return super().tenders(told, path)
        except Refusal as refusal:
            if str(refusal) == "type is required":
                return []
            raise


@breaks("4.8b 5.6r 6c")
class TendersDebit(Host):
    alone = True

    def store(self, shop: Business, key: Any, content: Any, member: Any, used: list[str]) -> Any:
        answer = super().store(shop, key, content, member, used)
        if member and self.loyalty(shop, key, content[1]):
            member.points -= 1000
            answer = shop.sales[key].answer = self.told(shop.sales[key])
        return answer


# What is told of a sale, and what it earns.


@breaks("4.3e 4.5b 5.3b 5.3h 5.5n 5.6a 5.6l 5.6o 5.6q 5.6r 6a 6c 6d 6f 7.3a 7.6a 7.7a")
class NoConfirmation(Host):
    def told(self, sale: Sale) -> dict[str, Any]:
        answer = super().told(sale)
        return answer if sale.member is None else {**answer, "confirmationCode": ""}


@breaks("4.6c 5.6b 5.6c 5.6o")
class NoIdTold(Host):
    def told(self, sale: Sale) -> dict[str, Any]:
        answer = super().told(sale)
        del answer["transactionId"]
        return answer


@breaks("3.1c 4.3a 5.1e 5.5d 5.6b 5.6i 5.6q")
class PointsAsText(Host):
    alone = True

    def balances(self, member: Member) -> dict[str, Any]:
        return {"points": str(member.points), "credit": 0}


@breaks("5.6c")
class NumbersForNobody(Host):
    def told(self, sale: Sale) -> dict[str, Any]:
        return {"earnedPoints": 0, **super().told(sale)}


@breaks("5.6d")
class TooLate(Host):
    def store(self, shop: Business, key: Any, content: Any, member: Any, used: list[str]) -> Any:
        if content[1]["times"][1] and content[1]["times"][1].year < 2025:
            self.wrong("body.transaction.dateTime", "is too long ago")
        return super().store(shop, key, content, member, used)


@breaks("5.6e")
class LoyaltyEarns(Host):
    def loyalty(self, shop: Business, key: Any, told: dict[str, Any]) -> int:
        listed = [tender for tender in told["tenders"] if tender[0] in ("POINTS", "CREDIT")]
        return 0 if listed else super().loyalty(shop, key, told)


@breaks("5.6f")
class PaymentsEarn(Host):
    def loyalty(self, shop: Business, key: Any, told: dict[str, Any]) -> int:
        return 0 if not told["tenders"] else super().loyalty(shop, ("", ""), told)


@breaks("5.6g")
class DiscountEarns(Host):
    def base(self, shop: Business, key: Any, told: dict[str, Any]) -> int:
        return super().base(shop, key, {**told, "discount": 0})


@breaks("5.6h 5.6i")
class ReturnsEarn(Host):
    def base(self, shop: Business, key: Any, told: dict[str, Any]) -> int:
        items = [{**item, "action": "sale", "net": abs(item["net"])} for item in told["items"]]
        return super().base(shop, key, {**told, "items": items})


@breaks("5.6i")
class BelowZero(Host):
    def store(self, shop: Business, key: Any, content: Any, member: Any, used: list[str]) -> Any:
        before = member.points if member else 0
        answer = super().store(shop, key, content, member, used)
        base = self.base(shop, key, content[1])
        if member and base < 0:
            member.points = before + base // 10
            answer = shop.sales[key].answer = self.told(shop.sales[key])
        return answer


@breaks("4.3e 6a 6d 6e 6f 7.1a 7.1b 7.3a 7.6a")
class NoVisits(Host):
    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        return {**super().shown(shop, member, headers), "visit": 0}


@breaks("4.3e 6d 7.3a")
class CancelledSalesCount(Host):
    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        shown = super().shown(shop, member, headers)
        sales = [sale for sale in shop.sales.values() if sale.member is member]
        return {**shown, "visit": len(sales), "totalSpent": sum(sale.total for sale in sales)}


@breaks("5.6k 7.7a")
class StrangersSalesStored(Host):
    def transaction(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        try:
            return super().transaction(shop, body, headers)
        except Refusal as refusal:
            if refusal.code == "203":
                key = (self.scope(headers), body["transaction"]["transactionId"])
                shop.sales[key] = Sale("kept", None, key[1], 0, 0, [], {})
            raise


# Cancelling.


@breaks("5.6n 5.6p 9.8")
class NoNestedCancel(Host):
    def cancel(self, shop: Business, holder: Any, path: str, body: dict[str, Any]) -> Any:
        if path != "body":
            self.wrong("body.action", "is required")
        return super().cancel(shop, holder, path, body)


@breaks("5.6o")
class AnyMemberCancels(Host):
    def cancel(self, shop: Business, holder: Any, path: str, body: dict[str, Any]) -> Any:
        return super().cancel(shop, holder, path, {**body, "member": None})


@breaks("5.6p")
class CancelWithoutCode(Host):
    def cancel(self, shop: Business, holder: Any, path: str, body: dict[str, Any]) -> Any:
        if not holder.get("confirmationCode"):
            self.refuse("4006101")
        return super().cancel(shop, holder, path, body)


@breaks("7.3a")
class CancelOnce(Host):
    def cancel(self, shop: Business, holder: Any, path: str, body: dict[str, Any]) -> Any:
        code = holder.get("confirmationCode")
        if any(sale.code == code and sale.cancelled for sale in shop.sales.values()):
            self.refuse("4006103")
        return super().cancel(shop, holder, path, body)


@breaks("5.6q 5.6r 6c")
class CancelKeepsPoints(Host):
    def take_back(self, shop: Business, sale: Sale) -> None:
        sale.earned = 0
        super().take_back(shop, sale)


@breaks("5.6r")
class CancelPaysBack(Host):
    def take_back(self, shop: Business, sale: Sale) -> None:
        super().take_back(shop, sale)
        for payment in shop.payments:
            if payment.sale and payment.sale[1] == sale.id and not payment.cancelled:
                payment.cancelled = True
                payment.member.points += payment.amount


@breaks("5.6s 5.6t 5.6u")
class UnknownSalesCancelled(Host):
    def cancel(self, shop: Business, holder: Any, path: str, body: dict[str, Any]) -> Any:
        try:
            return super().cancel(shop, holder, path, body)
        except Refusal as refusal:
            if refusal.code == "4006101" and "member" not in body:
                return {"confirmationCode": holder["confirmationCode"]}
            raise


@breaks("5.6v")
class SubmitIsNoAction(Host):
    def choice(self, holder: dict[str, Any], choices: tuple[str, ...], path: str) -> str:
        action = super().choice(holder, choices, path)
        if action == "submit":
            self.wrong(f"{path}.action", "must be one of [cancel]")
        return action


# Repeats.


@breaks("1.2c 3.1a 3.2b 3.3b 3.3d 4.5c 4.6d 4.6e 4.7b 4.10c 5.6l 6e 7.1a 7.1b 7.1c 7.1d 7.6a")
class EachSaleIsNew(Host):
    def replays_sales(self) -> bool:
        return False


@breaks("7.6a")
class SalesRace(Host):
    def replays_sales(self) -> bool:
        return current_thread() is main_thread()


@breaks("7.1a")
class AnswersAnew(Host):
    def replay(self, sale: Sale, content: Any) -> dict[str, Any]:
        super().replay(sale, content)
        return {**sale.answer, "confirmationCode": sale.code, "earnedPoints": 0}


@breaks("7.1c")
class ContentIsIgnored(Host):
    def replay(self, sale: Sale, content: Any) -> dict[str, Any]:
        return super().replay(sale, sale.content)


@breaks("7.1c")
class DealsAreNoContent(Host):
    def replay(self, sale: Sale, content: Any) -> dict[str, Any]:
        member, told = content
        return super().replay(sale, (member, {**told, "deals": sale.content[1]["deals"]}))


@breaks("7.1b")
class BytesAreContent(Host):
    def transaction(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        seen = self.__dict__.setdefault("seen", {})
        told = body.get("transaction")
        order = list(told) if isinstance(told, dict) else []
        id = str(told.get("transactionId")) if isinstance(told, dict) else ""
        answer = super().transaction(shop, body, headers)
        if len(order) > 8 and seen.setdefault(id, order) == order[::-1]:
            self.refuse("4006102")
        return answer


@breaks("7.1d")
class CancelledIsGone(Host):
    def take_back(self, shop: Business, sale: Sale) -> None:
        super().take_back(shop, sale)
        for key in [key for key, kept in shop.sales.items() if kept is sale]:
            shop.sales["gone", str(len(shop.sales))] = shop.sales.pop(key)


@breaks("5.6f 7.1e")
class OneScope(Host):
    def scope(self, headers: Any) -> str:
        return ""


@breaks("7.7a")
class RefusalsAreKept(Host):
    def transaction(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        refused = self.__dict__.setdefault("refused", {})
        id = repr(body.get("transaction")) + repr(body.get("member"))
        if id in refused:
            raise refused[id]
        try:
            return super().transaction(shop, body, headers)
        except Refusal as refusal:
            if refusal.code == "203":
                refused[id] = refusal
            raise
