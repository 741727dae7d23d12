"""Rules of earning, deals and tiers of a file: kept as they are written, and always readable."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from adapter.core import programs
from adapter.core.amounts import Amount
from adapter.core.programs import (
    WEEKDAYS,
    Conditions,
    DiscountTerms,
    EarnTerms,
    Program,
    Rounding,
)
from adapter.db import Database
from adapter.programfile.fields import Setting, reading_in
from adapter.programfile.rule_schemas import Deal, earn_rule
from tests.programfile.documents import exported, faults_of, load_document, program, rows

ROOT = "$.programs[0]"
TIERS = [{"code": "silver", "name": "Серебро", "rank": 1}, {"code": "gold", "name": "", "rank": 2}]
WHEN = {
    "tiers": ["gold"],
    "segments": ["students"],
    "outlets": ["BR001"],
    "weekdays": ["mon", "fri"],
    "hours": ["22:00", "02:00"],
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}
WHICH = {
    "items": ["TEA01"],
    "departments": ["HOT"],
    "tags": ["own brand"],
    "except_items": ["TEA02"],
    "except_departments": ["TOBACCO"],
    "except_tags": ["sale"],
    "min_total_minor": 50000,
    "basket_tags": ["delivery"],
}
RULES = [
    {"code": "base", "kind": "spending", "points_per_unit": "0.10"},
    {
        "code": "tea",
        "kind": "spending",
        "points_per_unit": "0.5",
        "on_top": True,
        "max_points_per_transaction": "50.5",
        "max_points_per_day": "100",
        "rounding": "half_up",
        "round_to": "1",
        **WHICH,
        **WHEN,
    },
    {"code": "golden hours", "kind": "multiplier", "factor": "1.5", **WHICH, **WHEN},
    {
        "code": "welcome",
        "kind": "event",
        "event": "registered",
        "sub_event": "kiosk",
        "points": "100",
        "benefit": {
            "name": "Чай в подарок",
            "kind": "voucher",
            "description": "Любой",
            "image": "https://example.com/tea.png",
            "valid_days": 30,
            "uses": None,
            "free_item": True,
            **WHICH,
        },
        "limit": 1,
        "period": "year",
        **WHEN,
    },
]
DEALS = [
    {"code": "D1", "name": "10%", "percent": "10.5", "max_discount_minor": 5000, **WHICH, **WHEN},
    {"code": "D2", "name": "", "amount_minor": 100},
    {"code": "D3", "name": "", "free_item": True, "tags": ["gift"]},
]


def test_rules_deals_and_tiers_are_exported_as_they_were_written(database: Database) -> None:
    load_document(database, program(tiers=TIERS, earn_rules=RULES, deals=DEALS))

    found = exported(database)["programs"][0]

    assert found["tiers"] == TIERS
    assert found["earn_rules"] == sorted(RULES, key=lambda rule: rule["code"])
    assert found["deals"] == DEALS
    assert list(found["earn_rules"][2])[:4] == ["code", "kind", "points_per_unit", "on_top"]


def test_a_rule_that_changes_is_a_new_version(database: Database) -> None:
    load_document(database, program(tiers=TIERS, earn_rules=RULES))
    before = rows(database)
    load_document(database, program(tiers=TIERS, earn_rules=RULES))
    assert rows(database) == before

    load_document(database, program(earn_rules=[RULES[0] | {"points_per_unit": "0.2"}, RULES[1]]))

    assert _versions(database) == {"base": 2, "tea": 1, "golden hours": 1, "welcome": 1}


def test_a_rule_of_another_kind_is_a_new_version(database: Database) -> None:
    load_document(database, program(earn_rules=[RULES[0]]))

    load_document(
        database, program(earn_rules=[{"code": "base", "kind": "multiplier", "factor": "2"}])
    )

    assert _versions(database) == {"base": 2}


def test_a_rule_without_a_kind_is_of_spending_and_an_empty_list_is_no_condition(
    database: Database,
) -> None:
    load_document(
        database, program(earn_rules=[{"code": "base", "points_per_unit": "0.1", "items": []}])
    )

    (rule,) = exported(database)["programs"][0]["earn_rules"]
    assert rule == {"code": "base", "kind": "spending", "points_per_unit": "0.1"}


def test_a_tier_may_have_been_declared_before(database: Database) -> None:
    load_document(database, program(tiers=TIERS))

    load_document(
        database,
        program(
            deals=[{"code": "D", "amount_minor": 1, "tiers": ["gold"]}],
            tiers=[{"code": "gold", "name": "Золото", "rank": 7}],
            members=[{"phone": "79216668899", "tier": "silver"}],
        ),
    )

    found = exported(database)["programs"][0]
    assert found["tiers"][1] == {"code": "gold", "name": "Золото", "rank": 7}
    assert found["members"][0]["tier"] == "silver"


def _versions(database: Database) -> dict[str, int]:
    with database.reading() as work:
        main = programs.by_code(work, "MAIN")
        return {rule.code: rule.version for rule in programs.earn_rules(work, main.id)}


SPENDING = {"code": "r", "points_per_unit": "1"}
EVENT = {"code": "r", "kind": "event", "event": "visit", "points": "1"}
DEAL = {"code": "d", "percent": "5"}


@pytest.mark.parametrize(
    "rule, fault",
    [
        ("base", ": must be an object"),
        ({"code": "r", "kind": ["event"]}, ".kind: must be one of spending, multiplier, event"),
        ({"points_per_unit": "1"}, ".code: is missing"),
        ({"code": "r"}, ".points_per_unit: is missing"),
        (SPENDING | {"points_per_unit": "-1"}, ".points_per_unit: may not be below zero"),
        (SPENDING | {"points_per_unit": "0.123456789"}, ".points_per_unit: has more than 12 "),
        (SPENDING | {"points_per_unit": 1}, ".points_per_unit: must be a number written as text"),
        (SPENDING | {"factor": "2"}, ".factor: is not a known key"),
        (SPENDING | {"on_top": 1}, ".on_top: must be true or false"),
        (SPENDING | {"max_points_per_day": "0"}, ".max_points_per_day: must be above zero"),
        (SPENDING | {"round_to": "0.001"}, ".round_to: points have at most 2 decimals"),
        (SPENDING | {"rounding": "away"}, ".rounding: must be one of down, up, half_up, half_even"),
        (SPENDING | {"items": "TEA"}, ".items: must be a list"),
        (SPENDING | {"items": ["TEA", 7]}, ".items[1]: must be a text"),
        (SPENDING | {"except_tags": [""]}, ".except_tags[0]: may not be empty"),
        (SPENDING | {"tiers": ["gold", "tin"]}, ".tiers[1]: is not a tier of this program"),
        (SPENDING | {"min_total_minor": -1}, ".min_total_minor: must be between 0 and"),
        (SPENDING | {"weekdays": ["Mon"]}, ".weekdays[0]: must be one of mon, tue"),
        (SPENDING | {"hours": ["08:00"]}, ".hours: must be a start and an end, such as"),
        (SPENDING | {"hours": ["8:00", "09:00"]}, ".hours: must be times of the day written"),
        (SPENDING | {"hours": ["08:00", "08:00"]}, ".hours: are no time at all"),
        (SPENDING | {"hours": ["24:00", "08:00"]}, ".hours: are no time at all"),
        (SPENDING | {"hours": ["08:00", "24:01"]}, ".hours: must be times of the day written"),
        (SPENDING | {"starts_on": "20260101"}, ".starts_on: must be a day written YYYY-MM-DD"),
        (
            SPENDING | {"starts_on": "2026-02-01", "ends_on": "2026-01-31"},
            ".ends_on: is before starts_on",
        ),
        ({"code": "r", "kind": "multiplier"}, ".factor: is missing"),
        ({"code": "r", "kind": "multiplier", "factor": "0.0"}, ".factor: must be above zero"),
        ({"code": "r", "kind": "event", "points": "1"}, ".event: is missing"),
        (
            {"code": "r", "kind": "event", "event": "e"},
            ".points: gives neither points nor a benefit",
        ),
        (EVENT | {"points": "0"}, ".points: must be above zero"),
        (EVENT | {"items": ["TEA"]}, ".items: is not a known key"),
        (EVENT | {"limit": 0}, ".limit: must be between 1 and"),
        (EVENT | {"period": "day"}, ".period: needs a limit beside it"),
        (EVENT | {"limit": 1, "period": "hour"}, ".period: must be one of ever, day, week"),
        (EVENT | {"benefit": {"percent": "5"}}, ".benefit.name: is missing"),
        (EVENT | {"benefit": {"name": "x", "percent": "101"}}, ".benefit.percent: must be above 0"),
        (EVENT | {"benefit": {"name": "x", "valid_days": 0}}, ".benefit.valid_days: must be"),
        (EVENT | {"benefit": {"name": "x", "tiers": ["tin"]}}, ".benefit.tiers[0]: is not a tier"),
    ],
)
def test_a_wrong_rule_is_named_with_its_place(
    sqlite_database: Database, rule: Any, fault: str
) -> None:
    (found,) = faults_of(sqlite_database, program(tiers=TIERS, earn_rules=[rule]))

    assert found.startswith(f"{ROOT}.earn_rules[0]{fault}")


@pytest.mark.parametrize(
    "deal, fault",
    [
        ({"code": "d"}, ": needs one of percent, amount_minor, free_item"),
        (DEAL | {"free_item": True}, ".free_item: is a second discount, beside percent"),
        (DEAL | {"amount_minor": 5}, ".amount_minor: is a second discount, beside percent"),
        ({"code": "d", "percent": "0"}, ".percent: must be above 0 and at most 100"),
        ({"code": "d", "amount_minor": 0}, ".amount_minor: must be between 1 and"),
        ({"code": "d", "free_item": False}, ".free_item: must be true, or left out"),
        (DEAL | {"max_discount_minor": 0}, ".max_discount_minor: must be between 1 and"),
        (DEAL | {"departments": ["HOT", ""]}, ".departments[1]: may not be empty"),
        (DEAL | {"on_top": True}, ".on_top: is not a known key"),
    ],
)
def test_a_wrong_deal_is_named_with_its_place(
    sqlite_database: Database, deal: Any, fault: str
) -> None:
    found = faults_of(sqlite_database, program(deals=[deal]))

    assert found[0].startswith(f"{ROOT}.deals[0]{fault}")


def test_all_faults_of_a_rule_are_named_at_once(sqlite_database: Database) -> None:
    rule = {"code": "r", "kind": "event", "tiers": ["tin"], "limit": "1", "benefit": {"uses": 0}}

    assert faults_of(sqlite_database, program(earn_rules=[rule])) == [
        f"{ROOT}.earn_rules[0].tiers[0]: is not a tier of this program",
        f"{ROOT}.earn_rules[0].event: is missing",
        f"{ROOT}.earn_rules[0].benefit.name: is missing",
        f"{ROOT}.earn_rules[0].benefit.uses: must be between 1 and 2147483647",
        f"{ROOT}.earn_rules[0].limit: must be a whole number",
    ]


def mostly(right: list[Any], wrong: list[Any]) -> st.SearchStrategy[Any]:
    """Values that are wrong now and then: rules with several of them are still accepted."""
    return st.sampled_from(right * (1 + 4 * len(wrong) // len(right)) + wrong)


NUMBER = mostly(
    ["1", "0.1", "2.50", "100", "00.50", "0.01"],
    ["0", "1.00000001", "1.000000001", "-1", "1e3", "9" * 13, ".5"],
)
DAY = mostly(["2026-01-01", "2026-12-31"], ["2026-02-30", "20260101", "2026-W01-1", "0001"])
TEXTS = st.lists(mostly(["gold"], ["", " x", "mon", 7]), max_size=2)
TIME = mostly(["00:00", "08:00", "23:59"], ["24:00", "8:00", "25:00", "08:60"])
MINOR = mostly([1, 500, 10**6], [-1, 0, 10**15, 10**16, "1", True])
CONDITIONS = {
    **{key: TEXTS for key, value in (WHICH | WHEN).items() if isinstance(value, list)},
    "weekdays": st.lists(st.sampled_from([*WEEKDAYS, "Mon"]), max_size=2),
    "hours": st.lists(TIME, min_size=2, max_size=2) | st.lists(TIME, max_size=3),
    "starts_on": DAY,
    "ends_on": DAY,
    "min_total_minor": MINOR,
}
SPENDING_KEYS = {
    "on_top": st.booleans(),
    "max_points_per_transaction": NUMBER,
    "max_points_per_day": NUMBER,
    "rounding": st.sampled_from([*Rounding, "away"]),
    "round_to": NUMBER,
}
DISCOUNT = {
    "percent": NUMBER,
    "amount_minor": MINOR,
    "free_item": st.booleans(),
    "max_discount_minor": MINOR,
}
EVENT_KEYS = {
    "points": NUMBER,
    "benefit": st.fixed_dictionaries({"name": st.just("x")}, optional=CONDITIONS | DISCOUNT),
    "limit": MINOR,
    "period": st.sampled_from(["ever", "day", "week", "month", "year", "hour"]),
}


@st.composite
def some_of(draw: st.DrawFn, keys: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """Objects with up to three of these keys: most of them are faultless."""
    chosen = draw(st.lists(st.sampled_from(sorted(keys)), max_size=3, unique=True))
    return {key: draw(keys[key]) for key in chosen}


RULE = st.one_of(
    st.builds(
        lambda rate, more: {"code": "r", "points_per_unit": rate} | more,
        NUMBER,
        some_of(SPENDING_KEYS | CONDITIONS),
    ),
    st.builds(
        lambda factor, more: {"code": "r", "kind": "multiplier", "factor": factor} | more,
        NUMBER,
        some_of(CONDITIONS),
    ),
    st.builds(
        lambda more: {"code": "r", "kind": "event", "event": "e", "points": "1"} | more,
        some_of(EVENT_KEYS | {key: CONDITIONS[key] for key in WHEN}),
    ),
)


@pytest.fixture(scope="module")
def gold() -> Setting:
    """What rules are read by: a program with one tier."""
    row = Program(id=uuid.uuid4(), code="MAIN", **programs.DEFAULTS)
    return Setting(row.terms(), datetime(2026, 5, 4, tzinfo=UTC), frozenset({"gold"}))


@given(rule=RULE)
def test_every_rule_that_is_accepted_can_be_reckoned_with(
    gold: Setting, rule: dict[str, Any]
) -> None:
    with reading_in(gold):
        try:
            found = earn_rule(rule)
        except ValidationError:
            return

    terms = found["terms"]
    if found["kind"] != "event":
        assert EarnTerms.of("r", 1, found["kind"], terms).code == "r"
        return
    assert Conditions.of(terms).name_lines is False
    assert Amount.parse(terms.get("points", "0"), gold.terms.points).minor >= 0
    assert programs.period_of(gold.now.date(), terms.get("period", "ever"))
    assert DiscountTerms.of(terms.get("benefit", {}))


@given(
    deal=st.builds(
        lambda discount, more: {**discount, **more},
        st.sampled_from([{"percent": "5"}, {"amount_minor": 5}, {"free_item": True}, {}]),
        some_of(DISCOUNT | CONDITIONS),
    )
)
def test_every_deal_that_is_accepted_takes_something_off(
    gold: Setting, deal: dict[str, Any]
) -> None:
    with reading_in(gold):
        try:
            found = Deal().load({"code": "D"} | deal)
        except ValidationError:
            return

    assert DiscountTerms.of(found["terms"]).reduces
