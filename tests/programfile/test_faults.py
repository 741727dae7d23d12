"""A file that is wrong: every fault with its place, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core import cards, members, programs
from adapter.core.errors import PhoneTaken
from adapter.core.origins import Place
from adapter.db import Database
from adapter.programfile import FileFaults
from tests.programfile.documents import faults_of, load_document, member, program, rows

ROOT = "$.programs[0]"
HER = "$.programs[0].members[0]"


@pytest.mark.parametrize(
    "document, fault",
    [
        ({"programs": {}}, "$.programs: must be a list"),
        ({"programs": [7]}, "$.programs[0]: must be an object"),
        ({"programs": [], "version": 1}, "$.version: is not a known key"),
        ({"programs": [{}]}, f"{ROOT}.code: is missing"),
        (program(code=7), f"{ROOT}.code: must be a text"),
        (program(code=" x"), f"{ROOT}.code: may not hold control characters, or blanks around it"),
        (program(name="a\0b"), f"{ROOT}.name: may not hold the character NUL"),
        (program(nome="x"), f"{ROOT}.nome: is not a known key"),
        (program(**{"a b": 1}), f'{ROOT}["a b"]: is not a known key'),
        (program(name=None), f"{ROOT}.name: may not be null"),
        (program(currency="rub"), f"{ROOT}.currency: must be three capital letters, such as RUB"),
        (program(currency="XAU"), f"{ROOT}.currency: is no currency that is paid with, such as"),
        (program(code="A/B"), f"{ROOT}.code: may hold none of / \\ ? # %, and be neither . nor .."),
        (program(code=".."), f"{ROOT}.code: may hold none of / \\ ? # %, and be neither . nor .."),
        (program(country="QQ"), f"{ROOT}.country: is not a country of ISO 3166, such as RU"),
        (
            program(timezone="Europe/Atlantis"),
            f"{ROOT}.timezone: is not a time zone such as Europe/Moscow",
        ),
        (
            program(timezone="../../etc/passwd"),
            f"{ROOT}.timezone: is not a time zone such as Europe/Moscow",
        ),
        (program(settings=[]), f"{ROOT}.settings: must be an object"),
        (
            program(settings={"points_decimals": "2"}),
            f"{ROOT}.settings.points_decimals: must be a whole number",
        ),
        (
            program(settings={"points_decimals": True}),
            f"{ROOT}.settings.points_decimals: must be a whole number",
        ),
        (
            program(settings={"allow_negative": "on"}),
            f"{ROOT}.settings.allow_negative: must be true or false",
        ),
        (
            program(settings={"reservation_minutes": 0}),
            f"{ROOT}.settings.reservation_minutes: must be between 1 and 525600",
        ),
        (
            program(settings={"receipt_points": "-1"}),
            f"{ROOT}.settings.receipt_points: may not be below zero",
        ),
        (
            program(settings={"paying_balance": "stamps"}),
            f"{ROOT}.settings.paying_balance: must be points or credit",
        ),
        (
            program(settings={"point_value_minor": 0}),
            f"{ROOT}.settings.point_value_minor: must be between 1 and",
        ),
        (
            program(settings={"min_payment_minor": 500, "max_payment_minor": 499}),
            f"{ROOT}.settings.max_payment_minor: is less than min_payment_minor",
        ),
        (
            program(settings={"short_code_length": 3}),
            f"{ROOT}.settings.short_code_length: must be between 4 and 8",
        ),
        (
            program(settings={"short_code_seconds": 0}),
            f"{ROOT}.settings.short_code_seconds: must be between 10 and 86400",
        ),
        (
            program(settings={"message_webhook": "ftp://example.com/"}),
            f"{ROOT}.settings.message_webhook: must be an address such as https://",
        ),
        (
            program(settings={"message_webhook": "https://example.com:port/"}),
            f"{ROOT}.settings.message_webhook: must be an address such as https://",
        ),
        (
            program(settings={"message_webhook": "https://me:secret@example.com/"}),
            f"{ROOT}.settings.message_webhook: must be an address such as https://",
        ),
        (
            program(settings={"event_webhook": "crm.example.com"}),
            f"{ROOT}.settings.event_webhook: must be an address such as https://",
        ),
        (
            program(settings={"event_types": ["points.gone"]}),
            f"{ROOT}.settings.event_types: has no event named 'points.gone'",
        ),
        (
            program(settings={"event_types": "points"}),
            f"{ROOT}.settings.event_types: must be a list of types",
        ),
        (program(tiers=[{"name": "Gold"}]), f"{ROOT}.tiers[0].code: is missing"),
        (
            program(tiers=[{"code": "g"}, {"code": "g"}]),
            f"{ROOT}.tiers[1].code: is given before, at {ROOT}.tiers[0]",
        ),
        (
            program(tiers=[{"code": "g", "rank": "1"}]),
            f"{ROOT}.tiers[0].rank: must be a whole number",
        ),
        (
            program(card_numbers={"prefix": "77", "length": 2}),
            f"{ROOT}.card_numbers.length: the length leaves no free digits, or is more than the"
            " barcode carries",
        ),
        (
            program(card_numbers={"prefix": "x"}),
            f"{ROOT}.card_numbers.prefix: a prefix is digits, the first of them not 0",
        ),
        (program(outlets=[{"name": "x"}]), f"{ROOT}.outlets[0].code: is missing"),
        (
            program(outlets=[{"code": "A"}, {"code": "A"}]),
            f"{ROOT}.outlets[1].code: is given before, at {ROOT}.outlets[0]",
        ),
        (
            program(earn_rules=[{"code": "base", "points_per_unit": 0.1}]),
            f"{ROOT}.earn_rules[0].points_per_unit: must be a number written as text, such as",
        ),
        (
            program(earn_rules=[{"code": "base", "kind": "magic", "points_per_unit": "1"}]),
            f"{ROOT}.earn_rules[0].kind: must be one of spending, multiplier, event",
        ),
        (
            program(deals=[{"code": "D", "percent": "110"}]),
            f"{ROOT}.deals[0].percent: must be above 0 and at most 100",
        ),
        (
            program(special_users=[{"phone": "79000123456", "params": {"tab": 815}}]),
            f"{ROOT}.special_users[0].params.tab: must be a text",
        ),
        (
            program(promo_codes=[{"code": "A", "expires_on": "2027-02-30"}]),
            f"{ROOT}.promo_codes[0].expires_on: is not a day of the calendar",
        ),
        (
            program(promo_codes=[{"code": "A", "points": "1.005"}]),
            f"{ROOT}.promo_codes[0].points: points have at most 2 decimals",
        ),
        (
            program(promo_codes=[{"code": "a"}, {"code": "A"}]),
            f"{ROOT}.promo_codes[1].code: is given before, in {ROOT}.promo_codes[0]",
        ),
        (
            program(promo_codes=[{"code": "A", "phone": "79000000001"}]),
            f"{ROOT}.promo_codes[0].phone: is nobody's in this program",
        ),
        (program(card_pool=[{"number": "-"}]), f"{ROOT}.card_pool[0].number: a card number has"),
        (
            program(card_pool=[{"number": "7"}], members=[{"cards": [{"number": "7"}]}]),
            f"{HER}.cards[0].number: is given before, in {ROOT}.card_pool[0]",
        ),
        (program(members={}), f"{ROOT}.members: must be a list"),
        (program(members=["Anna"]), f"{HER}: must be an object"),
        (member(phone=79216668899), f"{HER}.phone: must be a phone written as text"),
        (member(phone="7921666889912345"), f"{HER}.phone: a phone number has 1 to 15 digits"),
        (member(phone="call me"), f"{HER}.phone: must be a phone such as +7 921 666-88-99"),
        (member(email="nobody"), f"{HER}.email: must be an e-mail address"),
        (member(gender="female"), f"{HER}.gender: must be f or m"),
        (member(birth_date="14.02.1990"), f"{HER}.birth_date: must be a day written YYYY-MM-DD"),
        (member(first_name="x" * 256), f"{HER}.first_name: has more than 255 characters"),
        (member(tier="gold"), f"{HER}.tier: is not a tier of this program"),
        (member(segments="vip"), f"{HER}.segments: must be a list"),
        (member(segments=["a", " b"]), f"{HER}.segments[1]: may not hold control characters"),
        (
            program(members=[{"external_id": "A", "phone_shown": "612"}]),
            f"{HER}.phone_shown: is how a phone is written that is not given",
        ),
        (member(status="asleep"), f"{HER}.status: must be one of active, inactive, blocked"),
        (member(consents={"fax": True}), f"{HER}.consents.fax: is not a known key"),
        (member(consents={"sms": 1}), f"{HER}.consents.sms: must be true or false"),
        (member(passes="P"), f"{HER}.passes: must be a list"),
        (member(passes=[" "]), f"{HER}.passes[0]: may not be blank"),
        (member(cards=[{}]), f"{HER}.cards[0].number: is missing"),
        (
            member(cards=[{"number": "1", "state": "lapsed"}]),
            f"{HER}.cards[0].state: must be one of active, inactive, blocked, reserved",
        ),
        (
            member(
                cards=[{"number": "1", "barcode": {"type": "EAN_13", "number": "2337658900000"}}]
            ),
            f"{HER}.cards[0].barcode.number: the check digit of this EAN_13 is wrong",
        ),
        (
            member(cards=[{"number": "Карта 1"}]),
            f"{HER}.cards[0].number: CODE_128 has ASCII characters only",
        ),
        (member(balances={"points": 5}), f"{HER}.balances.points: must be a number written as"),
        (member(balances={"Points": "5"}), f"{HER}.balances.Points: is not a unit: small letters"),
        (member(balances={"credit": "0.5"}), f"{HER}.balances.credit: credit have at most 0"),
        (member(balances={"points": "1e3"}), f"{HER}.balances.points: must be a number written as"),
        (member(balances={"points": "9" * 18}), f"{HER}.balances.points: out of range"),
        (member(lots=[{"unit": "points"}]), f"{HER}.lots[0].amount: is missing"),
        (member(lots=[{"amount": "0"}]), f"{HER}.lots[0].amount: must be above zero"),
        (member(lots=[{"amount": "1.234"}]), f"{HER}.lots[0].amount: points have at most 2"),
        (member(reserved={"points": "1"}), f"{HER}.reserved.points: is more than the lots hold"),
        (
            member(lots=[{"amount": "5"}], reserved={"points": "5.01"}),
            f"{HER}.reserved.points: is more than the lots hold",
        ),
        (
            member(benefits=[{"key": "b", "state": "used"}]),
            f"{HER}.benefits[0].state: must be one of active, redeemed, deactivated",
        ),
        (
            member(transactions=[{"reference": "R", "occurred_at": "2025-02-14T10:00:00"}]),
            f"{HER}.transactions[0].occurred_at: must be an instant written 2025-02-14T10:00:00Z",
        ),
        (
            member(
                transactions=[
                    {
                        "reference": "R",
                        "occurred_at": "2025-02-14T10:00:00Z",
                        "items": [{"net_minor": "129900"}],
                    }
                ]
            ),
            f"{HER}.transactions[0].items[0].net_minor: must be a whole number",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(
    sqlite_database: Database, document: Any, fault: str
) -> None:
    (found,) = faults_of(sqlite_database, document)

    assert found.startswith(fault)


def test_a_debt_does_not_stand_beside_lots_that_would_pay_it(sqlite_database: Database) -> None:
    document = member(balances={"points": "-5"}, lots=[{"amount": "7"}])
    document["programs"][0]["settings"] = {"allow_negative": True}

    (found,) = faults_of(sqlite_database, document)

    assert found == f"{HER}.balances.points: is below zero beside lots that would pay it"


def test_all_faults_are_named_at_once(database: Database) -> None:
    document = {
        "programs": [
            {
                "code": "A",
                "timezone": "Nowhere",
                "credentials": [{"protocol": "telepathy"}],
                "members": [
                    {"phone": "79216668899", "cards": [{"number": "1"}, {"numbr": "2"}]},
                    {"phone": "+7 921 666-88-99", "lots": [{"amount": 1}], "first_name": 5},
                ],
            },
            {"code": "A", "members": [{"phone": "79216668899", "status": "x"}]},
        ]
    }

    assert faults_of(database, document) == [
        "$.programs[0].timezone: is not a time zone such as Europe/Moscow",
        "$.programs[0].credentials[0].protocol: must be one of fidelizacion, koshelek,"
        " openloyalty, swip, walletcards",
        "$.programs[1].code: is the code of two programs",
        "$.programs[0].members[0].cards[1].number: is missing",
        "$.programs[0].members[0].cards[1].numbr: is not a known key",
        "$.programs[0].members[1].first_name: must be a text",
        '$.programs[0].members[1].lots[0].amount: must be a number written as text, such as "12.5"',
        # Told although both members have other faults.
        "$.programs[0].members[1].phone: is given before, in $.programs[0].members[0]",
        "$.programs[1].members[0].status: must be one of active, inactive, blocked",
    ]


@pytest.mark.parametrize(
    "other, where",
    [
        ({"phone": "8 921 666 88 99"}, "phone"),
        ({"external_id": "ERP-1"}, "external_id"),
        ({"membership_key": "KEY-1"}, "membership_key"),
        ({"passes": ["P2", "P1"]}, "passes[1]"),
        ({"cards": [{"number": "100200"}]}, "cards[0].number"),
        (
            {"cards": [{"number": "1", "barcode": {"type": "EAN_8", "number": "96385074"}}]},
            "cards[0].barcode.number",
        ),
        ({"benefits": [{"key": "b1"}]}, "benefits[0].key"),
        (
            {"transactions": [{"reference": "R-1", "occurred_at": "2025-01-01T00:00:00Z"}]},
            "transactions[0].reference",
        ),
        (
            {
                "transactions": [
                    {
                        "reference": "R-2",
                        "occurred_at": "2025-01-01T00:00:00Z",
                        "confirmation_code": "C-1",
                    }
                ]
            },
            "transactions[0].confirmation_code",
        ),
    ],
)
def test_what_two_members_cannot_share_is_told_of_a_file_and_of_a_database(
    database: Database, other: dict[str, Any], where: str
) -> None:
    one = {
        "phone": "79216668899",
        "external_id": "ERP-1",
        "membership_key": "key-1",
        "passes": ["P1"],
        "cards": [{"number": "100200", "barcode": {"type": "EAN_8", "number": "96385074"}}],
        "benefits": [{"key": "b1"}],
        "transactions": [
            {
                "reference": "R-1",
                "occurred_at": "2025-01-01T00:00:00Z",
                "confirmation_code": "C-1",
            }
        ],
    }
    assert faults_of(database, program(members=[one, other])) == [
        f"$.programs[0].members[1].{where}: is given before, in $.programs[0].members[0]"
    ]
    load_document(database, program(members=[one, {"membership_key": "key-2"}]))

    # The membership key is asked first, and is not hers.
    if where != "membership_key":
        assert faults_of(database, program(members=[{"membership_key": "key-2"} | other])) == [
            f"{HER}.{where}: is another member's, or in use"
        ]


CARD = {"number": "100200", "barcode": {"type": "EAN_8", "number": "96385074"}}
TAKEN = "is another member's, or in use"


@pytest.mark.parametrize("text, where", [("100200", "number"), ("96385074", "barcode.number")])
def test_no_external_id_reads_like_the_card_of_somebody_else(
    database: Database, text: str, where: str
) -> None:
    thief, victim = {"external_id": text}, {"phone": "79216668899", "cards": [CARD]}
    before = "is given before, in $.programs[0]"

    assert faults_of(database, program(members=[thief, victim])) == [
        f"$.programs[0].members[1].cards[0].{where}: {before}.members[0]"
    ]
    assert faults_of(database, program(members=[victim, thief])) == [
        f"$.programs[0].members[1].external_id: {before}.members[0]"
    ]
    pool_told = faults_of(database, program(members=[thief], card_pool=[CARD]))
    assert pool_told == [f"$.programs[0].card_pool[0].{where}: {before}.members[0]"]

    load_document(database, program(members=[victim]))
    assert faults_of(database, program(members=[thief])) == [f"{HER}.external_id: {TAKEN}"]


@pytest.mark.parametrize("text, where", [("100200", "number"), ("96385074", "barcode.number")])
def test_no_external_id_reads_like_a_number_of_the_pool(
    database: Database, text: str, where: str
) -> None:
    load_document(database, program(card_pool=[CARD]))

    assert faults_of(database, program(members=[{"external_id": text}])) == [
        f"{HER}.external_id: {TAKEN}"
    ]
    theirs = {"external_id": text, "cards": [CARD]}
    assert load_document(database, program(members=[theirs])).members_added == 1


@pytest.mark.parametrize("text, where", [("100200", "number"), ("96385074", "barcode.number")])
def test_no_card_reads_like_an_external_id_of_the_database(
    database: Database, text: str, where: str
) -> None:
    load_document(database, program(members=[{"external_id": text}]))
    victim = {"phone": "79216668899", "cards": [CARD]}

    assert faults_of(database, program(members=[victim])) == [f"{HER}.cards[0].{where}: {TAKEN}"]
    assert faults_of(database, program(card_pool=[CARD])) == [
        f"$.programs[0].card_pool[0].{where}: is in use"
    ]
    own = {"external_id": text, "cards": [CARD]}
    assert load_document(database, program(members=[own])).cards_added == 1
    assert load_document(database, program(members=[own])).cards_added == 0


def test_two_of_a_file_cannot_be_one_of_the_database(database: Database) -> None:
    load_document(database, member(external_id="ERP-1"))

    found = faults_of(
        database, program(members=[{"phone": "79216668899"}, {"external_id": "ERP-1"}])
    )

    assert found == ["$.programs[0].members[1]: means the same member as $.programs[0].members[0]"]


def test_members_may_share_an_email_and_names(database: Database) -> None:
    family = {"email": "family@example.com", "last_name": "Ивановы"}
    people = [family | {"phone": "79216668899"}, family | {"phone": "79216668898"}, family]

    assert load_document(database, program(members=people)).members_added == 3


def test_a_card_that_was_replaced_is_not_to_work_again(database: Database) -> None:
    document = member(cards=[{"number": "7700009001", "state": "active"}])
    load_document(database, document)
    with database.unit_of_work() as work:
        terms = programs.by_code(work, "MAIN").terms()
        old = cards.by_number(work, terms.id, "7700009001")
        held_by = members.by_id(work, terms.id, old.member_id)
        new = cards.reissue(work, terms, held_by, old.id, place=Place(channel="console", actor="x"))
        taken = f"card {new.id} took its place, so it stays blocked"

    assert faults_of(database, document) == [f"{HER}.cards[0].state: {taken}"]

    load_document(database, member(cards=[{"number": "7700009001", "state": "blocked"}]))


def test_what_only_shows_while_writing_undoes_it_all(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*args: Any, **kwargs: Any) -> None:
        raise PhoneTaken("phone is taken")

    monkeypatch.setattr(members, "register_many", too_late)
    before = rows(database)

    with pytest.raises(FileFaults) as caught:
        load_document(database, program(name="x", members=[{"phone": "79216668899"}, {}]))

    assert rows(database) == before
    assert str(caught.value) == (
        "$.programs[0].members[0:2]: phone is taken; somebody was quicker than this load,"
        " try it again"
    )


def test_a_file_wrong_throughout_names_its_first_faults(sqlite_database: Database) -> None:
    people = [{"phone": 1}] * 10_020

    with pytest.raises(FileFaults) as caught:
        load_document(sqlite_database, program(members=people))

    assert (len(caught.value.faults), caught.value.left_out) == (10_000, 20)
    assert str(caught.value).endswith("and 20 more")
