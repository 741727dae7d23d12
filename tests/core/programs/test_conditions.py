"""When a rule applies and to which lines, and what a term that makes no sense is told."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core.programs.conditions import WEEKDAYS, Conditions
from tests.core.programs.baskets import basket, line, occasion

TEA = line("TEA", 1200, department="HOT", tags=["drink", "leaf"])
BUN = line("BUN", 800, department="BAKERY")


def missing(terms: dict[str, Any], bought: Any = None, **then: Any) -> str | None:
    return Conditions.of(terms).missing(bought or basket(TEA, BUN), occasion(**then))


def test_without_conditions_all_holds_for_every_line() -> None:
    conditions = Conditions.of({})

    assert conditions.missing(basket(TEA, BUN), occasion()) is None
    assert conditions.lines(basket(TEA, BUN)) == (TEA, BUN)


def test_keys_of_others_empty_lists_and_nulls_ask_for_nothing() -> None:
    terms = {"name": "Tea", "percent": "10", "items": [], "tiers": None, "hours": None}

    assert Conditions.of(terms) == Conditions()


@pytest.mark.parametrize(
    "terms, matching",
    [
        ({"items": ["TEA"]}, (TEA,)),
        ({"departments": ["BAKERY"]}, (BUN,)),
        ({"tags": ["leaf", "other"]}, (TEA,)),
        ({"items": ["BUN"], "tags": ["drink"]}, (TEA, BUN)),
        ({"items": ["tea"]}, ()),
        ({"except_items": ["TEA"]}, (BUN,)),
        ({"except_departments": ["BAKERY"]}, (TEA,)),
        ({"except_tags": ["leaf"]}, (BUN,)),
        ({"items": ["TEA", "BUN"], "except_departments": ["HOT"]}, (BUN,)),
        ({"items": ["TEA"], "except_tags": ["drink"]}, ()),
    ],
)
def test_lists_name_lines_and_exceptions_leave_them_out(
    terms: dict[str, Any], matching: Any
) -> None:
    assert Conditions.of(terms).lines(basket(TEA, BUN)) == matching
    assert missing(terms) == (None if matching else "items")


def test_a_basket_without_lines_is_everything_but_nothing_in_particular() -> None:
    bare = basket(total_minor=2000)

    assert missing({"except_items": ["TEA"]}, bare) is None
    assert missing({"items": ["TEA"]}, bare) == "items"
    assert missing({"departments": ["HOT"]}, bare) == "items"


@pytest.mark.parametrize("smallest, cause", [(1700, None), (1701, "minimum")])
def test_the_minimum_is_of_what_loyalty_did_not_pay(smallest: int, cause: str | None) -> None:
    bought = basket(TEA, BUN, loyalty_minor=300)

    assert missing({"min_total_minor": smallest, "items": ["TEA"]}, bought) == cause


@pytest.mark.parametrize(
    "terms, then, cause",
    [
        ({"tiers": ["gold", "silver"]}, {"tier": "gold"}, None),
        ({"tiers": ["gold"]}, {"tier": "basic"}, "tier"),
        ({"tiers": ["gold"]}, {}, "tier"),
        ({"segments": ["young", "local"]}, {"segments": ["local", "new"]}, None),
        ({"segments": ["young"]}, {"segments": ["local"]}, "segment"),
        ({"outlets": ["north"]}, {"outlet_code": "north"}, None),
        ({"outlets": ["north"]}, {"outlet_code": "south"}, "outlet"),
        ({"outlets": ["north"]}, {}, "outlet"),
    ],
)
def test_it_matters_who_buys_and_where(
    terms: dict[str, Any], then: dict[str, Any], cause: str | None
) -> None:
    assert missing(terms, **then) == cause


def test_one_of_the_baskets_tags_is_enough() -> None:
    terms = {"basket_tags": ["delivery", "app"]}

    assert missing(terms, basket(TEA, tags=["app", "rush"])) is None
    assert missing(terms, basket(TEA, tags=["rush"])) == "basket tags"
    assert missing(terms, basket(line(tags=["app"]))) == "basket tags"


@pytest.mark.parametrize(
    "hours, at, holds",
    [
        (["08:00", "11:30"], "07:59:59", False),
        (["08:00", "11:30"], "08:00:00", True),
        (["08:00", "11:30"], "11:29:59", True),
        (["08:00", "11:30"], "11:30:00", False),
        (["22:00", "02:00"], "21:59:59", False),
        (["22:00", "02:00"], "22:00:00", True),
        (["22:00", "02:00"], "00:00:00", True),
        (["22:00", "02:00"], "01:59:59", True),
        (["22:00", "02:00"], "02:00:00", False),
        (["18:00", "24:00"], "23:59:59", True),
        (["18:00", "24:00"], "00:00:00", False),
        (["18:00", "00:00"], "23:59:59", True),
        (["18:00", "00:00"], "00:00:00", False),
        (["00:00", "24:00"], "12:00:00", True),
    ],
)
def test_hours_end_just_before_their_end_and_may_pass_midnight(
    hours: list[str], at: str, holds: bool
) -> None:
    assert missing({"hours": hours}, at=f"2026-05-04 {at}") == (None if holds else "time")


@pytest.mark.parametrize(
    "at, cause",
    [("2026-05-08 23:30", None), ("2026-05-09 00:30", "time"), ("2026-05-08 21:00", "time")],
)
def test_the_weekday_is_that_of_the_local_day_also_past_midnight(
    at: str, cause: str | None
) -> None:
    assert missing({"weekdays": ["fri"], "hours": ["22:00", "02:00"]}, at=at) == cause


@pytest.mark.parametrize("name", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
def test_every_weekday_has_its_name(name: str) -> None:
    day = 4 + WEEKDAYS.index(name)
    others = [each for each in WEEKDAYS if each != name]

    assert missing({"weekdays": [name]}, at=f"2026-05-{day:02} 10:00") is None
    assert missing({"weekdays": others}, at=f"2026-05-{day:02} 10:00") == "time"


@pytest.mark.parametrize(
    "at, cause",
    [
        ("2026-05-03 23:59", "dates"),
        ("2026-05-04 00:00", None),
        ("2026-05-06 23:59", None),
        ("2026-05-07 00:00", "dates"),
    ],
)
def test_both_dates_are_days_on_which_it_applies(at: str, cause: str | None) -> None:
    assert missing({"starts_on": "2026-05-04", "ends_on": "2026-05-06"}, at=at) == cause


def test_one_date_leaves_the_other_side_open() -> None:
    assert missing({"starts_on": "2026-05-04"}, at="2036-01-01 00:00") is None
    assert missing({"ends_on": "2026-05-04"}, at="2016-01-01 00:00") is None
    assert missing({"starts_on": "2026-05-05"}) == "dates"
    assert missing({"ends_on": "2026-05-03"}) == "dates"


@pytest.mark.parametrize(
    "terms",
    [
        {"items": "TEA"},
        {"items": ["TEA", 7]},
        {"items": [""]},
        {"tags": {"leaf": True}},
        {"tiers": 1},
        {"min_total_minor": "100"},
        {"min_total_minor": 1.5},
        {"min_total_minor": True},
        {"min_total_minor": -1},
        {"weekdays": ["monday"]},
        {"weekdays": ["Mon"]},
        {"hours": "08:00"},
        {"hours": ["08:00"]},
        {"hours": ["8:00", "11:30"]},
        {"hours": ["08:00", "25:00"]},
        {"hours": ["08:00", "11:60"]},
        {"hours": [8, 11]},
        {"hours": ["08:00", "08:00"]},
        {"hours": ["24:00", "08:00"]},
        {"starts_on": "04.05.2026"},
        {"starts_on": "20260504"},
        {"starts_on": "2026-02-30"},
        {"ends_on": 20260504},
        {"starts_on": "2026-05-04", "ends_on": "2026-05-03"},
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_key(terms: dict[str, Any]) -> None:
    *_, key = terms

    with pytest.raises(ValueError, match=f"^{key}: "):
        Conditions.of(terms)
