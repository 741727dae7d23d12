"""Orders as the tests' tills tell them (§8), and what the ledger holds afterwards."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from adapter.core import ledger
from adapter.core.members import Member
from tests.factories import findings
from tests.protocols.swip.people import purse
from tests.protocols.swip.plugin import ORDERS, Plugin

LINE = {
    "id": "1",
    "name": "Латте 0,3",
    "quantity": 2,
    "unit": "шт",
    "price": 205.0,
    "amount": 410.0,
}
# The example of §8.4, without the bill it is a check of.
ORDER = {
    "merchantOrderId": "b7c1b1a0-54d2-4d63-9a1e-0c8a5d2e1f10",
    "merchantCashier": "Ольга",
    "saleDate": 1777878000000,
    "total": 410.0,
    "totalOriginal": 410.0,
    "purchases": [LINE],
}
TABLE = "TABLE-14"


def told(**changes: Any) -> dict[str, Any]:
    """An order as a till sends it; what is `...` is left out."""
    return {name: value for name, value in (ORDER | changes).items() if value is not ...}


def good(response: TestResponse) -> dict[str, Any]:
    """What a till is told that did nothing wrong."""
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json
    return found


def create(plugin: Plugin, **changes: Any) -> str:
    """The id of a new order."""
    return str(good(plugin.post(ORDERS, told(**changes)))["id"])


def check(plugin: Plugin, number: int, **changes: Any) -> str:
    """The id of one check of the bill of a table; each is worth 101 roubles, unless told."""
    amount = changes.pop("amount", 101)
    line = LINE | {"quantity": 1, "price": amount, "amount": amount}
    order = {"merchantOrderId": f"check-{number}", "parentRefId": TABLE, "purchases": [line]}
    return create(plugin, **order | {"total": amount, "totalOriginal": amount} | changes)


def step(plugin: Plugin, order_id: str, name: str, **body: Any) -> TestResponse:
    """The answer to `bind`, `loyalty`, `close` or `refund`; `pass_="x"` tells a pass."""
    sent = {key.rstrip("_"): value for key, value in body.items()}
    return plugin.post(f"{ORDERS}/{order_id}/{name}", sent)


def bill(plugin: Plugin, name: str, **body: Any) -> TestResponse:
    """The answer to `bind` or `loyalty` for all open checks of the table, unless told otherwise."""
    named = {"parentRefId": TABLE} | body
    sent = {key.rstrip("_"): value for key, value in named.items() if value is not ...}
    return plugin.post(f"{ORDERS}/{name}", sent)


def show(plugin: Plugin, order_id: str) -> dict[str, Any]:
    """The order as it stands."""
    return good(plugin.get(f"{ORDERS}/{order_id}"))


def stands(order: dict[str, Any]) -> tuple[Any, ...]:
    """What changes of an order: status, points, those applied, what was paid and refunded."""
    names = ("status", "points", "pointsApplied", "amount", "refunded")
    return tuple(order[name] for name in names)


def has(plugin: Plugin, member: Member) -> tuple[str, str]:
    """The points a customer may spend, and those set aside."""
    with plugin.database.reading() as work:
        balance = ledger.balance(work, purse(plugin, member))
    return str(balance.available), str(balance.reserved)


def entries(plugin: Plugin, member: Member) -> list[str]:
    """Why the points of a customer moved, after they were first given some."""
    with plugin.database.reading() as work:
        lines = ledger.statement(work, member.id)
        kinds = {line.entry.id: str(line.entry.kind) for line in lines}
    return list(kinds.values())[1:]


def sound(plugin: Plugin) -> bool:
    """Whether the ledger and all that stands around it agree."""
    with plugin.database.unit_of_work() as work:
        return findings(work) == []
