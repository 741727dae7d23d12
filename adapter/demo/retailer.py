"""A grocer's program as a program file: shops, promotions, and people with a past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any

from adapter.core.cards import BarcodeType, barcodes
from adapter.demo import rules
from adapter.demo.people import Person, people
from adapter.demo.purchases import OUTLETS, purchases

SEED = 2026
ANNAS_PASSES = ("AW-5f1c09", "GW-77b2e4")  # one in each of two more wallets
MEMBERS = 300
PROMO_CODE = "ВЕСНА50"
SECOND_CODE = "SPRING25"
POOL = tuple(f"78000090{number:02}" for number in range(1, 11))
# Without a card; the demo has each of them come by.
NEWCOMERS = (
    ("Пётр", "Ёлкин", "Ильич", "m"),
    ("Мария", "Щукина", "Львовна", "f"),
    ("Глеб", "Объедков", "Юрьевич", "m"),
    ("Лев", "Цветаев", "Андреевич", "m"),
    ("Нина", "Якушева", "Сергеевна", "f"),
    ("Ольга", "Морозова", "Петровна", "f"),
)
GIFTED, INACTIVE = 2, 96
REASONS = ("Приветственные баллы", "Подарок ко дню рождения", "Неделя кофе", "Сезон ягод")


@dataclass(frozen=True, slots=True)
class Retailer:
    """The document to load, and those in it whom the demo speaks of."""

    document: dict[str, Any]
    anna: Person
    anna_card: str
    blocked: Person
    gifted: Person
    inactive: Person
    newcomers: tuple[Person, ...]


def retailer(today: date) -> Retailer:
    """The same retailer every day, with dates that lie around `today`."""
    draw = Random(SEED)  # noqa: S311  # nosec B311
    known = people(draw, today, MEMBERS + len(NEWCOMERS))
    anna = replace(
        known[0], first_name="Анна", last_name="Соколова", patronymic="Ильинична", gender="f"
    )
    anna = replace(anna, email="anna.sokolova@example.com", locality="Тверь")
    held = [anna, *known[1:MEMBERS]]
    kinds = cycle(BarcodeType)
    members = [
        _member(draw, today, number, person, next(kinds)) for number, person in enumerate(held)
    ]
    members[0] |= _annas(today)
    members[1]["cards"][0]["state"] = "blocked"
    return Retailer(
        document={"programs": [_program(today, members), rules.neighbour()]},
        anna=anna,
        anna_card=members[0]["cards"][0]["number"],
        blocked=held[1],
        gifted=held[GIFTED],
        inactive=held[INACTIVE],
        newcomers=tuple(_newcomers(known[MEMBERS:])),
    )


def _newcomers(people: list[Person]) -> Iterator[Person]:
    """People without a card, by the names the demo calls them."""
    for person, (first, last, patronymic, gender) in zip(people, NEWCOMERS, strict=True):
        yield replace(
            person,
            first_name=first,
            last_name=last,
            patronymic=patronymic,
            gender=gender,
            email=f"{person.phone}@example.com",
        )


def _program(today: date, members: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "code": rules.CODE,
        "name": "Зерно и Ко",
        "currency": "RUB",
        "country": "RU",
        "timezone": "Europe/Moscow",
        "settings": rules.SETTINGS,
        "card_numbers": {"prefix": "77", "length": 10, "barcode_type": "CODE_128"},
        "outlets": [
            {"code": code, "name": name, "terminals": [f"{code}-1", f"{code}-2"]}
            for code, name in OUTLETS
        ],
        "credentials": rules.CREDENTIALS,
        "tiers": rules.TIERS,
        "earn_rules": rules.EARN_RULES,
        "deals": rules.DEALS,
        "offers": [
            {
                "code": "bread",
                "title": "Второй каравай в подарок",
                "text": "При покупке двух караваев на закваске платите за один.",
                "ends_on": _day(today, 14),
            }
        ],
        "card_pool": [pooled(number) for number in POOL],
        "promo_codes": [
            {"code": PROMO_CODE, "points": "50", "uses": None, "expires_on": _day(today, 60)},
            {"code": SECOND_CODE, "points": "25", "uses": None, "expires_on": _day(today, 60)},
            {"code": "ЛЕТО", "points": "70", "uses": None, "expires_on": _day(today, -20)},
        ],
        "special_users": [
            {"phone": members[5]["phone"], "params": {"tabNumber": "0815"}},
            {"phone": members[9]["phone"], "params": {"tabNumber": "0816", "shop": "BR002"}},
            {"phone": members[12]["phone"]},
        ],
        "members": members,
    }


def _member(
    draw: Random, today: date, number: int, person: Person, kind: BarcodeType
) -> dict[str, Any]:
    card = f"77{10_000_000 + number * 7919:08}"
    bought = purchases(draw, today, number)
    lots = [_lot(draw, today) for _ in range(draw.randrange(4))]
    if bought:
        lots.append({"amount": str(20 + number % 90), "reason": "Покупки за прошлый месяц"})
    return {
        "phone": person.phone,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "patronymic": person.patronymic,
        "gender": person.gender,
        "birth_date": person.birth_date.isoformat(),
        "locality": person.locality,
        "country": "RU",
        "external_id": f"CRM-{number:05}",
        "passes": [f"GW-{number:05}"] if number % 20 == 10 else [],
        "status": "blocked" if number % 97 == INACTIVE else "active",
        "tier": ("gold", "silver", "silver", None, None, None)[number % 6],
        "consents": {"sms": draw.random() < 0.7, "email": draw.random() < 0.5, "gdpr": True},
        "cards": [
            {
                "number": card,
                "state": "inactive" if number % 50 == 49 else "active",
                "barcode": {"type": str(kind), "number": _barcode(kind, card, number)},
            }
        ],
        "lots": lots,
        "balances": {"credit": (number % 7) * 5000},
        "benefits": rules.gifts(today, number) if number % 10 == GIFTED else [],
        "transactions": bought,
    }


def _annas(today: date) -> dict[str, Any]:
    """Hers are told in the demo: 420 points in three portions, 50 of them set aside at a till."""
    return {
        "lots": [
            {"amount": "40", "reason": "Неделя кофе", "expires_on": _day(today, 2)},
            {"amount": "300", "reason": "Подарок ко дню рождения", "expires_on": _day(today, 40)},
            {"amount": "80", "reason": "Приветственные баллы"},
        ],
        "passes": list(ANNAS_PASSES),
        "reserved": {"points": "50"},
        "balances": {"credit": 25000},
        "benefits": rules.gifts(today, 0),
    }


def pooled(number: str) -> dict[str, Any]:
    """A card of plastic, with its number on the front and a barcode on the back."""
    body = f"29{number}"
    barcode = {"type": "EAN_13", "number": body + barcodes.check_digit(body)}
    return {"number": number, "barcode": barcode}


def _lot(draw: Random, today: date) -> dict[str, Any]:
    lot = {"amount": str(draw.randrange(1, 40) * 5), "reason": draw.choice(REASONS)}
    # Some have expired and nobody has come by yet, some will within days, some never do.
    days = draw.choice((-3, 1, 2, 6, 30, 90, 200, 365, None))
    return lot if days is None else lot | {"expires_on": _day(today, days)}


def _barcode(kind: BarcodeType, card: str, number: int) -> str:
    bodies = {
        BarcodeType.EAN_8: f"2{number:06}",
        BarcodeType.EAN_13: f"2900000{number:05}",
        BarcodeType.UPC_A: f"4000000{number:04}",
    }
    if kind in bodies:
        return bodies[kind] + barcodes.check_digit(bodies[kind])
    return f"ZERNO:{card}" if kind is BarcodeType.QR_CODE else card


def _day(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
