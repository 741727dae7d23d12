"""How the retailer rewards: settings, tiers, rules, deals, gifts, and whom it works with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from adapter.demo.goods import GOODS
from adapter.demo.purchases import OUTLETS

CODE = "ZERNO"
LOGIN = "wallet"
TILL = "till"
MERCHANT = "ZERN"
NEIGHBOUR = "KOLOS"
NEIGHBOURS_MERCHANT = "KOLO"
WELCOME_POINTS = "20"
WELCOMED = (("bonus", WELCOME_POINTS),)  # what the ledger says of whoever joins
RECEIPT_POINTS = "15"
VISIT_POINTS = "5"
POINTS_LIVE = 365  # days
GIFT = "Круассан в подарок"
DEAL = "bread10"


def _all_of(department: str) -> dict[str, list[str]]:
    """A department, and its goods by their codes: not every platform tells departments."""
    codes = [one.code for one in GOODS if one.department == department]
    return {"items": codes, "departments": [department]}


SETTINGS = {
    "points_expire_after_days": POINTS_LIVE,
    "welcome_points": WELCOME_POINTS,
    "receipt_points": RECEIPT_POINTS,
    "message_webhook": "console:",
}

TIERS = [
    {"code": "silver", "name": "Серебряный", "rank": 1},
    {"code": "gold", "name": "Золотой", "rank": 2},
]

EARN_RULES: list[dict[str, Any]] = [
    {"code": "base", "kind": "spending", "points_per_unit": "0.05"},
    {"code": "coffee", "kind": "spending", "points_per_unit": "0.1", **_all_of("COFFEE")},
    {"code": "gold", "kind": "multiplier", "factor": "1.5", "tiers": ["gold"]},
    {
        "code": "visit",
        "kind": "event",
        "event": "visit",
        "points": VISIT_POINTS,
        "limit": 1,
        "period": "day",
    },
    {
        "code": "first-visit",
        "kind": "event",
        "event": "visit",
        "benefit": {
            "name": GIFT,
            "kind": "gift",
            "valid_days": 14,
            "free_item": True,
            "items": ["P-0001"],
        },
        "limit": 1,
    },
]

DEALS = [{"code": DEAL, "name": "Хлеб −10 %", "percent": "10", **_all_of("BREAD")}]

CREDENTIALS: list[dict[str, Any]] = [
    {
        "protocol": "koshelek",
        "login": LOGIN,
        "settings": {
            "api_version": "1.3.0",
            "blocked_cards": "forbid",
            "special_users": True,
            "receipt_promo": True,
        },
    },
    {
        "protocol": "fidelizacion",
        "name": TILL,
        "settings": {"branches": [code for code, _ in OUTLETS]},
    },
    {
        "protocol": "swip",
        "merchant": MERCHANT,
        "settings": {"stores": [code for code, _ in OUTLETS], "orders": True},
    },
]


def gifts(today: date, number: int) -> list[dict[str, Any]]:
    """What a member has been given: one to use now, one to come, one used up."""
    return [
        {
            "key": f"tea-{number}",
            "name": "Чай в подарок",
            "free_item": True,
            "departments": ["TEA"],
            "valid_until": (today + timedelta(days=30)).isoformat(),
        },
        {
            "key": f"birthday-{number}",
            "name": "День рождения −15 %",
            "kind": "birthday offer",
            "percent": "15",
            "max_discount_minor": 50000,
            "valid_from": (today + timedelta(days=20)).isoformat(),
            "valid_until": (today + timedelta(days=34)).isoformat(),
        },
        {
            "key": f"voucher-{number}",
            "name": "200 ₽ на покупку от 1000 ₽",
            "kind": "voucher",
            "amount_minor": 20000,
            "min_total_minor": 100000,
            "state": "redeemed",
            "used": 1,
        },
    ]


def neighbour() -> dict[str, Any]:
    """Another business on the same server, with a key and a customer of its own."""
    return {
        "code": NEIGHBOUR,
        "name": "Пекарня «Колос»",
        "credentials": [
            {"protocol": "fidelizacion", "name": TILL},
            {"protocol": "swip", "merchant": NEIGHBOURS_MERCHANT},
        ],
        "earn_rules": [{"code": "base", "kind": "spending", "points_per_unit": "0.03"}],
        "members": [{"phone": "79005559000", "first_name": "Вера", "balances": {"points": "30"}}],
    }
