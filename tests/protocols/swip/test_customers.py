"""§4: whom a phone or a pass names, at which merchant, and what is said of both together."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core import members
from adapter.core.members import IdentityKind, Member
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.swip.people import (
    BLOCKED_PASS,
    BLOCKED_PHONE,
    INACTIVE_PHONE,
    NOBODY,
    OTHER_PASS,
    PASS,
    PHONE,
    POINTS,
    add_customer,
    add_people,
)
from tests.protocols.swip.plugin import (
    PROFILE,
    STATS,
    Plugin,
    fields_of,
    refusal,
    refused,
)

MALFORMED = (400, 1011, "Malformed 'phone'")
LONGEST = "7" * 32


def unknown(phone: str) -> tuple[int, int, str]:
    """What is said of a phone that is nobody's, which shows what was looked up (D18)."""
    return 400, 9, f"Customer[{phone}] not found"


# §4.2, row by row as it is printed, and the rules above it that no row shows.
LOOKED_UP = {
    "79167795322": "79167795322",
    "89167795322": "79167795322",
    "+79167795322": "79167795322",
    " 79167795322": "79167795322",
    "8 (916) 779-53-22": "79167795322",
    "+7 916 779 53 22": "79167795322",
    "7916779532232": "7916779532232",
    "8613912345678": "8613912345678",
    "9167795322": "9167795322",
    "8.916.779.53.22\t": "79167795322",
    "8\u00a0916\u00a07795322": "79167795322",
    "8916779532": "8916779532",
    "891677953222": "891677953222",
    "5": "5",
    LONGEST: LONGEST,
}
NO_PHONES = ["79abc", "+", "()-.", LONGEST + "7", "7916٧795322", "7916\u20037795322", "8+7x", "½"]


@OF_THE_SHAPE
def test_what_is_looked_up_for_a_phone(plugin: Plugin) -> None:
    for sent, wanted in LOOKED_UP.items():
        for response in (plugin.stats(phone=sent), plugin.post(PROFILE, {"phone": sent})):
            assert refusal(response) == unknown(wanted), repr(sent)
            assert fields_of(response) is None


@OF_THE_SHAPE
def test_what_is_no_phone_is_malformed_and_not_unknown(plugin: Plugin) -> None:
    for sent in NO_PHONES:
        for response in (plugin.stats(phone=sent), plugin.post(STATS, {"phone": sent})):
            assert refusal(response) == MALFORMED, repr(sent)
            assert fields_of(response) == ["phone"]


@OF_THE_SHAPE
def test_an_unescaped_plus_arrives_as_a_blank(plugin: Plugin, maria: Member) -> None:
    for query in ("phone=+79261112233", "phone=%2B79261112233", "phone=8+(926)+111-22-33"):
        response = plugin.open("GET", f"{STATS}?{query}")

        assert response.json == {"points": POINTS}, query
    assert fields_of(plugin.open("GET", f"{STATS}?phone=+")) == ["phone", "pass"]
    assert fields_of(plugin.open("GET", f"{STATS}?phone=%2B")) == ["phone"]


@pytest.mark.parametrize("how", ["89261112233", "+7 (926) 111-22-33", "79261112233"])
def test_the_customer_is_found_however_the_phone_is_written(
    plugin: Plugin, maria: Member, how: str
) -> None:
    assert plugin.points(phone=how) == POINTS
    assert plugin.profile(phone=how).json["phone"] == PHONE


@OF_THE_SHAPE
def test_a_value_that_is_blank_is_none(plugin: Plugin, maria: Member) -> None:
    """D9."""
    for query in ("", "phone=", "phone=%20&pass=", "pass=%09", "Phone=79261112233", "pas=1"):
        for path in (STATS, PROFILE):
            response = plugin.open("GET", f"{path}?{query}")

            assert refusal(response) == (400, 1011, "Either 'phone' or 'pass' is required"), query
            assert fields_of(response) == ["phone", "pass"]
    for query in (f"phone=&pass={PASS}", f"phone=%20&pass={PASS}", f"phone={PHONE}&pass=%20"):
        assert plugin.open("GET", f"{STATS}?{query}").json == {"points": POINTS}, query


