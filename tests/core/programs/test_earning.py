"""What of a basket earns, by which of the rules, and how that is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapter.core.amounts import Unit
from adapter.core.programs.currencies import money_decimals
from adapter.core.programs.earn_terms import EarnTerms
from tests.core.programs.baskets import basket, earned, line, multiplier, occasion, spending


def test_what_is_paid_with_points_earns_nothing() -> None:
    # A receipt of 21.60, three of it paid with points: 18.60 at a tenth are 1.86 points.
    earnings = earned([spending()], basket(line(net_minor=2160), loyalty_minor=300))

    assert earnings.points_minor == 186
    assert earnings.per_line == (186,)


def test_without_rules_nothing_is_earned() -> None:
    earnings = earned([], basket(line(), line()))

    assert (earnings.points_minor, earnings.parts, earnings.per_line) == (0, (), (0, 0))


def test_a_basket_without_lines_earns_on_its_total() -> None:
    earnings = earned([spending()], basket(total_minor=2160, loyalty_minor=300))

    assert earnings.points_minor == 186
    assert earnings.per_line == ()


def test_the_total_says_nothing_where_there_are_lines() -> None:
    earnings = earned([spending()], basket(line(net_minor=500), total_minor=99999))

    assert earnings.points_minor == 50


@pytest.mark.parametrize(
    "currency, net_minor, points",
    [("RUB", 12345, 1234), ("JPY", 123, 1230), ("kwd", 12345, 123), ("CLF", 12345, 12)],
)
def test_the_currency_says_what_a_major_unit_is(currency: str, net_minor: int, points: int) -> None:
    decimals = money_decimals(currency)

    earnings = earned([spending()], basket(line(net_minor=net_minor)), money_decimals=decimals)

    assert earnings.points_minor == points


@pytest.mark.parametrize("decimals, points", [(0, 12), (1, 123), (2, 1234), (4, 123450)])
def test_points_have_as_many_decimals_as_their_unit(decimals: int, points: int) -> None:
    unit = Unit("points", decimals)

    earnings = earned([spending()], basket(line(net_minor=12345)), points=unit)

    assert earnings.points_minor == points


# What loyalty paid


def test_what_loyalty_paid_is_spread_over_what_was_bought() -> None:
    rules = [spending("tea", "1", items=["TEA"]), spending("bun", "2", items=["BUN"])]
    bought = basket(line("TEA", 3000), line("BUN", 1000), line("TEA", -500), loyalty_minor=400)

    earnings = earned(rules, bought)

    # 300 off the tea and 100 off the bun; the tea that came back was not paid for.
    assert earnings.per_line == (2700, 1800, -500)


def test_what_loyalty_gave_back_is_spread_over_what_was_returned() -> None:
    bought = basket(line("TEA", 3000), line("BUN", -1000), line("BUN", -3000), loyalty_minor=-400)

    earnings = earned([spending(rate="1")], bought)

    assert earnings.per_line == (3000, -900, -2700)


def test_where_nothing_was_bought_all_lines_bear_what_loyalty_paid() -> None:
    earnings = earned(
        [spending(rate="1")], basket(line(net_minor=-300), line(net_minor=-100), loyalty_minor=40)
    )

    assert earnings.per_line == (-330, -110)


def test_what_loyalty_paid_for_worthless_lines_counts_at_the_general_rate() -> None:
    rules = [spending(rate="1"), spending("tea", "9", items=["TEA"])]

    earnings = earned(rules, basket(line("TEA", 0), line("BUN", 0), loyalty_minor=40))

    assert earnings.points_minor == -40
    assert earnings.per_line == (-40, 0)


def test_indivisible_loyalty_loses_nothing() -> None:
    bought = basket(*(line(net_minor=100) for _ in range(3)), loyalty_minor=100)

    earnings = earned([spending(rate="1")], bought)

    assert earnings.points_minor == 200
    assert sorted(earnings.per_line) == [66, 67, 67]


# Which rule


def test_items_beat_departments_beat_tags_beat_everything() -> None:
    rules = [
        spending("all", "4"),
        spending("tag", "3", tags=["leaf"]),
        spending("department", "2", departments=["HOT"]),
        spending("item", "1", items=["TEA"]),
    ]
    bought = basket(
        line("TEA", department="HOT", tags=["leaf"]),
        line("OTHER", department="HOT", tags=["leaf"]),
        line("OTHER", department="COLD", tags=["leaf"]),
        line("OTHER", department="COLD"),
    )

    earnings = earned(rules, bought)

    assert earnings.per_line == (1000, 2000, 3000, 4000)


def test_a_rule_is_as_specific_as_what_names_the_line() -> None:
    rules = [
        spending("mixed", "5", items=["TEA"], departments=["COLD"]),
        spending("item", "1", items=["BUN"]),
        spending("tagged", "7", tags=["leaf"]),
    ]
    bought = basket(line("TEA", tags=["leaf"]), line("BUN", department="COLD"))

    assert earned(rules, bought).per_line == (5000, 1000)


def test_among_equally_specific_rules_the_higher_rate_counts() -> None:
    rules = [
        spending("a", "1", tags=["leaf"]),
        spending("b", "3", tags=["green"]),
        spending("c", "2", tags=["leaf", "green"]),
    ]

    earnings = earned(rules, basket(line(tags=["leaf", "green"])))

    assert [part.rule.code for part in earnings.parts] == ["b"]


def test_among_equal_rates_the_code_decides() -> None:
    rules = [spending("b", "1"), spending("a", "1.0"), spending("c", "1")]

    earnings = earned(rules, basket(line()))

    assert [part.rule.code for part in earnings.parts] == ["a"]


def test_a_rule_whose_conditions_fail_leaves_the_line_to_the_next() -> None:
    rules = [spending(rate="1"), spending("gold", "9", items=["TEA"], tiers=["gold"])]

    assert earned(rules, basket(line("TEA"))).points_minor == 1000
    assert earned(rules, basket(line("TEA")), then=occasion(tier="gold")).points_minor == 9000


def test_an_exception_leaves_the_line_to_another_rule() -> None:
    rules = [
        spending("drinks", "2", departments=["HOT"], except_items=["TEA"]),
        spending("all", "1", except_tags=["tobacco"]),
    ]
    bought = basket(
        line("TEA", department="HOT"), line("COCOA", department="HOT"), line(tags=["tobacco"])
    )

    assert earned(rules, bought).per_line == (1000, 2000, 0)


def test_a_rate_of_zero_keeps_items_from_earning() -> None:
    rules = [spending(rate="1"), spending("none", "0", items=["GIFTCARD"])]

    earnings = earned(rules, basket(line("GIFTCARD", 50000), line("TEA")))

    assert earnings.per_line == (0, 1000)
    assert [part.rule.code for part in earnings.parts] == ["base", "none"]


def test_rules_on_top_are_added_for_the_lines_they_match() -> None:
    rules = [
        spending("all", "2", on_top=True),
        spending("tea", "3", on_top=True, items=["TEA"]),
        spending("bun", "1", items=["BUN"]),
        spending("base", "0.5"),
    ]

    earnings = earned(rules, basket(line("TEA"), line("BUN")))

    assert earnings.per_line == (500 + 2000 + 3000, 1000 + 2000)
    assert [part.rule.code for part in earnings.parts] == ["base", "bun", "all", "tea"]


def test_the_minimum_looks_at_the_whole_basket() -> None:
    rules = [spending("tea", "1", items=["TEA"], min_total_minor=1500)]

    assert earned(rules, basket(line("TEA"), line("BUN", 500))).per_line == (1000, 0)
    assert earned(rules, basket(line("TEA"), line("BUN", 499))).per_line == (0, 0)


# Multipliers


def test_the_largest_factor_counts_and_factors_do_not_pile_up() -> None:
    rules = [
        spending(rate="1"),
        multiplier("double", "2"),
        multiplier("triple", "3", items=["TEA"]),
        multiplier("less", "1.5", items=["BUN"]),
        multiplier("tenfold", "10", tiers=["gold"]),
    ]

    assert earned(rules, basket(line("TEA"), line("BUN"))).per_line == (3000, 2000)


def test_a_factor_also_multiplies_what_is_given_on_top() -> None:
    rules = [spending(rate="1"), spending("top", "2", on_top=True), multiplier("double", "2")]

    assert earned(rules, basket(line())).points_minor == 6000


def test_a_factor_may_be_less_than_one() -> None:
    assert earned([spending(rate="1"), multiplier("half", "0.5")], basket(line())).per_line == (
        500,
    )


def test_a_multiplier_alone_gives_nothing() -> None:
    assert earned([multiplier("double", "2")], basket(line())).points_minor == 0


# How it is shown


def test_the_arithmetic_is_told_in_whole_numbers_and_texts() -> None:
    rules = [
        spending(rate="0.125", rounding="half_up", max_points_per_transaction="3"),
        spending("top", "1", on_top=True, items=["BUN"]),
        multiplier("happy", "1.5", items=["TEA"]),
    ]
    bought = basket(
        line("TEA", 2000, reference="1"), line("BUN", 333, reference="2"), loyalty_minor=33
    )

    explanation = earned(rules, bought).explanation()

    assert explanation == {
        "points_minor": 628,
        "points_decimals": 2,
        "money_decimals": 2,
        "base_minor": "2300",
        "loyalty_minor": "33",
        "parts": [
            {
                "rule": "base",
                "version": 3,
                "rate": "0.125",
                "on_top": False,
                "base_minor": "2300",
                "lines": ["1", "2"],
                "multipliers": [
                    {
                        "rule": "happy",
                        "version": 5,
                        "factor": "1.5",
                        "base_minor": "1972",
                        "lines": ["1"],
                    }
                ],
                "raw": "4.1075",
                "rounding": "half_up",
                "round_to": "0.01",
                "points_minor": 300,
                "capped_by": "transaction",
                "cap": "3",
            },
            {
                "rule": "top",
                "version": 3,
                "rate": "1",
                "on_top": True,
                "base_minor": "328",
                "lines": ["2"],
                "multipliers": [],
                "raw": "3.28",
                "rounding": "down",
                "round_to": "0.01",
                "points_minor": 328,
                "capped_by": None,
                "cap": None,
            },
        ],
    }


def test_each_multiplier_is_told_once_with_all_its_lines() -> None:
    rules = [
        spending(),
        multiplier("b", "2", items=["TEA"]),
        multiplier("a", "3", items=["BUN"]),
    ]
    bought = basket(
        line("TEA", 100, reference="1"),
        line("BUN", 200, reference="2"),
        line("JAM", 400, reference="3"),
        line("TEA", 800, reference="4"),
    )

    (part,) = earned(rules, bought).explanation()["parts"]

    assert [(told["rule"], told["base_minor"], told["lines"]) for told in part["multipliers"]] == [
        ("a", "200", ["2"]),
        ("b", "900", ["1", "4"]),
    ]
    assert part["raw"] == "2.8"


def test_money_that_no_line_names_is_told_without_lines() -> None:
    (part,) = earned([spending()], basket(total_minor=2160)).explanation()["parts"]

    assert (part["lines"], part["base_minor"], part["points_minor"]) == ([], "2160", 216)


def test_the_smallest_rate_of_the_largest_sum_is_told_to_the_last_figure() -> None:
    rules = [spending(rate="999999999999.99999999"), multiplier("m", "0.00000001")]

    explanation = earned(rules, basket(line(net_minor=10**15 + 1))).explanation()

    (part,) = json.loads(json.dumps(explanation))["parts"]
    assert part["raw"] == "100000000000000099.998999999999999999"


@pytest.mark.parametrize(
    "kind, terms, told",
    [
        ("spending", {}, "points_per_unit: is required"),
        ("spending", {"points_per_unit": 0.1}, "points_per_unit: not a decimal number"),
        ("spending", {"points_per_unit": "-1"}, "points_per_unit: not a decimal number"),
        ("spending", {"points_per_unit": "1e3"}, "points_per_unit: not a decimal number"),
        ("spending", {"points_per_unit": True}, "points_per_unit: not a decimal number"),
        ("spending", {"points_per_unit": "9" * 5000}, "points_per_unit: not a decimal number"),
        ("spending", {"points_per_unit": "1", "on_top": "yes"}, "on_top: neither true nor false"),
        ("spending", {"points_per_unit": "1", "rounding": "floor"}, "rounding: not among down"),
        ("spending", {"points_per_unit": "1", "rounding": []}, "rounding: not among down"),
        ("spending", {"points_per_unit": "1", "round_to": "0"}, "round_to: nothing is"),
        ("spending", {"points_per_unit": "1", "max_points_per_day": "x"}, "max_points_per_day: "),
        ("spending", {"points_per_unit": "1", "items": "TEA"}, "items: not a list"),
        ("multiplier", {}, "factor: is required"),
        ("multiplier", {"factor": "NaN"}, "factor: not a decimal number"),
        ("event", {"event": "visit", "points": "5"}, "no purchase earns by a rule of the kind"),
    ],
)
def test_nonsense_is_refused_by_the_code_of_its_rule(
    kind: str, terms: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=f"^summer: {told}"):
        EarnTerms.of("summer", 1, kind, terms)


def test_a_whole_number_may_be_written_as_one() -> None:
    rule = EarnTerms.of("base", 1, "spending", {"points_per_unit": 2})

    assert earned([rule], basket(line())).points_minor == 2000
