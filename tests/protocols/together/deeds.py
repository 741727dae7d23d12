"""The same deed as each of the three does it: who can, and in how many calls, is its own affair."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.clock import Clock
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.fidelizacion.till import refused as refused_by_till
from tests.protocols.swip.bills import create, good, step
from tests.protocols.swip.plugin import refused as refused_by_plugin
from tests.protocols.together.shop import Shop, order, receipt

NOT_ENOUGH_AT_THE_TILL, NOT_ENOUGH_FOR_AN_ORDER = (200, "407"), (422, 1031)


@dataclass(frozen=True)
class Bought:
    """A purchase that stands, by what undoes it."""

    money: int
    sale: str
    payment: str | None = None


class ByWallet:
    """What Koshelek can do: it issues cards, and shows what is on them."""

    def __init__(self, shop: Shop, clock: Clock) -> None:
        self.shop, self.clock = shop, clock

    def enrol(self, phone: str) -> None:
        """A person with a card."""
        self.shop.issue(phone)

    def read(self, phone: str) -> Decimal:
        """What they may spend; somebody without a card is issued one, and is who they were."""
        return Decimal(self.shop.bonus(self.shop.issue(phone))["available"])


class ByTill:
    """What a terminal of fidelizacion can do: it registers, takes payments and reports sales."""

    def __init__(self, shop: Shop, clock: Clock) -> None:
        self.shop, self.clock, self.till = shop, clock, shop.till

    def enrol(self, phone: str) -> None:
        """A person known by their phone."""
        data_of(self.till.register(phoneNumber=phone))

    def read(self, phone: str) -> Decimal:
        """What they may spend."""
        return self.shop.at_the_till(phoneNumber=phone)

    def buy(self, phone: str, reference: str, money: int, points: int) -> Bought | None:
        """A sale paid with so many kopecks, and points before; nothing where there are too few."""
        member = {"phoneNumber": phone}
        sale = receipt(reference, self.clock.now, money=money, points=points)
        payment = None
        if points:
            paid = self.till.pay(member, 100 * points, transaction=sale)
            if paid.json["status"] == "error":
                assert refused_by_till(paid) == NOT_ENOUGH_AT_THE_TILL
                return None
            payment = data_of(paid)["confirmationCode"]
        sold = data_of(self.till.submit(sale, member=member))
        return Bought(money, sold["confirmationCode"], payment)

    def undo(self, phone: str, bought: Bought) -> None:
        """The payment given back, and then the sale."""
        if bought.payment is not None:
            data_of(self.till.cancel_payment({"phoneNumber": phone}, bought.payment))
        data_of(self.till.cancel(bought.sale))

    def think_better_of_it(self, phone: str, reference: str, points: int) -> bool:
        """Whether there were points to pay with, which are taken and given back."""
        member = {"phoneNumber": phone}
        paid = self.till.pay(member, 100 * points)
        if paid.json["status"] == "error":
            assert refused_by_till(paid) == NOT_ENOUGH_AT_THE_TILL
            return False
        data_of(self.till.cancel_payment(member, data_of(paid)["confirmationCode"]))
        return True


class ByPlugin:
    """What SWiP's plugin can do: it signs up, and has orders."""

    def __init__(self, shop: Shop, clock: Clock) -> None:
        self.shop, self.clock, self.plugin = shop, clock, shop.plugin

    def enrol(self, phone: str) -> None:
        """A customer with a card."""
        good(self.plugin.sign_up(phone=phone))

    def read(self, phone: str) -> Decimal:
        """What they may spend, in whole points."""
        return Decimal(self.plugin.points(phone=phone))

    def open(self, phone: str, reference: str, money: int, points: int) -> str | None:
        """The id of a customer's order with so many points set aside; nothing where there are too
        few, and the order is cancelled.
        """
        told = order(reference, self.clock.now, money=money, points=points)
        order_id = create(self.plugin, **told)
        good(step(self.plugin, order_id, "bind", phone=phone))
        held = step(self.plugin, order_id, "loyalty", points=points) if points else None
        if held is not None and held.status_code != 200:
            assert refused_by_plugin(held) == NOT_ENOUGH_FOR_AN_ORDER
            self.close(order_id, 0)
            return None
        return order_id

    def close(self, order_id: str, money: int) -> dict[str, Any]:
        """An order paid with so many kopecks, or cancelled with none."""
        return good(step(self.plugin, order_id, "close", amount=money / 100))

    def buy(self, phone: str, reference: str, money: int, points: int) -> Bought | None:
        """An order from its beginning to its end."""
        order_id = self.open(phone, reference, money, points)
        if order_id is None:
            return None
        self.close(order_id, money)
        return Bought(money, order_id)

    def undo(self, phone: str, bought: Bought) -> None:
        """All that was paid for an order given back, and its points with it."""
        good(step(self.plugin, bought.sale, "refund", amount=bought.money / 100))

    def think_better_of_it(self, phone: str, reference: str, points: int) -> bool:
        """Whether there were points to set aside for an order, which is cancelled then."""
        order_id = self.open(phone, reference, 100, points)
        if order_id is None:
            return False
        self.close(order_id, 0)
        return True