@OF_THE_SHAPE
def test_of_a_parameter_given_twice_the_first_that_is_not_blank_counts(
    plugin: Plugin, maria: Member
) -> None:
    """D9."""
    first = f"phone=&phone=%20&phone={PHONE}&phone={NOBODY}"
    second = f"phone={NOBODY}&phone={PHONE}"

    assert plugin.open("GET", f"{STATS}?{first}").json == {"points": POINTS}
    assert refusal(plugin.open("GET", f"{STATS}?{second}")) == unknown(NOBODY)


@OF_THE_SHAPE
def test_parameters_nobody_knows_are_ignored(plugin: Plugin, maria: Member) -> None:
    assert plugin.points(phone=PHONE, points="5", email="x", Pass="?", lang="ru") == POINTS


def test_both_identifiers_have_to_lead_to_the_same_customer(plugin: Plugin) -> None:
    """D10."""
    add_people(plugin)
    add_customer(plugin, phone="79265550000", passes=["GW-other"], points=9)

    assert plugin.points(phone=PHONE, pass_=PASS) == POINTS
    assert plugin.profile(pass_=OTHER_PASS, phone=PHONE).json["balance"] == POINTS

    cases: dict[tuple[str, str], tuple[int, int, str, Any]] = {
        (PHONE, "GW-other"): (400, 1011, "belong to different customers", ["phone", "pass"]),
        ("79265550000", PASS): (400, 1011, "belong to different customers", ["phone", "pass"]),
        # Two customers, of whom one is blocked, or both: still two customers.
        (BLOCKED_PHONE, PASS): (400, 1011, "belong to different customers", ["phone", "pass"]),
        (PHONE, BLOCKED_PASS): (400, 1011, "belong to different customers", ["phone", "pass"]),
        (NOBODY, PASS): (400, 9, f"Customer[{NOBODY}] not found", None),
        (PHONE, "GW-nobody"): (400, 9, "Customer[GW-nobody] not found", None),
        (BLOCKED_PHONE, "GW-nobody"): (400, 9, "Customer[GW-nobody] not found", None),
        (NOBODY, "GW-nobody"): (400, 9, f"Customer[{NOBODY}] not found", None),
        (BLOCKED_PHONE, BLOCKED_PASS): (400, 1012, f"Customer[{BLOCKED_PHONE}] is blocked", None),
    }
    for (phone, wallet_pass), (status, code, said, fields) in cases.items():
        for path in (STATS, PROFILE):
            response = plugin.get(path, phone=phone, pass_=wallet_pass)

            assert refused(response) == (status, code), (phone, wallet_pass)
            assert response.json["description"].endswith(said)
            assert fields_of(response) == fields
            assert str(POINTS) not in response.text


@OF_THE_SHAPE
def test_one_identifier_that_is_malformed_spoils_the_other(plugin: Plugin, maria: Member) -> None:
    response = plugin.stats(phone="79abc", pass_=PASS)

    assert refusal(response) == MALFORMED
    assert fields_of(response) == ["phone"]


def test_no_balance_is_told_of_a_customer_who_takes_no_part(plugin: Plugin) -> None:
    """§5.3; blocked by us, or not active."""
    add_people(plugin)

    for query, shown in (
        ({"phone": "8" + BLOCKED_PHONE[1:]}, BLOCKED_PHONE),
        ({"pass_": f" {BLOCKED_PASS} "}, BLOCKED_PASS),
        ({"phone": INACTIVE_PHONE}, INACTIVE_PHONE),
    ):
        for path in (STATS, PROFILE):
            response = plugin.get(path, **query)

            assert refusal(response) == (400, 1012, f"Customer[{shown}] is blocked")
            assert fields_of(response) is None


