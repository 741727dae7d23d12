"""What people bought over the last months, and where."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

OUTLETS = (
    ("BR001", "Магазин на Садовой"),
    ("BR002", "Магазин на Невском"),
    ("BR003", "Магазин у вокзала"),
    ("BR004", "Магазин на Речной"),
    ("BR005", "Интернет-магазин"),
)
# Name and price in kopecks.
GOODS = (
    ("Кофе зерновой 1 кг", 129900),
    ("Кофе молотый 250 г", 44900),
    ("Чай чёрный листовой 100 г", 21900),
    ("Хлеб ржаной на закваске", 9500),
    ("Каравай пшеничный", 18900),
    ("Круассан с миндалём", 15900),
    ("Молоко 3,2 % 1 л", 11900),
    ("Творог 9 % 300 г", 16400),
    ("Сыр полутвёрдый 200 г", 28900),
    ("Масло сливочное 82,5 % 180 г", 23900),
    ("Яйцо куриное С1, 10 шт.", 13900),
    ("Мёд липовый 350 г", 39900),
    ("Варенье из ежевики 300 г", 31900),
    ("Яблоки «Антоновка», кг", 14900),
    ("Груша «Конференция», кг", 26900),
    ("Вода питьевая 1,5 л", 6900),
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
        "items": [_item(draw, goods) for goods in draw.sample(GOODS, draw.randrange(1, 5))],
    }


def _item(draw: Random, goods: tuple[str, int]) -> dict[str, Any]:
    name, price = goods
    quantity = draw.choice((1, 1, 1, 2, 3))
    net = price * quantity
    return {
        "name": name,
        "quantity": str(quantity),
        "net_minor": net,
        "points_earned": str(net // 2000),  # five points in a hundred roubles
    }


def _return(receipt: dict[str, Any]) -> dict[str, Any]:
    item = receipt["items"][0]
    brought_back = item | {"quantity": f"-{item['quantity']}", "net_minor": -item["net_minor"]}
    brought_back["points_earned"] = f"-{item['points_earned']}"
    return receipt | {"reference": f"{receipt['reference']}-back", "items": [brought_back]}
