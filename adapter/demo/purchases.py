"""What people bought over the last months, and where."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from adapter.demo.goods import DEPARTMENTS, GOODS, Goods

OUTLETS = (
    ("BR001", "Магазин на Садовой"),
    ("BR002", "Магазин на Невском"),
    ("BR003", "Магазин у вокзала"),
    ("BR004", "Магазин на Речной"),
    ("BR005", "Интернет-магазин"),
)
MONTHS = 8


def purchases(draw: Random, today: date, number: int) -> list[dict[str, Any]]:
    """The receipts of one person, the oldest first; a few bring something back."""
    days = sorted(draw.sample(range(1, MONTHS * 30), draw.randrange(8)), reverse=True)
    receipts = [
        _receipt(draw, today - timedelta(days=day), f"{number:04}-{line:02}")
        for line, day in enumerate(days)
    ]
    if receipts and number % 25 == 3:
        receipts.append(_return(receipts[-1]))
    return receipts


def _receipt(draw: Random, day: date, reference: str) -> dict[str, Any]:
    at = datetime.combine(day, time(6 + draw.randrange(12), draw.randrange(60)), UTC)
    outlet = draw.choice(OUTLETS)[0]
    return {
        "reference": f"R-{reference}",
        "occurred_at": at.isoformat(),
        "outlet": outlet,
        "terminal": f"{outlet}-{draw.randrange(1, 3)}",
        "items": [_item(draw, one) for one in draw.sample(GOODS, draw.randrange(1, 5))],
    }


def _item(draw: Random, goods: Goods) -> dict[str, Any]:
    quantity = draw.choice((1, 1, 1, 2, 3))
    net = goods.price * quantity
    return {
        "name": goods.name,
        "code": goods.code,
        "department": goods.department,
        "department_name": DEPARTMENTS[goods.department],
        "quantity": str(quantity),
        "net_minor": net,
        "points_earned": str(net // 2000),  # five points in a hundred roubles
    }


def _return(receipt: dict[str, Any]) -> dict[str, Any]:
    item = receipt["items"][0]
    brought_back = item | {"quantity": f"-{item['quantity']}", "net_minor": -item["net_minor"]}
    brought_back["points_earned"] = f"-{item['points_earned']}"
    return receipt | {"reference": f"{receipt['reference']}-back", "items": [brought_back]}
