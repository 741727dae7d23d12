"""Hosts which get payments wrong, one thing each."""

from __future__ import annotations

from threading import current_thread, main_thread
from typing import Any

from tests.checks.hosts import collection
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_host import Host
from tests.protocols.fidelizacion.check_members import Business, Member, Payment

WRONG, breaks = collection()

# Payments.


@breaks(
    "4.9d 5.5a 5.5c 5.5e 5.5f 5.5g 5.5h 5.5i 5.5j 5.5k 5.5m 5.6r 5.6t 6b 6c 7.2a 7.2b 7.2c "
    "7.2d 7.3b 7.6c 7.6d 8.3a"
)
class PaysNothing(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        answer = super().pay(shop, member, amount, sale, headers)
        if not sale:
            member.points += 1
            answer["newBalance"] = self.balances(member)
        return answer


@breaks("5.5b")
class NoTypeTold(Host):
    def paid(self, payment: Payment, amount: int) -> dict[str, Any]:
        paid = super().paid(payment, amount)
        return {name: paid[name] for name in ("confirmationCode", "newBalance")}


@breaks("4.9d")
class TypeChooses(Host):
    def payment(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        asked = body.get("payment")
        if isinstance(asked, dict) and asked.get("type") == "CREDIT":
            self.too_little()
        return super().payment(shop, body, headers)


@breaks("5.5d 5.5e 7.6d 7.7b")
class PaysWhatIsThere(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        return super().pay(shop, member, min(amount, member.points), sale, headers)


@breaks("5.5e")
class NamesTheOtherBalance(Host):
    def too_little(self) -> None:
        says = "creditBalance balance for members is insufficient to process the payment!"
        raise Refusal("407", says)


@breaks("5.5f")
class PaysMoreThanTheSale(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        told = sale and {**sale, "total": max(sale["total"], amount)}
        return super().pay(shop, member, amount, told, headers)


@breaks(
    "3.3a 4.1o 4.9c 4.9d 5.3h 5.5a 5.5b 5.5c 5.5d 5.5e 5.5f 5.5g 5.5h 5.5i 5.5j 5.5k 5.5m "
    "5.6f 5.6r 5.6t 6b 6c 7.2a 7.2b 7.2c 7.2d 7.3b 7.6c 7.6d 8.3a 9.7 9.8"
)
class SaleIsNeeded(Host):
    alone = True

    def payment(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        asked = body.get("payment")
        if isinstance(asked, dict) and asked.get("amount") and not asked.get("confirmationCode"):
            self.get(body, "transaction", "object", "body", needed=True)
        return super().payment(shop, body, headers)


@breaks("5.5g")
class AssetsLookedUp(Host):
    def payment(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        answer = super().payment(shop, body, headers)
        if body.get("usedAssets"):
            self.refuse("4008101")
        return answer


@breaks("8.3a")
class CodesAskedFor(Host):
    def payment(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        asked = body.get("payment")
        if isinstance(asked, dict) and asked.get("verificationCode"):
            self.refuse("4007004")
        return super().payment(shop, body, headers)


@breaks(
    "4.9d 5.5a 5.5c 5.5e 5.5f 5.5g 5.5h 5.5i 5.5j 5.5k 5.5m 5.6r 5.6t 6b 6c 7.2a 7.2b 7.2c "
    "7.2d 7.3b 7.6c 7.6d 8.3a"
)
class CancelGivesLess(Host):
    def pay_back(self, shop: Business, member: Member, code: str, amount: int | None) -> Any:
        answer = super().pay_back(shop, member, code, amount)
        if member.points:
            member.points -= 1
        return {**answer, "newBalance": self.balances(member)}


@breaks("5.5j")
class AnyCancelAmount(Host):
    def pay_back(self, shop: Business, member: Member, code: str, amount: int | None) -> Any:
        return super().pay_back(shop, member, code, None)


@breaks("5.5m")
class CancelOfAnybody(Host):
    def pay_back(self, shop: Business, member: Member, code: str, amount: int | None) -> Any:
        for payment in shop.payments:
            if payment.code == code:
                member = payment.member
        return super().pay_back(shop, member, code, amount)


@breaks("5.5k")
class CancelHereOnly(Host):
    def payment(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        answer = super().payment(shop, body, headers)
        if self.header(headers, "x-branch-id") != "CHECK-1":
            self.refuse("4007101")
        return answer


@breaks("5.5n")
class OneSetOfCodes(Host):
    def pay_back(self, shop: Business, member: Member, code: str, amount: int | None) -> Any:
        if any(sale.code == code for sale in shop.sales.values()):
            return {"confirmationCode": code, "newBalance": self.balances(member)}
        return super().pay_back(shop, member, code, amount)


@breaks("5.6t")
class SalesOfPayments(Host):
    def cancel(self, shop: Business, holder: Any, path: str, body: dict[str, Any]) -> Any:
        code = holder.get("confirmationCode")
        if any(payment.code == code for payment in shop.payments):
            return {"confirmationCode": code}
        return super().cancel(shop, holder, path, body)


@breaks("5.5l")
class UnknownPaymentsCancelled(Host):
    def pay_back(self, shop: Business, member: Member, code: str, amount: int | None) -> Any:
        try:
            return super().pay_back(shop, member, code, amount)
        except Refusal as refusal:
            known = {sale.code for sale in shop.sales.values()}
            known |= {payment.code for payment in shop.payments}
            if refusal.code == "4007101" and code not in known:
                return {"confirmationCode": code, "newBalance": self.balances(member)}
            raise


@breaks("7.2a 7.6c")
class EachPaymentIsNew(Host):
    alone = True

    def replays_payments(self) -> bool:
        return False


@breaks("7.6c")
class PaymentsRace(Host):
    def replays_payments(self) -> bool:
        return current_thread() is main_thread()


@breaks("7.6d")
class Overdraws(Host):
    def too_little(self) -> None:
        if current_thread() is main_thread():
            super().too_little()


@breaks("7.2b")
class OnePaymentForASale(Host):
    alone = True

    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        for old in shop.payments if sale else []:
            if old.sale and old.sale[1] == sale["id"] and not old.cancelled:
                return self.paid(old, old.amount)
        return super().pay(shop, member, amount, sale, headers)


@breaks("7.2c")
class CancelledPaymentsReplayed(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        for old in shop.payments if sale else []:
            if old.sale and old.sale[1] == sale["id"] and old.amount == amount:
                return self.paid(old, old.amount)
        return super().pay(shop, member, amount, sale, headers)


@breaks("4.9d 7.2d 7.6d")
class EqualPaymentsAreOne(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        for old in [] if sale else shop.payments:
            same = (old.member, old.amount, old.cancelled) == (member, amount, False)
            if same:
                return self.paid(old, amount)
        return super().pay(shop, member, amount, sale, headers)


@breaks("7.3b")
class CancelsAgain(Host):
    def pay_back(self, shop: Business, member: Member, code: str, amount: int | None) -> Any:
        for payment in shop.payments:
            if payment.code == code and payment.member is member:
                payment.cancelled = False
        return super().pay_back(shop, member, code, amount)


@breaks("4.9b")
class NegativePays(Host):
    def positive(self, value: Any, path: str) -> int:
        return abs(self.whole(value, path)) or super().positive(value, path)


@breaks("4.9c")
class AnySignCancels(Host):
    def negative(self, value: Any, path: str) -> int:
        return self.whole(value, path)


@breaks("5.3h")
class InactivePay(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        if not member.active:
            self.too_little()
        return super().pay(shop, member, amount, sale, headers)


@breaks("9.23")
class SmallPaymentsInOtherWords(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        if amount < 50:
            raise Refusal("4007010", "That is too little")
        return super().pay(shop, member, amount, sale, headers)


@breaks("5.5h")
class SmallPaymentsAreTooLarge(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        if amount < 50:
            self.refuse("4007009")
        return super().pay(shop, member, amount, sale, headers)


@breaks("7.7b")
class PoorForEver(Host):
    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        refused = self.__dict__.setdefault("refused", {})
        id = sale["id"] if sale else ""
        try:
            return refused.get(id) or super().pay(shop, member, amount, sale, headers)
        except Refusal as refusal:
            if refusal.code == "407" and sale:
                refused[id] = {"confirmationCode": "", "newBalance": self.balances(member)}
            raise
