"""Benefits and sales of the past: what a file tells of them, and what tills did since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.core import benefits, members, programs, sales
from adapter.core.benefits import Standing
from adapter.core.members import IdentityKind, Member
from adapter.core.origins import Place
from adapter.core.sales import Outcome
from adapter.core.transactions import Sale
from adapter.db import Database, Work
from tests.clock import Clock
from tests.programfile.documents import (
    exported,
    faults_of,
    findings,
    load_document,
    member,
    rows,
    the_member,
)

HER = "$.programs[0].members[0]"
TILL = Place("till", "BR001", "POS001", "Maria")
SALE = {
    "reference": "R-1",
    "occurred_at": "2026-02-14T10:05:00Z",
    "opened_at": "2026-02-14T10:00:00Z",
    "outlet": "BR001",
    "terminal": "POS001",
    "source": "till",
    "related_reference": "R-0",
    "confirmation_code": "C-1",
    "points": "12.9",
    "total_minor": 130900,
    "tax_minor": 21650,
    "discount_minor": 1000,
    "tags": ["delivery", ""],
    "tenders": [{"kind": "CARD", "amount_minor": 129000}, {"kind": "points", "amount_minor": 900}],
    "items": [
        {
            "name": "Кофе",
            "quantity": "0.5",
            "code": "C500",
            "reference": "1",
            "department": "HOT",
            "department_name": "Горячее",
            "tags": ["own brand"],
            "gross_minor": 130000,
            "net_minor": 129900,
            "points_earned": "13",
        },
        {"name": "Стакан", "quantity": "1", "net_minor": -100, "points_earned": "-0.1"},
    ],
}
BENEFIT = {
    "key": "as_1",
    "name": "Чай в подарок",
    "kind": "voucher",
    "state": "active",
    "description": "Любой чай из меню",
    "image": "https://example.com/tea.png",
    "code": "TEA-5",
    "used": 1,
    "uses": 3,
    "valid_from": "2026-01-01",
    "valid_until": "2026-06-30",
    "percent": "50",
    "max_discount_minor": 30000,
    "items": ["TEA01"],
    "weekdays": ["sat", "sun"],
}


def test_a_sale_keeps_all_that_was_told_of_it(database: Database) -> None:
    load_document(database, member(transactions=[SALE]))

    assert the_member(database)["transactions"] == [SALE]


def test_a_sale_is_worth_what_its_items_are_unless_it_says_more(database: Database) -> None:
    lines = [{"net_minor": 500}, {"net_minor": -200}]
    plain = {"reference": "R-1", "occurred_at": "2026-02-14T10:00:00Z", "items": lines}
    bare = {"reference": "R-2", "occurred_at": "2026-02-14T10:00:00Z", "total_minor": 700}
    returned = bare | {"reference": "R-4", "total_minor": -200}

    load_document(
        database, member(transactions=[plain, bare, bare | {"reference": "R-3"}, returned])
    )

    # Whoever brings goods back did not come to buy.
    assert _counters(database) == (3, 1500)
    assert findings(database) == []


def test_a_member_has_bought_what_was_recorded_and_not_what_was_cancelled(
    database: Database,
) -> None:
    cancelled = {"reference": "R-2", "confirmation_code": "C-2", "state": "cancelled"}
    load_document(database, member(transactions=[SALE, SALE | cancelled]))
    before = rows(database)
    load_document(database, member(transactions=[SALE, SALE | cancelled]))
    assert rows(database) == before

    load_document(
        database,
        member(transactions=[SALE, {"reference": "R-3", "occurred_at": "2026-02-15T10:00:00Z"}]),
    )

    assert _counters(database) == (2, 130900)
    assert findings(database) == []


def test_who_bought_nothing_has_no_counters(database: Database) -> None:
    load_document(database, member(transactions=[SALE | {"state": "cancelled"}]))

    with database.reading() as work:
        assert _her(work).counters is None


def test_a_sale_of_the_past_can_be_cancelled_and_takes_no_points_back(database: Database) -> None:
    load_document(database, member(transactions=[SALE], balances={"points": "20"}))

    with database.unit_of_work() as work:
        outcome = _cancel(work, "C-1")
        answered = outcome.points_minor, outcome.balances

    assert answered == (0, {"points": 2000, "credit": 0})
    assert _counters(database) == (0, 0)
    assert the_member(database)["transactions"] == [SALE | {"state": "cancelled"}]
    assert findings(database) == []


def test_a_sale_that_was_cancelled_since_stays_so(database: Database) -> None:
    load_document(database, member(transactions=[SALE]))
    with database.unit_of_work() as work:
        _cancel(work, "C-1")
    before = rows(database)

    load_document(database, member(transactions=[SALE]))

    assert rows(database) == before


@pytest.mark.parametrize(
    "change, fault",
    [
        ({"tenders": [{"kind": "CARD"}]}, ".tenders[0].amount_minor: is missing"),
        ({"tenders": [{"amount_minor": 1}]}, ".tenders[0].kind: is missing"),
        ({"tenders": [{"kind": "", "amount_minor": 1}]}, ".tenders[0].kind: may not be empty"),
        ({"tags": "delivery"}, ".tags: must be a list"),
        ({"tags": ["a", 1]}, ".tags[1]: must be a text"),
        ({"total_minor": "1"}, ".total_minor: must be a whole number"),
        ({"opened_at": "2026-02-14"}, ".opened_at: must be an instant written"),
        ({"points": 12}, ".points: must be a number written as text"),
        ({"confirmation_code": ""}, ".confirmation_code: may not be empty"),
        ({"items": [{"net_minor": 1, "gross_minor": 1.5}]}, ".items[0].gross_minor: must be a"),
        ({"items": [{"net_minor": 1, "tags": [None]}]}, ".items[0].tags[0]: may not be null"),
        ({"items": [{"net_minor": 10**15}] * 2, "total_minor": None}, ".items: sum up to more"),
        ({"balances_after": {}}, ".balances_after: is not a known key"),
    ],
)
def test_a_wrong_sale_is_named_with_its_place(
    sqlite_database: Database, change: dict[str, Any], fault: str
) -> None:
    (found,) = faults_of(sqlite_database, member(transactions=[SALE | change]))

    assert found.startswith(f"{HER}.transactions[0]{fault}")


def test_sales_that_no_column_could_count_are_refused(sqlite_database: Database) -> None:
    plenty = [
        {"reference": f"{n}", "occurred_at": "2026-02-14T10:00:00Z", "total_minor": 10**15}
        for n in range(9300)
    ]

    assert faults_of(sqlite_database, member(transactions=plenty)) == [
        f"{HER}.transactions: sum up to more than can be kept"
    ]


def test_a_confirmation_code_names_one_sale_also_of_one_member(database: Database) -> None:
    second = SALE | {"reference": "R-2"}
    assert faults_of(database, member(transactions=[SALE, second])) == [
        f"{HER}.transactions[1].confirmation_code: is given before, in {HER}"
    ]
    load_document(database, member(transactions=[SALE]))

    assert faults_of(database, member(transactions=[second])) == [
        f"{HER}.transactions[0].confirmation_code: is another member's, or in use"
    ]


def test_a_benefit_keeps_all_that_was_told_of_it(database: Database) -> None:
    usual = {"key": "as_2", "name": "", "kind": "gift", "state": "active"}
    often = usual | {"key": "as_3", "uses": None, "valid_until": "2026-06-30T12:00:00Z"}
    load_document(database, member(benefits=[BENEFIT, usual, often]))

    assert the_member(database)["benefits"] == [BENEFIT, usual, often]


def test_a_benefit_is_valid_from_its_first_day_to_the_end_of_its_last(
    database: Database, clock: Clock
) -> None:
    load_document(database, member(benefits=[BENEFIT | {"valid_from": "2026-05-04T09:00:01Z"}]))

    standings = []
    for days in (0, 1, 58):  # the 4th of May at nine, and the 1st of July
        with database.reading() as work:
            (benefit,) = benefits.of_member(work, _her(work).id)
            standings.append(benefit.standing(clock.now + timedelta(days=days)))
    assert standings == [Standing.FUTURE, Standing.ACTIVE, Standing.EXPIRED]


def test_a_benefit_that_a_till_used_is_not_given_anew_by_an_old_file(database: Database) -> None:
    gift = {"key": "as_1", "state": "active"}
    load_document(database, member(benefits=[gift]))
    _buy(database, "R-7", "as_1")
    before = rows(database)

    load_document(database, member(benefits=[gift]))

    assert rows(database) == before
    (told,) = the_member(database)["benefits"]
    assert (told["state"], told["used"]) == ("redeemed", 1)
    assert findings(database) == []


def test_a_file_may_let_a_benefit_be_used_more_often_and_not_less_than_it_was(
    database: Database,
) -> None:
    def load(**changes: Any) -> dict[str, Any]:
        load_document(database, member(benefits=[{"key": "as_1"} | changes]))
        return the_member(database)["benefits"][0]

    load(uses=3)
    for number in range(2):
        _buy(database, f"R-{number}", "as_1")

    fewer = load(uses=1)
    more = load(uses=5, state="active")

    assert (fewer["uses"], fewer["used"], fewer["state"]) == (2, 2, "redeemed")
    assert (more["uses"], more["used"], more["state"]) == (5, 2, "active")
    assert findings(database) == []


def test_a_state_that_is_left_out_stays(database: Database) -> None:
    load_document(database, member(benefits=[{"key": "as_1", "state": "deactivated"}]))

    load_document(database, member(benefits=[{"key": "as_1", "name": "Чай"}]))

    (told,) = the_member(database)["benefits"]
    assert (told["name"], told["state"]) == ("Чай", "deactivated")


@pytest.mark.parametrize(
    "change, fault",
    [
        ({"used": 4}, ".used: is more than uses"),
        ({"uses": 0}, ".uses: must be between 1 and"),
        ({"valid_until": "2025-12-31"}, ".valid_until: is not after valid_from"),
        ({"valid_from": "2026-02-30"}, ".valid_from: is not a day of the calendar"),
        ({"valid_from": "2026-02-28T10:00"}, ".valid_from: must be an instant written"),
        ({"code": "ß" * 40}, ".code: has more than 64 characters"),
        ({"amount_minor": 5}, ".amount_minor: is a second discount, beside percent"),
        ({"tiers": ["gold"]}, ".tiers[0]: is not a tier of this program"),
        ({"image": "x" * 1001}, ".image: has more than 1000 characters"),
        ({"points": "5"}, ".points: is not a known key"),
    ],
)
def test_a_wrong_benefit_is_named_with_its_place(
    sqlite_database: Database, change: dict[str, Any], fault: str
) -> None:
    (found,) = faults_of(sqlite_database, member(benefits=[BENEFIT | change]))

    assert found.startswith(f"{HER}.benefits[0]{fault}")


def test_a_limit_without_a_discount_is_a_fault(sqlite_database: Database) -> None:
    benefit = {"key": "as_1", "max_discount_minor": 5}

    assert faults_of(sqlite_database, member(benefits=[benefit])) == [
        f"{HER}.benefits[0].max_discount_minor: limits a discount that is not given"
    ]


def test_tier_and_segments_are_what_the_file_says_and_stay_when_it_does_not(
    database: Database,
) -> None:
    document = member(tier="gold", segments=["vip", "students", "vip"])
    document["programs"][0]["tiers"] = [{"code": "gold"}]
    load_document(database, document)
    before = rows(database)

    load_document(database, member())
    assert rows(database) == before
    assert the_member(database)["segments"] == ["vip", "students"]

    load_document(database, member(segments=[]))
    person = the_member(database)
    assert ("segments" in person, person["tier"]) == (False, "gold")


def test_a_phone_is_shown_as_a_platform_wrote_it_also_after_a_move(
    make_database: Any,
) -> None:
    one, other = make_database(), make_database()
    load_document(one, member(phone_shown="921 666-88-99"))
    load_document(one, member())  # who writes it in the core form changes nothing of that

    first = exported(one)
    load_document(other, first)

    assert first["programs"][0]["members"][0]["phone_shown"] == "921 666-88-99"
    assert exported(other) == first


def _her(work: Work) -> Member:
    main = programs.by_code(work, "MAIN")
    return members.by_identity(work, main.id, IdentityKind.PHONE, "79216668899")[0]


def _counters(database: Database) -> tuple[int, int]:
    with database.reading() as work:
        counters = _her(work).counters
        assert counters is not None
        return counters.visits, counters.spent_minor


def _cancel(work: Work, code: str) -> Outcome:
    terms = programs.by_code(work, "MAIN").terms()
    return sales.cancel(work, terms, code, place=TILL)


def _buy(database: Database, reference: str, benefit: str) -> None:
    with database.unit_of_work() as work:
        terms = programs.by_code(work, "MAIN").terms()
        bought = Sale(reference, work.now, total_minor=500)
        sales.submit(work, terms, _her(work), bought, place=TILL, used=[benefit])
