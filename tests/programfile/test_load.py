"""`load`: what a file says is what the database holds, once and for all."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapter.core import benefits, cards, ledger, members, programs
from adapter.core.ledger import Details, Entry, EntryKind, Lot, Purse, Role
from adapter.core.members import IdentityKind
from adapter.core.origins import Place
from adapter.db import Database, Work
from adapter.programfile import load
from adapter.protocols import PROTOCOLS
from tests.clock import Clock
from tests.programfile.documents import (
    PEPPER,
    SAMPLES,
    exported,
    faults_of,
    findings,
    load_document,
    member,
    program,
    rows,
    the_member,
)

PLACE = Place(channel="test")
DESIGN = (SAMPLES / "design.json").read_bytes()


def test_the_example_of_the_design_loads_whole(database: Database) -> None:
    report = load_document(database, DESIGN)

    assert (report.programs, report.members_added, report.secrets) == (1, 1, [])
    given, got = json.loads(DESIGN)["programs"][0], exported(database)["programs"][0]
    for secret in ("password", "api_key", "token"):
        for credential in given["credentials"]:
            credential.pop(secret, None)
    for document in (given, got):
        document["credentials"].sort(key=lambda entry: entry["protocol"])
    given["members"][0].pop("balances")  # a credit of 0 is no credit
    assert got == given
    assert findings(database) == []


def test_loading_twice_changes_nothing(database: Database, clock: Clock) -> None:
    load_document(database, DESIGN)
    before = rows(database)
    clock.advance(timedelta(days=30))

    report = load_document(database, DESIGN)

    assert rows(database) == before
    assert (report.members_added, report.members_known, report.balances_kept) == (0, 1, 1)


def test_an_opening_balance_is_an_entry_with_that_reason(database: Database) -> None:
    lot = {"amount": "120", "reason": "Purchase 14.02", "expires_on": "2027-02-14"}
    load_document(database, member(balances={"points": "1.5"}, lots=[lot]))

    with database.reading() as work:
        entries = work.session.scalars(select(Entry).order_by(Entry.id)).all()
        lots = work.session.scalars(select(Lot).order_by(Lot.id)).all()
    assert {(e.kind, e.reason, e.origin_source) for e in entries} == {
        ("opening", "opening balance", "program file")
    }
    assert [(lot.amount_minor, lot.reason) for lot in lots] == [
        (150, "opening balance"),
        (12000, "Purchase 14.02"),
    ]
    assert lots[0].expires_at is None
    assert lots[1].expires_at.isoformat() == "2027-02-14T21:00:00+00:00"  # midnight in Moscow


def test_a_lot_whose_day_is_past_is_kept_and_not_available(database: Database) -> None:
    lots = [{"amount": "100", "expires_on": "2026-05-03"}, {"amount": "20"}]
    load_document(database, member(lots=lots))

    assert _available(database) == 2000
    assert findings(database) == []


def test_reserved_points_are_part_of_what_the_lots_hold(database: Database) -> None:
    lots = [{"amount": "400"}, {"amount": "20", "expires_on": "2027-01-01"}]
    load_document(database, member(lots=lots, reserved={"points": "50"}))

    with database.reading() as work:
        balance = ledger.balance(work, _purse(work))
    assert (balance.total.minor, balance.available.minor) == (42000, 37000)
    assert findings(database) == []


def test_what_was_reserved_before_it_expired_stays_reserved(database: Database) -> None:
    lots = [{"amount": "30", "expires_on": "2026-01-01"}]
    load_document(database, member(lots=lots, reserved={"points": "30"}))

    with database.reading() as work:
        balance = ledger.balance(work, _purse(work))
    assert (balance.total.minor, balance.available.minor) == (3000, 0)
    assert findings(database) == []


def test_a_debt_needs_the_setting_that_allows_it(database: Database) -> None:
    document = member(balances={"points": "-12.5"})
    assert faults_of(database, document) == [
        "$.programs[0].members[0].balances.points: below zero needs the setting allow_negative"
    ]

    document["programs"][0]["settings"] = {"allow_negative": True}
    load_document(database, document)

    assert _available(database) == -1250
    assert the_member(database)["balances"] == {"points": "-12.5"}
    assert findings(database) == []


def test_other_units_stand_beside_points(database: Database) -> None:
    balances = {"credit": 1999, "stamps": "3"}
    lots = [{"unit": "visits", "amount": 2, "expires_on": "2027-01-01"}]
    load_document(database, member(balances=balances, lots=lots))

    person = the_member(database)
    assert person["balances"] == {"credit": "1999", "stamps": "3"}
    assert person["lots"] == [{"unit": "visits", "amount": "2", "expires_on": "2027-01-01"}]
    assert findings(database) == []


def test_points_have_as_many_decimals_as_the_program_says(database: Database) -> None:
    document = member(balances={"points": "1.5"})
    document["programs"][0]["settings"] = {"points_decimals": 0}

    assert faults_of(database, document) == [
        "$.programs[0].members[0].balances.points: points have at most 0 decimals"
    ]


def test_the_decimals_of_points_stay_once_points_have_moved(database: Database) -> None:
    load_document(database, member(balances={"points": "1.5"}))

    assert faults_of(database, program(settings={"points_decimals": 3})) == [
        "$.programs[0].settings.points_decimals: cannot change any more: points have moved"
    ]


@pytest.mark.parametrize(
    "kept",
    [
        {"balances": {"credit": 5000}},
        {"balances": {"points": "1"}},
        {"benefits": [{"key": "b1", "amount_minor": 500}]},
        {"transactions": [{"reference": "R-1", "occurred_at": "2025-01-01T00:00:00Z"}]},
    ],
)
def test_the_currency_stays_once_anything_is_kept_in_it(
    database: Database, kept: dict[str, Any]
) -> None:
    load_document(database, member())
    load_document(database, program(currency="EUR"))  # nothing is yet
    load_document(database, member(**kept))

    assert faults_of(database, program(currency="JPY")) == [
        "$.programs[0].currency: cannot change any more: points or money are kept in it"
    ]
    load_document(database, program(currency="EUR", name="Still Coffee"))


def test_a_program_keeps_what_no_new_one_may_have(database: Database) -> None:
    with database.unit_of_work() as work:
        programs.put(work, code="A/B", currency="XAU")

    load_document(database, program(code="A/B", currency="XAU", members=[{"phone": "79216668899"}]))

    assert exported(database)["programs"][0]["currency"] == "XAU"
    load_document(database, program(code="A/B", currency="EUR"))
    assert exported(database)["programs"][0]["currency"] == "EUR"


def test_keys_may_come_in_any_order(database: Database) -> None:
    text = """{"programs": [{
        "promo_codes": [{"code": "MINE", "points": "5.125", "phone": "89216668899"}],
        "members": [{"phone": "8 (921) 666-88-99", "balances": {"points": "0.125"}}],
        "settings": {"points_decimals": 3}, "country": "RU", "code": "MAIN"}]}"""

    load_document(database, text)

    assert the_member(database)["phone"] == "79216668899"
    assert the_member(database)["balances"] == {"points": "0.125"}


def test_points_that_moved_since_are_left_alone(database: Database) -> None:
    document = member(balances={"points": "100"}, first_name="Анна")
    load_document(database, document)
    with database.unit_of_work() as work:
        purse = _purse(work)
        ledger.transfer(
            work,
            purse,
            ledger.balance(work, purse).available,
            Details(kind=EntryKind.REDEMPTION),
            source=Role.SPENDABLE,
            target=Role.REDEEMED,
        )

    document["programs"][0]["members"][0]["first_name"] = "Мария"
    report = load_document(database, document)

    assert report.balances_kept == 1
    assert _available(database) == 0
    assert the_member(database)["first_name"] == "Мария"


def test_a_known_member_who_never_had_points_gets_them(database: Database) -> None:
    load_document(database, member())

    report = load_document(database, member(balances={"points": "7"}))

    assert (report.members_known, report.balances_opened) == (1, 1)
    assert _available(database) == 700
    assert findings(database) == []


@pytest.mark.parametrize(
    "known_by",
    [
        {"membership_key": "0FE31B8B-5AD5-48AF-81E9-4ADC7D596042"},
        {"phone": "+7 921 666-88-99"},
        {"external_id": "ERP-1"},
        {"cards": [{"number": "100200"}]},
        {"passes": ["PASS-1"]},
    ],
)
def test_a_member_is_found_by_any_name_of_their_own(
    database: Database, known_by: dict[str, object]
) -> None:
    whole = {
        "phone": "79216668899",
        "membership_key": "0fe31b8b-5ad5-48af-81e9-4adc7d596042",
        "external_id": "ERP-1",
        "cards": [{"number": "100200"}],
        "passes": ["PASS-1"],
    }
    load_document(database, program(members=[whole]))

    report = load_document(database, program(members=[known_by | {"last_name": "Петрова"}]))

    assert (report.members_added, report.members_known) == (0, 1)
    assert the_member(database)["last_name"] == "Петрова"


def test_members_without_any_name_are_found_again_by_what_is_told(database: Database) -> None:
    family = {"email": "family@example.com", "last_name": "Ивановы"}
    document = program(members=[family, family, family | {"first_name": "Пётр"}, {}])
    load_document(database, document)
    before = rows(database)

    load_document(database, document)

    assert rows(database) == before
    assert len(exported(database)["programs"][0]["members"]) == 4


def test_a_known_member_is_brought_in_line(database: Database) -> None:
    load_document(
        database,
        member(
            email="old@example.com",
            external_id="A",
            passes=["P1"],
            consents={"sms": True},
            cards=[{"number": "100200"}],
            benefits=[{"key": "b1", "name": "Чай", "kind": "gift", "state": "active"}],
        ),
    )

    load_document(
        database,
        member(
            email="New@example.com",
            external_id="B",
            passes=["P2"],
            status="blocked",
            consents={"sms": False, "gdpr": True},
            cards=[
                {
                    "number": "100200",
                    "state": "blocked",
                    "barcode": {"type": "EAN_8", "number": "96385074"},
                }
            ],
            benefits=[{"key": "b1", "name": "Чай", "kind": "gift", "state": "redeemed"}],
        ),
    )

    person = the_member(database)
    person.pop("membership_key")
    assert person == {
        "phone": "79216668899",
        "email": "New@example.com",
        "status": "blocked",
        "external_id": "B",
        "passes": ["P1", "P2"],
        "consents": {"gdpr": True, "sms": False},
        "cards": [
            {
                "number": "100200",
                "state": "blocked",
                "barcode": {"type": "EAN_8", "number": "96385074"},
            }
        ],
        "benefits": [{"key": "b1", "name": "Чай", "kind": "gift", "state": "redeemed"}],
    }


def test_what_a_file_leaves_out_stays_as_it_was(database: Database) -> None:
    load_document(database, DESIGN)
    before = rows(database)

    load_document(database, member())

    assert rows(database) == before


def test_a_number_of_the_pool_becomes_its_holders_card(database: Database) -> None:
    load_document(database, program(card_pool=[{"number": "7700009001"}]))

    load_document(database, member(cards=[{"number": "7700009001"}]))
    load_document(database, program(card_pool=[{"number": "7700009001"}]))

    found = exported(database)["programs"][0]
    assert "card_pool" not in found
    assert found["members"][0]["cards"] == [{"number": "7700009001", "state": "active"}]


def test_one_phone_may_live_in_several_programs(database: Database) -> None:
    twice = {"members": [{"phone": "79216668899", "cards": [{"number": "1"}]}]}

    load_document(database, {"programs": [{"code": "A"} | twice, {"code": "B"} | twice]})

    assert [p["code"] for p in exported(database)["programs"]] == ["A", "B"]
    assert [p["code"] for p in exported(database, program="B")["programs"]] == ["B"]


def test_a_promo_code_may_be_meant_for_one_member(database: Database) -> None:
    key = "0fe31b8b-5ad5-48af-81e9-4adc7d596042"
    codes = [
        {"code": "All", "points": "5", "expires_on": "2027-01-01", "uses": None},
        {"code": "ВЕСНА", "points": "1", "uses": 3, "used": 2},
        {"code": "HERS", "points": "0", "membership_key": key},
        {"code": "HIS", "points": "2", "phone": "79216668899"},
    ]
    people = [{"phone": "79216668899"}, {"membership_key": key}]
    load_document(database, program(promo_codes=codes, members=people))

    assert exported(database)["programs"][0]["promo_codes"] == sorted(
        codes, key=lambda code: code["code"]
    )
    with database.reading() as work:
        main = programs.by_code(work, "MAIN")
        all_codes = {code.key: code for code in benefits.promo_codes(work, main.id)}
        (his,) = members.by_identity(work, main.id, IdentityKind.PHONE, "79216668899")
    assert all_codes["HIS"].member_id == his.id
    assert programs.last_day(all_codes["ALL"].expires_at, main.terms().timezone) == date(2027, 1, 1)


def test_a_past_sale_is_recorded_once(database: Database) -> None:
    sale = {
        "reference": "R-1",
        "occurred_at": "2025-02-14T10:00:00+03:00",
        "outlet": "BR001",
        "items": [
            {"name": "Кофе", "quantity": "0.5", "net_minor": 129900, "points_earned": "129"},
            {"net_minor": -100, "points_earned": "-1.5"},
        ],
    }
    load_document(database, member(transactions=[sale]))

    report = load_document(database, member(transactions=[sale, sale | {"outlet": "BR002"}]))

    assert report.transactions_added == 1
    first, _ = the_member(database)["transactions"]
    assert first == sale | {
        "occurred_at": "2025-02-14T07:00:00Z",
        "items": [
            sale["items"][0],
            {"name": "", "quantity": "1", "net_minor": -100, "points_earned": "-1.5"},
        ],
    }


def test_a_dry_run_changes_nothing(database: Database) -> None:
    before = rows(database)

    report = load_document(database, member(balances={"points": "5"}), dry_run=True)

    assert rows(database) == before
    assert (report.dry_run, report.members_added, report.balances_opened) == (True, 1, 1)


def test_a_file_may_be_a_path_or_a_text(database: Database) -> None:
    options = {"pepper": PEPPER, "protocols": PROTOCOLS}
    load(database, SAMPLES / "design.json", **options)
    before = rows(database)

    load(database, str(SAMPLES / "design.json"), **options)
    load(database, io.StringIO(DESIGN.decode()), **options)

    assert rows(database) == before


def test_a_running_reservation_of_a_number_is_nobody_elses(database: Database) -> None:
    load_document(database, program())
    with database.unit_of_work() as work:
        terms = programs.by_code(work, "MAIN").terms()
        card = cards.reserve(work, terms, life=timedelta(hours=1), place=PLACE)

    assert faults_of(database, member(cards=[{"number": card.number}])) == [
        "$.programs[0].members[0].cards[0].number: is another member's, or in use"
    ]
    assert "card_pool" not in exported(database)["programs"][0]


def test_progress_is_told_for_both_looks(database: Database) -> None:
    told: list[tuple[int, int | None]] = []

    load_document(database, DESIGN, progress=lambda done, total: told.append((done, total)))

    assert told == [(1, None), (2, None), (3, None), (1, 3), (2, 3), (3, 3)]


def _purse(work: Work) -> Purse:
    terms = programs.by_code(work, "MAIN").terms()
    (found,) = members.by_identity(work, terms.id, IdentityKind.PHONE, "79216668899")
    return Purse(terms.id, found.id, terms.points)


def _available(database: Database) -> int:
    with database.reading() as work:
        return ledger.balance(work, _purse(work)).available.minor
