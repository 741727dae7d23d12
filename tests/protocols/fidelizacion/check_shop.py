"""Sales and payments of a small, conforming host."""

from __future__ import annotations

from typing import Any

from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_members import Business, Member, Members, Payment, Sale

_PER_POINT = 10  # what a point costs to earn


class Shop(Members):
    """All seven calls; what is wrong is refused before anything changes."""

    # Payments.

    def payment(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        top = self.top(body, "member", "payment", transaction="object", usedAssets="array")
        asked, path = top["payment"], "body.payment"
        given = self.identifiers(top["member"])
        cancels = self.choice(asked, ("pay", "cancel"), path) == "cancel"
        amount = self.get(
            asked, "amount", "negative" if cancels else "positive", path, needed=not cancels
        )
        code = self.get(asked, "confirmationCode", "text", path, needed=cancels)
        for name in ("type", "verificationCode"):
            self.get(asked, name, "text", path)
        sale = None if top["transaction"] is None else self.sale(top["transaction"])
        self.used(body)
        member = self.identify(shop, given)
        if cancels:
            return self.pay_back(shop, member, code, amount), None
        self.verify_payment(shop, member, asked.get("verificationCode"))
        return self.pay(shop, member, amount, sale, headers), None

    def verify_payment(self, shop: Business, member: Member, code: str | None) -> None:
        """This business asks for no codes."""

    def pay(self, shop: Business, member: Member, amount: int, sale: Any, headers: Any) -> Any:
        if not member.active:
            self.refuse("4001101")
        key = (self.header(headers, "x-branch-id"), sale["id"]) if sale else None
        for old in shop.payments if key else []:
            same = (old.member, old.amount, old.sale) == (member, amount, key)
            if same and not old.cancelled and self.replays_payments():
                return self.paid(old, amount)
        if sale and amount > sale["total"]:
            self.refuse("4007009")
        if amount > member.points:
            self.too_little()
        member.points -= amount
        shop.payments.append(Payment(member, amount, key))
        return self.paid(shop.payments[-1], amount)

    def replays_payments(self) -> bool:
        return True

    def too_little(self) -> None:
        says = "balance for members is insufficient to process the payment!"
        raise Refusal("407", f"pointsBalance {says}")

    def paid(self, payment: Payment, amount: int) -> dict[str, Any]:
        return {
            "confirmationCode": payment.code,
            "newBalance": self.balances(payment.member),
            "type": "POINTS",
            "amount": amount,
        }

    def pay_back(self, shop: Business, member: Member, code: str, amount: int | None) -> Any:
        found = [p for p in shop.payments if p.code == code and p.member is member]
        if not found:
            self.refuse("4007101")
        payment = found[0]
        if amount is not None and amount != -payment.amount:
            self.refuse("4007102")
        if not payment.cancelled:
            payment.cancelled = True
            member.points += payment.amount
        return self.paid(payment, -payment.amount)

    # Sales.

    def transaction(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        nested = body.get("transaction")
        nested = nested if isinstance(nested, dict) else {}
        for holder, path in ((body, "body"), (nested, "body.transaction")):
            if (
                holder.get("action") is not None
                and self.choice(holder, ("submit", "cancel"), path) == "cancel"
            ):
                return self.cancel(shop, holder, path, body), None
        top = self.top(
            body, transaction="object", member="object", usedAssets="array", appliedDeals="array"
        )
        self.get(body, "transaction", "object", "body", needed=True)
        given = self.identifiers(top["member"]) if top["member"] is not None else None
        sale, used, deals = self.sale(top["transaction"]), self.used(body), self.deals(body)
        if used and given is None:
            self.wrong("body.member", "is required")
        member = self.identify(shop, given) if given else None
        key = (self.scope(headers), sale["id"])
        content = (member and member.id, {**sale, "used": used, "deals": deals})
        if key in shop.sales and self.replays_sales():
            return self.replay(shop.sales[key], content), None
        return self.store(shop, key, content, member, used), None

    def scope(self, headers: Any) -> str:
        return self.header(headers, "x-branch-id")

    def replays_sales(self) -> bool:
        return True

    def replay(self, sale: Sale, content: Any) -> dict[str, Any]:
        if sale.cancelled:
            self.refuse("4006103")
        if sale.content != content:
            self.refuse("4006102")
        return sale.answer

    def store(self, shop: Business, key: Any, content: Any, member: Any, used: list[str]) -> Any:
        told = content[1]
        for asset in used:
            self.usable(member, asset)
        for asset in used:
            member.assets[asset] = "redeemed"
        earned = 0
        if member and member.active:
            earned = max(self.base(shop, key, told) // _PER_POINT, -member.points)
            member.points += earned
        sale = Sale(content, member, told["id"], told["total"], earned, used, {})
        sale.answer = self.told(sale)
        shop.sales[key] = sale
        return sale.answer

    def usable(self, member: Member, key: str) -> None:
        if key not in member.assets:
            self.refuse("4008101")
        if member.assets[key] != "active":
            self.refuse("4008102")

    def told(self, sale: Sale) -> dict[str, Any]:
        answer: dict[str, Any] = {"confirmationCode": sale.code, "transactionId": sale.id}
        if sale.member:
            answer["earnedPoints"] = sale.earned
            answer["newBalance"] = self.balances(sale.member)
        return answer

    def base(self, shop: Business, key: Any, told: dict[str, Any]) -> int:
        signed = [
            -abs(item["net"]) if item["action"] == "return" else item["net"]
            for item in told["items"]
        ]
        worth = sum(signed) if signed else told["total"] - told["discount"]
        return worth - self.loyalty(shop, key, told)

    def loyalty(self, shop: Business, key: Any, told: dict[str, Any]) -> int:
        listed = [amount for kind, amount in told["tenders"] if kind in ("POINTS", "CREDIT")]
        if listed:
            return sum(listed)
        return sum(p.amount for p in shop.payments if p.sale == key and not p.cancelled)

    def cancel(
        self, shop: Business, holder: dict[str, Any], path: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        code = self.get(holder, "confirmationCode", "text", path, needed=True)
        given = body.get("member")
        member = self.identify(shop, self.identifiers(given)) if given else None
        found = [sale for sale in shop.sales.values() if sale.code == code]
        if not found or (member and found[0].member is not member):
            self.refuse("4006101")
        sale = found[0]
        if not sale.cancelled:
            sale.cancelled = True
            self.take_back(shop, sale)
        return self.told(sale)

    def take_back(self, shop: Business, sale: Sale) -> None:
        if sale.member:
            sale.member.points = max(0, sale.member.points - sale.earned)
            sale.member.assets |= dict.fromkeys(sale.used, "active")
