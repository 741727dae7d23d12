"""What SWiP's plugin says of an order, in roubles (§8.4), and the steps an order goes through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from adapter.demo.calls import Moves, Reply
from adapter.demo.goods import goods
from adapter.demo.people import Person
from adapter.demo.plugin import ORDERS, Plugin

CASHIER = "Юлия"


def order_of(reference: str, codes: Sequence[str]) -> dict[str, Any]:
    """An order of one of each of these."""
    lines = [goods(code) for code in codes]
    total = sum(one.price for one in lines) / 100
    return {
        "merchantOrderId": reference,
        "merchantCashier": CASHIER,
        "saleDate": int(datetime.now(UTC).timestamp() * 1000),
        "total": total,
        "totalOriginal": total,
        "purchases": [
            {
                "id": str(number),
                "productId": one.code,
                "name": one.name,
                "quantity": 1,
                "price": one.price / 100,
                "amount": one.price / 100,
            }
            for number, one in enumerate(lines, 1)
        ],
    }


class Order:
    """One order, taken step by step."""

    def __init__(self, plugin: Plugin, title: str, body: dict[str, Any]) -> None:
        self._plugin = plugin
        self.created = plugin.call(title, ORDERS, body=body)
        self.path = f"{ORDERS}/{self.created.at('id')}"

    def bind(self, title: str, person: Person) -> Reply:
        """Say whose it is."""
        return self._plugin.call(title, f"{self.path}/bind", body={"phone": person.phone})

    def set_aside(self, title: str, points: int, *, moves: Moves) -> Reply:
        """Have so many points wait for its end."""
        body = {"points": points}
        return self._plugin.call(title, f"{self.path}/loyalty", body=body, moves=moves)

    def close(self, title: str, amount: float, *, moves: Moves = ()) -> Reply:
        """So much was paid."""
        body = {"amount": amount}
        return self._plugin.call(title, f"{self.path}/close", body=body, moves=moves)

    def refund(self, title: str, amount: float, *, moves: Moves) -> Reply:
        """So much went back."""
        body = {"amount": amount}
        return self._plugin.call(title, f"{self.path}/refund", body=body, moves=moves)
