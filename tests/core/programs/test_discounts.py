"""What deals and benefits take off a basket, and what keeps them from it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.core.programs.basket import Basket
from adapter.core.programs.discounts import Discount, DiscountTerms, Missing, reduce, total
from tests.core.programs.baskets import basket, line, occasion

TEA = line("TEA01", 2400, quantity=2, department="HOT")
BUN = line("BUN01", 900)


def taken_off(terms: dict[str, Any], bought: Basket, **then: Any) -> int | str:
    """The amount of the discount, or the cause for which there is none."""
    found = reduce(DiscountTerms.of(terms), bought, occasion(**then))
    return found.amount_minor if isinstance(found, Discount) else found.cause


def test_a_morning_deal_and_a_free_tea_add_up() -> None:
    bought = basket(TEA)
    morning = DiscountTerms.of({"percent": "10", "hours": ["08:00", "11:30"]})
    free_tea = DiscountTerms.of({"free_item": True, "items": ["TEA01"]})

    tenth, tea = (reduce(terms, bought, occasion()) for terms in (morning, free_tea))

    assert (tenth, tea) == (Discount(240), Discount(1200))
    assert total([Discount(240), Discount(1200)], bought) == 1440


@pytest.mark.parametrize(
    "terms, then, cause",
    [
        ({"hours": ["08:00", "11:30"]}, {"at": "2026-05-04 12:00"}, "time"),
        ({"tiers": ["gold"]}, {}, "tier"),
        ({"min_total_minor": 100000}, {}, "minimum"),
        ({"items": ["COCOA"]}, {}, "items"),
    ],
)
def test_it_says_what_keeps_it_from_applying(
    terms: dict[str, Any], then: dict[str, Any], cause: str
) -> None:
    deal = DiscountTerms.of({"percent": "10", **terms})

    assert reduce(deal, basket(TEA), occasion(**then)) == Missing(cause)


# Percent


@pytest.mark.parametrize(
    "percent, net_minor, amount",
    [
        ("10", 2400, 240),
        ("10", 2404, 240),
        ("10", 2405, 241),
        ("33.333", 1000, 333),
        ("0.5", 100, 1),
        ("0.5", 99, 0),
        ("100", 2405, 2405),
    ],
)
def test_a_percentage_rounds_half_up(percent: str, net_minor: int, amount: int) -> None:
    assert taken_off({"percent": percent}, basket(line(net_minor=net_minor))) == amount


def test_a_percentage_rounds_once_for_all_lines() -> None:
    bought = basket(*(line(net_minor=4) for _ in range(10)))

    assert taken_off({"percent": "10"}, bought) == 4


def test_a_percentage_is_of_the_matching_lines_that_are_bought() -> None:
    bought = basket(TEA, BUN, line("TEA01", -400))

    assert taken_off({"percent": "10", "items": ["TEA01"]}, bought) == 240
    assert taken_off({"percent": "10"}, bought) == 330


def test_a_percentage_of_a_basket_without_lines_is_of_its_total() -> None:
    assert taken_off({"percent": "10"}, basket(total_minor=2400)) == 240
    assert taken_off({"percent": "10", "items": ["TEA01"]}, basket(total_minor=2400)) == "items"


# Amount


def test_an_amount_is_taken_off_whole() -> None:
    assert taken_off({"amount_minor": 500}, basket(TEA, BUN)) == 500


def test_an_amount_is_at_most_what_the_matching_lines_are_worth() -> None:
    assert taken_off({"amount_minor": 5000}, basket(TEA, BUN)) == 3300
    assert taken_off({"amount_minor": 5000, "items": ["BUN01"]}, basket(TEA, BUN)) == 900


# Free item


def test_one_piece_of_the_cheapest_matching_line_is_free() -> None:
    bought = basket(TEA, BUN, line("JAM", 400, quantity=2))

    assert taken_off({"free_item": True}, bought) == 200
    assert taken_off({"free_item": True, "items": ["TEA01", "BUN01"]}, bought) == 900


@pytest.mark.parametrize(
    "quantity, net_minor, price",
    [("3", 1000, 333), ("3", 500, 167), ("2", 5, 3), ("1.5", 1000, 667), ("0.25", 1000, 1000)],
)
def test_the_price_of_one_piece_rounds_half_up(quantity: str, net_minor: int, price: int) -> None:
    bought = basket(line(net_minor=net_minor, quantity=quantity), line(net_minor=9000))

    assert taken_off({"free_item": True}, bought) == price


def test_what_comes_back_or_costs_nothing_is_not_given_away() -> None:
    bought = basket(BUN, TEA, line("GIFT", 0), line("OLD", -300))

    assert taken_off({"free_item": True}, bought) == 900
    assert taken_off({"free_item": True, "items": ["GIFT", "OLD"]}, bought) == "items"


def test_nothing_can_be_given_away_of_a_basket_without_lines() -> None:
    assert taken_off({"free_item": True}, basket(total_minor=2400)) == "items"


# Limits


@pytest.mark.parametrize("terms", [{"percent": "50"}, {"amount_minor": 1000}, {"free_item": True}])
def test_a_discount_has_a_largest_amount(terms: dict[str, Any]) -> None:
    assert taken_off({**terms, "max_discount_minor": 700}, basket(TEA)) == 700
    assert taken_off({**terms, "max_discount_minor": 7000}, basket(TEA)) in (1000, 1200)


def test_a_discount_is_at_most_what_the_basket_is_worth() -> None:
    bought = basket(TEA, line("OLD", -2300))

    assert taken_off({"percent": "50"}, bought) == 100
    assert taken_off({"percent": "50"}, basket(TEA, line("OLD", -9000))) == 0


def test_discounts_together_are_at_most_what_the_basket_is_worth() -> None:
    assert total([Discount(2000), Discount(2000)], basket(TEA)) == 2400
    assert total([Discount(5)], basket(line(net_minor=-100))) == 0
    assert total([], basket(TEA)) == 0


def test_a_gift_that_is_only_shown_takes_nothing_off() -> None:
    assert taken_off({"name": "A cup"}, basket(TEA)) == 0
    assert taken_off({"name": "A cup"}, basket()) == 0
    assert taken_off({"items": ["COCOA"]}, basket(TEA)) == "items"


@pytest.mark.parametrize(
    "terms",
    [
        {"percent": "0"},
        {"percent": "100.01"},
        {"percent": "-5"},
        {"percent": 10.0},
        {"percent": "ten"},
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": "500"},
        {"free_item": 1},
        {"max_discount_minor": -1, "percent": "10"},
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_key(terms: dict[str, Any]) -> None:
    key, *_ = terms

    with pytest.raises(ValueError, match=f"^{key}: "):
        DiscountTerms.of(terms)


@pytest.mark.parametrize(
    "terms",
    [
        {"percent": "10", "amount_minor": 100},
        {"percent": "10", "free_item": True},
        {"amount_minor": 100, "free_item": True},
    ],
)
def test_there_is_one_discount_at_most(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="more than one of"):
        DiscountTerms.of(terms)


def test_what_is_not_free_says_so() -> None:
    assert DiscountTerms.of({"percent": "10", "free_item": False}).percent == Fraction(10)


# Whatever the basket

LINES = st.builds(
    line,
    st.sampled_from(["A", "B"]),
    st.integers(-100_000, 100_000),
    quantity=st.decimals("0.001", 1000, places=3),
)
BASKETS = st.builds(
    lambda lines, total_minor: basket(*lines, total_minor=total_minor),
    st.lists(LINES, max_size=6),
    st.integers(-100_000, 100_000),
)
TERMS = st.one_of(
    st.fixed_dictionaries(
        {"percent": st.decimals("0.01", 100, places=2).map(str)},
        optional={"max_discount_minor": st.integers(0, 1000)},
    ),
    st.fixed_dictionaries(
        {"amount_minor": st.integers(1, 200_000)}, optional={"items": st.just(["A"])}
    ),
    st.fixed_dictionaries({"free_item": st.just(True)}, optional={"items": st.just(["B"])}),
    st.just({}),
)


@given(st.lists(TERMS, max_size=5), BASKETS)
def test_discounts_are_never_negative_and_never_more_than_the_basket(
    deals: list[dict[str, Any]], bought: Basket
) -> None:
    found = [reduce(DiscountTerms.of(terms), bought, occasion()) for terms in deals]

    discounts = [one for one in found if isinstance(one, Discount)]
    worth = max(bought.worth_minor, 0)
    assert all(0 <= discount.amount_minor <= worth for discount in discounts)
    assert 0 <= total(discounts, bought) <= worth
