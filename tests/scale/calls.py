"""Every call during which a till or a phone waits, made over HTTP as its platform makes it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from adapter.core import benefits
from adapter.core.benefits import Grant
from tests.clock import Clock
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.swip.bills import create, good, step
from tests.protocols.together.books import member_of
from tests.protocols.together.shop import CARD, Shop, order, receipt

_numbers = itertools.count(1)


@dataclass
class Customer:
    """A customer with a card, points to spend, and something of everything that can be undone."""

    shop: Shop
    clock: Clock
    phone: str
    card: str = ""
    sale: str = ""
    payment: str = ""
    order: str = ""
    gift: str = ""

    @property
    def named(self) -> dict[str, str]:
        """As a till names them."""
        return {"phoneNumber": self.phone}

    def arrive(self) -> Customer:
        """Issue the card, and make what the calls below are about."""
        self.card = self.shop.issue(self.phone, firstName="Ольга", email=f"{self.phone}@x.example")
        sold = data_of(self.sell())
        self.sale = sold["confirmationCode"]
        self.payment = data_of(self.shop.till.pay(self.named, 100))["confirmationCode"]
        self.order = create(self.shop.plugin, **self.told())
        good(step(self.shop.plugin, self.order, "bind", phone=self.phone))
        self.gift = self._grant()
        return self

    def sell(self, **more: Any) -> TestResponse:
        """A sale at the till."""
        reference = f"R-{next(_numbers)}"
        told = receipt(reference, self.clock.now, money=100_000, **more)
        return self.shop.till.submit(told, member=self.named)

    def told(self) -> dict[str, Any]:
        """A new order."""
        return order(f"S-{next(_numbers)}", self.clock.now, money=10_000)

    def _grant(self) -> str:
        code = f"TEA{next(_numbers)}"
        with self.shop.database.unit_of_work() as work:
            member = member_of(work, self.shop, self.phone)
            given = Grant(member.id, code, name="Tea", code=code)
            benefits.grant(work, self.shop.program.id, given)
        return code


def _order(customer: Customer, name: str, **body: Any) -> TestResponse:
    return step(customer.shop.plugin, customer.order, name, **body)


Call = Callable[[Customer], TestResponse]

# In this order; `newcomer` is somebody else's phone each time.
CALLS: dict[str, Call] = {
    "card issued": lambda c: c.shop.wallet.post(f"{CARD}/anonymous", {"phone": newcomer()}),
    "card issued again": lambda c: c.shop.wallet.post(f"{CARD}/anonymous", {"phone": c.phone}),
    "card number reserved": lambda c: c.shop.wallet.get(f"{CARD}/anonymous"),
    "card shown": lambda c: c.shop.wallet.get(f"{CARD}/{c.card}"),
    "registered at the till": lambda c: c.shop.till.register(phoneNumber=newcomer()),
    "e-mail changed": lambda c: c.shop.till.update(c.named, email=f"{newcomer()}@x.example"),
    "identified": lambda c: c.shop.till.details(c.named),
    "sale": lambda c: c.sell(),
    "sale with a gift": lambda c: c.shop.till.submit(
        receipt(f"R-{next(_numbers)}", c.clock.now, money=1000),
        member=c.named,
        usedAssets=[c.gift],
    ),
    "return": lambda c: c.shop.till.submit(
        receipt(f"R-{next(_numbers)}", c.clock.now, money=-1000), member=c.named
    ),
    "payment": lambda c: c.shop.till.pay(c.named, 100),
    "payment cancelled": lambda c: c.shop.till.cancel_payment(c.named, c.payment),
    "sale cancelled": lambda c: c.shop.till.cancel(c.sale),
    "event": lambda c: c.shop.till.event(
        {"type": "visit", "dateTime": f"{c.clock.now:%Y-%m-%dT%H:%M:%SZ}"}, member=c.named
    ),
    "points asked": lambda c: c.shop.plugin.stats(phone=c.phone),
    "signed up": lambda c: c.shop.plugin.sign_up(phone=newcomer()),
    "order told": lambda c: c.shop.plugin.post("/pos-orders", c.told()),
    "order bound": lambda c: _order(c, "bind", phone=c.phone),
    "points set aside": lambda c: _order(c, "loyalty", points=2),
    "order closed": lambda c: _order(c, "close", amount=98),
    "order refunded": lambda c: _order(c, "refund", amount=50),
}


def newcomer() -> str:
    """A phone that nobody has yet."""
    return f"7926555{next(_numbers):04}"
