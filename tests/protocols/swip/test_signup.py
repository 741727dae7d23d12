"""§7: a customer, their enrolment and their card, all of it or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select

from adapter.core import programs
from adapter.core.cards import Card, CardState
from adapter.core.members import IdentityKind, MemberStatus
from adapter.db import Database
from tests.factories import findings
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.state import rows
from tests.protocols.swip.people import (
    BLOCKED_PHONE,
    INACTIVE_PHONE,
    PHONE,
    add_maria,
    add_people,
    known_by_phone,
)
from tests.protocols.swip.plugin import (
    SIGNUPS,
    Plugin,
    fields_of,
    refusal,
    refused,
    sample,
)

TOLD = sample("signup")["request"]


def test_a_newcomer_is_enrolled_and_has_a_card(plugin: Plugin) -> None:
    response = plugin.sign_up(**TOLD)

    with plugin.database.reading() as work:
        maria = known_by_phone(work, plugin)
        (card,) = work.session.scalars(select(Card))
        assert (maria.first_name, maria.last_name) == ("Мария", "Петрова")
        assert (maria.birth_date, maria.status) == (date(1990, 5, 17), MemberStatus.ACTIVE)
        assert {one.kind for one in maria.identities} == {
            IdentityKind.PHONE,
            IdentityKind.MEMBERSHIP_KEY,
        }
        assert (card.member_id, card.state) == (maria.id, CardState.ACTIVE)
        assert card.number == response.json["discountCard"]
        assert maria.channel == card.channel == "swip"
        assert findings(work) == []


def test_right_after_it_the_balance_is_told(plugin: Plugin) -> None:
    assert refused(plugin.stats(phone=PHONE)) == (400, 9)

    assert plugin.sign_up(phone="8 (926) 111-22-33").status_code == 200

    assert plugin.points(phone=PHONE) == 0
    assert plugin.profile(phone=PHONE).json == {"name": "", "balance": 0, "phone": PHONE}


def test_a_card_looks_as_the_program_says(make_plugin: Any, database: Database) -> None:
    plugin: Plugin = make_plugin()
    with database.unit_of_work() as work:
        numbers = {"prefix": "22", "length": 13, "barcode_type": "EAN_13"}
        programs.put(work, code="MAIN", card_numbers=numbers)
    plugin.app.extensions["credentials"]._callers.clear()

    number = plugin.sign_up(**TOLD).json["discountCard"]

    assert number.startswith("22")
    assert len(number) == len("2200000000017")


def test_a_welcome_bonus_shows_in_the_balance(make_plugin: Any) -> None:
    """§7.3; rounded down like any balance."""
    plugin: Plugin = make_plugin(settings={"welcome_points": "50.75"})

    assert plugin.sign_up(**TOLD).json["balance"] == 50
    assert plugin.points(phone=PHONE) == 50
    assert refused(plugin.sign_up(**TOLD)) == (422, 1020)
    assert plugin.points(phone=PHONE) == 50
    with plugin.database.reading() as work:
        assert findings(work) == []


@pytest.mark.parametrize(
    "phone", [PHONE, "8" + PHONE[1:], BLOCKED_PHONE, INACTIVE_PHONE, f"+{PHONE[0]} {PHONE[1:]}"]
)
def test_who_is_a_customer_already_stays_as_they_are(plugin: Plugin, phone: str) -> None:
    """D25: blocked or not."""
    add_people(plugin)
    before = rows(plugin.database)

    response = plugin.sign_up(**TOLD | {"phone": phone, "firstName": "Ольга"})

    known = phone if phone in (BLOCKED_PHONE, INACTIVE_PHONE) else PHONE
    assert refusal(response) == (422, 1020, f"Customer[{known}] already exists")
    assert fields_of(response) is None
    assert rows(plugin.database) == before


def test_a_customer_of_another_merchants_is_new_here(plugin: Plugin, elsewhere: Plugin) -> None:
    """D25 and D13: nothing of what the other merchant knows shows, and nothing there changes."""
    add_maria(plugin, birth_date=date(1990, 5, 17))
    before = rows(plugin.database)

    answer = elsewhere.sign_up(phone=PHONE).json

    assert answer == {"name": "", "balance": 0, "phone": PHONE} | {
        "discountCard": answer["discountCard"]
    }
    assert elsewhere.profile(phone=PHONE).json["name"] == ""
    assert refused(elsewhere.sign_up(phone=PHONE)) == (422, 1020)
    assert plugin.points(phone=PHONE) == 1540
    after = rows(plugin.database)
    assert all(set(found) <= set(after[table]) for table, found in before.items())


@pytest.mark.parametrize("table", ["identities", "cards", "entries", "postings", "lots"])
def test_a_fault_halfway_leaves_nothing(make_plugin: Any, table: str) -> None:
    """§7.3: one unit of work, down to its last row."""
    plugin: Plugin = make_plugin(settings={"welcome_points": "50"})
    before = rows(plugin.database)
    engine = plugin.database.engine

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if f"INSERT INTO {table} " in statement:
            raise ArithmeticError("halfway")

    event.listen(engine, "before_cursor_execute", fail)
    response = plugin.sign_up(**TOLD)
    event.remove(engine, "before_cursor_execute", fail)

    assert refusal(response) == (500, 1000, "Internal server error")
    assert rows(plugin.database) == before
    assert plugin.sign_up(**TOLD).json["balance"] == 50


@OF_THE_SHAPE
def test_names_are_trimmed_and_may_be_missing(plugin: Plugin) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, ""),
        ({"firstName": None, "lastName": None, "birthday": None}, ""),
        ({"firstName": "  Мария ", "lastName": "\tПетрова\n"}, "Мария Петрова"),
        ({"firstName": "", "lastName": " "}, ""),
        ({"lastName": "Петрова"}, "Петрова"),
        ({"firstName": "Анна Мария"}, "Анна Мария"),
        ({"firstName": "М" * 100, "lastName": f" {'П' * 100} "}, f"{'М' * 100} {'П' * 100}"),
        ({"birthday": ""}, ""),
        ({"middleName": "Ильинична", "phone2": 5, "card": {"number": "1"}}, ""),
    ]
    for number, (told, name) in enumerate(cases):
        response = plugin.sign_up(**told | {"phone": f"7926000{number:04}"})

        assert response.status_code == 200, (told, response.text)
        assert response.json["name"] == name


@OF_THE_SHAPE
def test_a_birthday_is_a_day_in_either_form(plugin: Plugin) -> None:
    """D23: today is a day of the program's, which in Moscow begins three hours earlier."""
    clock: Any = plugin.database.clock
    clock.now = clock.now.replace(month=5, day=4, hour=21, minute=0)
    for number, (said, day) in enumerate(
        [
            ("1990-05-17", date(1990, 5, 17)),
            ("17.05.1990", date(1990, 5, 17)),
            (" 2000-02-29 ", date(2000, 2, 29)),
            ("29.02.2000", date(2000, 2, 29)),
            ("0001-01-01", date(1, 1, 1)),
            ("2026-05-05", date(2026, 5, 5)),
        ]
    ):
        phone = f"7926000{number:04}"

        assert plugin.sign_up(phone=phone, birthday=said).status_code == 200, said
        with plugin.database.reading() as work:
            assert known_by_phone(work, plugin, phone).birth_date == day


