"""People who do not exist, always the same: names from small lists, drawn with a fixed seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

WOMEN = (
    ("Анна", "anna"),
    ("Мария", "maria"),
    ("Ольга", "olga"),
    ("Елена", "elena"),
    ("Наталья", "natalia"),
    ("Татьяна", "tatiana"),
    ("Ирина", "irina"),
    ("Юлия", "julia"),
    ("Светлана", "svetlana"),
    ("Алёна", "alyona"),
    ("Дарья", "daria"),
    ("Ксения", "ksenia"),
)
MEN = (
    ("Пётр", "petr"),
    ("Иван", "ivan"),
    ("Сергей", "sergey"),
    ("Алексей", "alexey"),
    ("Дмитрий", "dmitry"),
    ("Николай", "nikolay"),
    ("Артём", "artyom"),
    ("Михаил", "mikhail"),
    ("Фёдор", "fyodor"),
    ("Юрий", "yury"),
    ("Глеб", "gleb"),
    ("Семён", "semyon"),
)
# The man's form; a woman's has an `а` more.
FAMILIES = (
    ("Соколов", "sokolov"),
    ("Ёлкин", "yolkin"),
    ("Щукин", "schukin"),
    ("Воробьёв", "vorobyov"),
    ("Кузнецов", "kuznetsov"),
    ("Морозов", "morozov"),
    ("Лебедев", "lebedev"),
    ("Жуков", "zhukov"),
    ("Цветаев", "tsvetaev"),
    ("Юдин", "yudin"),
    ("Хомяков", "khomyakov"),
    ("Якушев", "yakushev"),
    ("Объедков", "obyedkov"),
    ("Эйлеров", "eylerov"),
)
FATHERS = (
    ("Ильич", "Ильинична"),
    ("Петрович", "Петровна"),
    ("Сергеевич", "Сергеевна"),
    ("Андреевич", "Андреевна"),
    ("Юрьевич", "Юрьевна"),
    ("Львович", "Львовна"),
)
TOWNS = ("Москва", "Тверь", "Йошкар-Ола", "Казань", "Ярославль", "Санкт-Петербург", "Орёл")
# Numbers of no operator, and not those that the conformance check makes up.
PHONES = "7900555{:04}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, in our words."""

    phone: str
    email: str
    first_name: str
    last_name: str
    patronymic: str
    gender: str
    birth_date: date
    locality: str

    @property
    def name(self) -> str:
        """What they are called."""
        return f"{self.first_name} {self.last_name}"


def people(draw: Random, today: date, count: int) -> list[Person]:
    """So many people, each with a phone and an e-mail of their own."""
    return [_one(draw, today, number) for number in range(count)]


def _one(draw: Random, today: date, number: int) -> Person:
    is_woman = draw.random() < 0.55
    first, first_latin = draw.choice(WOMEN if is_woman else MEN)
    family, family_latin = draw.choice(FAMILIES)
    ending = "а" if is_woman else ""
    latin = family_latin + ("a" if is_woman else "")
    return Person(
        phone=PHONES.format(number),
        email=f"{first_latin}.{latin}{number}@example.com",
        first_name=first,
        last_name=family + ending,
        patronymic=draw.choice(FATHERS)[is_woman],
        gender="f" if is_woman else "m",
        birth_date=today - timedelta(days=draw.randrange(18 * 365, 75 * 365)),
        locality=draw.choice(TOWNS),
    )