def test_a_pass_is_compared_to_the_letter_but_for_its_outer_blanks(
    plugin: Plugin, maria: Member
) -> None:
    """§4.3."""
    for wallet_pass in (PASS, OTHER_PASS, f"  {PASS}\t"):
        assert plugin.points(pass_=wallet_pass) == POINTS
        assert plugin.post(STATS, {"pass": wallet_pass}).json == {"points": POINTS}
    for wallet_pass in (PASS.lower(), PASS + "0", PASS[:-1], PASS.replace("-", " "), PHONE, "%"):
        response = plugin.stats(pass_=wallet_pass)

        assert refusal(response) == (400, 9, f"Customer[{wallet_pass}] not found")
    assert refusal(plugin.stats(phone=PASS)) == MALFORMED


def test_a_pass_of_any_letters_is_a_pass(plugin: Plugin) -> None:
    for wallet_pass in ("Пропуск №7", "a b", "{value}", "'; --", '"}\\', "x" * 255):
        add_customer(plugin, points=3, passes=[wallet_pass])

        assert plugin.points(pass_=wallet_pass) == 3
    assert refused(plugin.stats(pass_="{value}{0}")) == (400, 9)
    assert refused(plugin.stats(pass_="x" * 5000)) == (400, 9)


def test_a_revoked_pass_is_unknown_and_the_others_are_not(plugin: Plugin, maria: Member) -> None:
    """D12."""
    with plugin.database.unit_of_work() as work:
        (member,) = members.by_identity(work, plugin.program.id, IdentityKind.PASS, PASS)
        members.drop_identity(work, member, IdentityKind.PASS, PASS)

    assert refusal(plugin.stats(pass_=PASS)) == (400, 9, f"Customer[{PASS}] not found")
    assert plugin.points(pass_=OTHER_PASS) == POINTS
    assert refused(plugin.stats(phone=PHONE, pass_=PASS)) == (400, 9)


def test_another_merchants_customer_is_nobody(
    plugin: Plugin, maria: Member, elsewhere: Plugin
) -> None:
    """D13."""
    add_customer(elsewhere, phone="79265550000", passes=["GW-other"], points=9)

    for path in (STATS, PROFILE):
        assert refusal(elsewhere.get(path, phone=PHONE)) == unknown(PHONE)
        assert refusal(elsewhere.get(path, pass_=PASS)) == unknown(PASS)
        # Not even that they are two.
        assert refusal(elsewhere.get(path, phone="79265550000", pass_=PASS)) == unknown(PASS)
        assert refusal(plugin.get(path, pass_="GW-other")) == unknown("GW-other")


def test_a_phone_may_be_a_customer_of_each_merchant(
    plugin: Plugin, maria: Member, elsewhere: Plugin
) -> None:
    add_customer(elsewhere, phone=PHONE, passes=[PASS], points=9, first_name="Ольга")

    assert [one.points(phone=PHONE, pass_=PASS) for one in (plugin, elsewhere)] == [POINTS, 9]
    assert elsewhere.profile(phone=PHONE).json == {"name": "Ольга", "balance": 9, "phone": PHONE}


def test_who_has_no_name_or_no_phone_has_an_empty_one(plugin: Plugin) -> None:
    """D20."""
    for number, (names, shown) in enumerate(
        [
            ({}, ""),
            ({"first_name": "Анна"}, "Анна"),
            ({"last_name": "Ким"}, "Ким"),
            ({"first_name": "", "last_name": "Ким", "patronymic": "Ильич"}, "Ким"),
        ]
    ):
        add_customer(plugin, phone=None, passes=[f"GW-{number}"], **names)

        answer = plugin.profile(pass_=f"GW-{number}").json
        assert answer == {"name": shown, "balance": 0, "phone": ""}