NO_DAYS = ["1990-02-30", "29.02.1999", "1990-13-01", "0000-01-01", "00.01.1990", "17/05/1990"]
NO_DAYS += ["1990-5-17", "19900517", "17.05.90", "1990-05-17T00:00:00Z", "yesterday", "1990-05"]
NO_DAYS += ["2026-05-05", "05.05.2026", "9999-12-31", "١٩٩٠-05-17"]
WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["phone"]),
    *(({"phone": no_phone}, ["phone"]) for no_phone in (None, "", "  ", "+", "79abc", 7, [], {})),
    *(({"phone": "7" * digits}, ["phone"]) for digits in (1, 9, 16, 33)),
    *(({"phone": PHONE, "birthday": no_day}, ["birthday"]) for no_day in [*NO_DAYS, 19900517, []]),
    ({"phone": PHONE, "firstName": "М" * 101}, ["firstName"]),
    ({"phone": PHONE, "lastName": 5}, ["lastName"]),
    ({"phone": PHONE, "firstName": ["Мария"], "lastName": {"ru": "П"}}, ["firstName", "lastName"]),
    ({"phone": PHONE, "firstName": False, "birthday": 0}, ["firstName", "birthday"]),
    (
        {"phone": 1, "firstName": 2, "lastName": "П" * 101, "birthday": "x"},
        ["phone", "firstName", "lastName", "birthday"],
    ),
    ({"firstName": "М", "birthday": "3000-01-01"}, ["phone", "birthday"]),
]


@OF_THE_SHAPE
def test_every_field_that_is_wrong_is_named_at_once(
    plugin: Plugin, subtests: pytest.Subtests
) -> None:
    """§7.4."""
    before = rows(plugin.database)

    for told, fields in WRONG:
        with subtests.test(told=str(told)[:60]):
            response = plugin.sign_up(**told)

            assert refused(response) == (400, 1011)
            assert sorted(fields_of(response) or []) == sorted(fields)
    assert rows(plugin.database) == before


@OF_THE_SHAPE
def test_phones_of_ten_to_fifteen_digits_are_kept(plugin: Plugin) -> None:
    """D21: counted in the normal form."""
    for sent, kept in (
        ("9167795322", "9167795322"),
        ("8 916 779-53-22", "79167795322"),
        ("8613912345678", "8613912345678"),
        ("123456789012345", "123456789012345"),
    ):
        assert plugin.sign_up(phone=sent).json["phone"] == kept
        assert plugin.points(phone=sent) == plugin.points(phone=kept) == 0


@OF_THE_SHAPE
def test_the_vendors_misprint_is_no_json(plugin: Plugin) -> None:
    """§7.1: a comma is missing in its sample."""
    body = '{"phone": "89261112233", "lastName": "Петрова" "birthday": "1990-05-17"}'.encode()

    response = plugin.post(SIGNUPS, body)

    assert refusal(response) == (400, 1011, "Bad request")
    assert fields_of(response) is None


@OF_THE_SHAPE
def test_a_query_tells_nothing_of_a_newcomer(plugin: Plugin) -> None:
    assert fields_of(plugin.post(SIGNUPS, {}, phone=PHONE)) == ["phone"]
    assert plugin.post(SIGNUPS, {"phone": PHONE}, phone="79990000000").json["phone"] == PHONE
