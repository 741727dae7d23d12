"""What holds of earning whatever the rules and the basket."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapter.core.amounts import Unit
from adapter.core.programs.basket import Basket
from adapter.core.programs.earn_parts import Part
from adapter.core.programs.earn_terms import EarnTerms, SpendingTerms
from tests.core.programs.baskets import basket, earned, line, returned, spending

NAMES = {
    "items": ["A", "B", "C"],
    "departments": ["HOT", "COLD"],
    "tags": ["leaf", "green"],
    "except_items": ["A", "D"],
    "except_tags": ["green"],
}
NUMBERS = st.decimals(0, 20, places=3).map(str)
STEPS = st.sampled_from(["0.01", "0.05", "0.1", "1", "7", "100"])
CAPS = {"max_points_per_transaction": NUMBERS, "max_points_per_day": NUMBERS}
MINIMUMS = {"min_total_minor": st.sampled_from([1, 1000, 50_000, 150_000])}
KINDS = (("spending", "spending"), ("factor", "multiplier"))
UNITS = st.builds(Unit, st.just("points"), st.integers(0, 4))


ABOUT_LINES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        key: st.lists(st.sampled_from(known), unique=True, max_size=2)
        for key, known in NAMES.items()
    },
)


def rule_sets(optional: dict[str, Any] | None = None) -> st.SearchStrategy[list[EarnTerms]]:
    """Up to eight rules, whose codes tell them apart."""
    own = {
        "on_top": st.booleans(),
        "rounding": st.sampled_from(["down", "up", "half_up", "half_even"]),
        "round_to": STEPS,
    }
    spendings = st.lists(
        st.builds(
            dict,
            ABOUT_LINES,
            points_per_unit=NUMBERS,
            more=st.fixed_dictionaries({}, optional={**own, **(optional or {})}),
        ),
        max_size=5,
    )
    asked = st.fixed_dictionaries(
        {}, optional=MINIMUMS if "min_total_minor" in (optional or {}) else {}
    )
    factors = st.lists(st.builds(dict, ABOUT_LINES, factor=NUMBERS, more=asked), max_size=3)
    # Put together once: what is made anew for each example costs more than all that is tested.
    return st.builds(
        lambda *kinds: [
            EarnTerms.of(f"{name}-{place}", 1, kind, {**terms, **terms["more"]})
            for (name, kind), drawn in zip(KINDS, kinds, strict=True)
            for place, terms in enumerate(drawn)
        ],
        spendings,
        factors,
    )


def baskets(smallest: int = -100_000) -> st.SearchStrategy[Basket]:
    lines = st.builds(
        line,
        st.sampled_from(["A", "B", "C", "D"]),
        st.integers(smallest, 100_000),
        department=st.sampled_from(["", "HOT", "COLD"]),
        tags=st.sets(st.sampled_from(["leaf", "green", "other"])),
    )
    return st.builds(
        lambda lines, total, loyalty: basket(*lines, total_minor=total, loyalty_minor=loyalty),
        st.lists(lines, max_size=8),
        st.integers(smallest, 100_000),
        st.integers(smallest, 100_000),
    )


@given(rule_sets(CAPS), baskets(), UNITS, st.sampled_from([0, 2, 3]))
def test_the_points_of_the_lines_and_of_the_parts_are_those_of_the_whole(
    rules: list[EarnTerms], bought: Basket, points: Unit, decimals: int
) -> None:
    earnings = earned(rules, bought, points=points, money_decimals=decimals)

    explanation = json.loads(json.dumps(earnings.explanation()))
    assert sum(part["points_minor"] for part in explanation["parts"]) == earnings.points_minor
    assert len(earnings.per_line) == len(bought.lines)
    if bought.lines:
        assert sum(earnings.per_line) == earnings.points_minor


@given(rule_sets(), baskets())
def test_a_sale_and_its_full_return_cancel_out(rules: list[EarnTerms], bought: Basket) -> None:
    sale, back = earned(rules, bought), earned(rules, returned(bought))

    assert sale.points_minor + back.points_minor == 0
    assert [one + other for one, other in zip(sale.per_line, back.per_line, strict=True)] == [
        0
    ] * len(bought.lines)


@given(rule_sets(CAPS), baskets(), st.integers(-5000, 5000))
def test_no_cap_is_ever_exceeded(rules: list[EarnTerms], bought: Basket, given: int) -> None:
    given_today = {rule.code: given for rule in rules}

    earnings = earned(rules, bought, given_today=given_today)

    for part in earnings.parts:
        rule = part.rule
        if part.raw < 0:
            assert part.capped_by is None
        if rule.max_per_transaction is not None:
            assert part.points_minor <= rule.max_per_transaction * 100
        if rule.max_per_day is not None:
            room = rule.max_per_day * 100 - max(given, 0)
            assert part.points_minor <= max(room, 0)


@given(rule_sets(MINIMUMS), baskets())
def test_no_rule_gives_below_its_minimum(rules: list[EarnTerms], bought: Basket) -> None:
    for part in earned(rules, bought).parts:
        if not part.rule.conditions.reached_by(bought):
            assert part.points_minor <= 0
        for code, base_minor in multiplied(part).items():
            (multiplier,) = (rule for rule in rules if rule.code == code)
            assert base_minor < 0 or multiplier.conditions.reached_by(bought)


def multiplied(part: Part) -> dict[str, int]:
    """How much money of a part each multiplier multiplied."""
    shown = part.explanation()["multipliers"]
    return {group["rule"]: int(group["base_minor"]) for group in shown}


@given(rule_sets(MINIMUMS), baskets(smallest=0))
def test_a_plain_sale_cancels_out_whatever_minimum_it_reached(
    rules: list[EarnTerms], bought: Basket
) -> None:
    plain = basket(*bought.lines)
    reached = [rule for rule in rules if rule.conditions.reached_by(plain)]

    sale, back = earned(reached, plain), earned(reached, returned(plain))

    assert sale.points_minor + back.points_minor == 0


@given(rule_sets(CAPS), baskets(), st.integers(-5000, 5000))
def test_a_cap_takes_something_away_but_never_more_than_all(
    rules: list[EarnTerms], bought: Basket, given: int
) -> None:
    free = [
        replace(rule, max_per_transaction=None, max_per_day=None)
        if isinstance(rule, SpendingTerms)
        else rule
        for rule in rules
    ]
    given_today = {rule.code: given for rule in rules}

    capped = earned(rules, bought, given_today=given_today).parts
    uncapped = earned(free, bought, given_today=given_today).parts

    for held, loose in zip(capped, uncapped, strict=True):
        if held.capped_by is None:
            assert held.points_minor == loose.points_minor
        else:
            assert 0 <= held.points_minor < loose.points_minor


@given(rule_sets(), baskets(smallest=0), baskets(smallest=0))
def test_buying_more_never_earns_less(rules: list[EarnTerms], bought: Basket, more: Basket) -> None:
    # What loyalty paid would shift between lines of different rates.
    less = basket(*bought.lines, line("A", 0))
    larger = basket(*less.lines, *more.lines)

    assert 0 <= earned(rules, less).points_minor <= earned(rules, larger).points_minor


@given(rule_sets(), baskets(smallest=0), st.integers(1, 100_000))
def test_paying_a_part_with_loyalty_never_earns_more(
    rules: list[EarnTerms], bought: Basket, paid: int
) -> None:
    whole = basket(*bought.lines, total_minor=bought.total_minor)

    part = replace(whole, loyalty_minor=paid)

    assert earned(rules, part).points_minor <= earned(rules, whole).points_minor


@given(rule_sets(), baskets(smallest=1))
def test_no_line_of_a_plain_sale_loses_points(rules: list[EarnTerms], bought: Basket) -> None:
    plain = basket(*bought.lines)

    assert all(minor >= 0 for minor in earned(rules, plain).per_line)


@given(baskets(), NUMBERS)
def test_one_rule_for_all_gives_its_rate_of_the_base(bought: Basket, rate: str) -> None:
    earnings = earned([spending(rate=rate)], bought)

    (part,) = earnings.parts
    assert part.base_minor == bought.base_minor
    assert part.raw == bought.base_minor * part.rule.points_per_unit
    assert 0 <= abs(part.raw) - abs(part.points_minor) < 1
