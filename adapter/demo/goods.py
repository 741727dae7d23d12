"""What the retailer sells: each thing with its code, its price and its department."""

from __future__ import annotations

from dataclasses import dataclass

DEPARTMENTS = {
    "COFFEE": "Кофе",
    "TEA": "Чай",
    "BREAD": "Хлеб",
    "PASTRY": "Выпечка",
    "DAIRY": "Молоко и яйца",
    "GROCERY": "Бакалея",
    "FRUIT": "Фрукты",
    "DRINKS": "Напитки",
}


@dataclass(frozen=True, slots=True)
class Goods:
    """One thing on the shelf; the price is in kopecks."""

    code: str
    name: str
    price: int
    department: str


GOODS = (
    Goods("K-1000", "Кофе зерновой 1 кг", 129900, "COFFEE"),
    Goods("K-0250", "Кофе молотый 250 г", 44900, "COFFEE"),
    Goods("T-0100", "Чай чёрный листовой 100 г", 21900, "TEA"),
    Goods("B-0001", "Хлеб ржаной на закваске", 9500, "BREAD"),
    Goods("B-0002", "Каравай пшеничный", 18900, "BREAD"),
    Goods("P-0001", "Круассан с миндалём", 15900, "PASTRY"),
    Goods("M-0001", "Молоко 3,2 % 1 л", 11900, "DAIRY"),
    Goods("M-0002", "Творог 9 % 300 г", 16400, "DAIRY"),
    Goods("M-0003", "Сыр полутвёрдый 200 г", 28900, "DAIRY"),
    Goods("M-0004", "Масло сливочное 82,5 % 180 г", 23900, "DAIRY"),
    Goods("M-0005", "Яйцо куриное С1, 10 шт.", 13900, "DAIRY"),
    Goods("G-0001", "Мёд липовый 350 г", 39900, "GROCERY"),
    Goods("G-0002", "Варенье из ежевики 300 г", 31900, "GROCERY"),
    Goods("F-0001", "Яблоки «Антоновка», кг", 14900, "FRUIT"),
    Goods("F-0002", "Груша «Конференция», кг", 26900, "FRUIT"),
    Goods("W-0001", "Вода питьевая 1,5 л", 6900, "DRINKS"),
)
_BY_CODE = {goods.code: goods for goods in GOODS}


def goods(code: str) -> Goods:
    """The thing with this code."""
    return _BY_CODE[code]
