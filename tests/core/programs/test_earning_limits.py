"""How points round, where they are capped, and what a return takes back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from adapter.core.programs.basket import Line
from adapter.core.programs.rounding import Rounding, rounded, whole_shares
from tests.core.programs.baskets import basket, earned, line, multiplier, returned, spending


@pytest.mark.parametrize(
    "rounding, hundredths",
    [
        ("down", {"2.1": 2, "2.5": 2, "2.9": 2, "3.5": 3, "-2.5": -2, "-2.9": -2, "2": 2}),
        ("up", {"2.1": 3, "2.5": 3, "2.9": 3, "3.5": 4, "-2.5": -3, "-2.1": -3, "2": 2}),
        ("half_up", {"2.4": 2, "2.5": 3, "3.5": 4, "-2.5": -3, "-2.4": -2, "2": 2}),
        ("half_even", {"2.4": 2, "2.5": 2, "2.51": 3, "3.5": 4, "-2.5": -2, "-3.5": -4, "0": 0}),
    ],
)
def test_each_rounding_says_which_neighbour(rounding: str, hundredths: dict[str, int]) -> None:
    how = Rounding(rounding)

    assert {text: rounded(Fraction(text), how) for text in hundredths} == hundredths


@pytest.mark.parametrize(
    "rounding, step, minor",
    [
        ("down", "1", 1200),
        ("up", "1", 1300),
        ("half_up", "0.5", 1250),
        ("half_even", "0.1", 1240),
        ("down", "5", 1000),
        ("half_up", "5", 1000),
        ("up", "10", 2000),
        ("down", "0.01", 1245),
    ],
)
def test_points_round_to_a_multiple(rounding: str, step: str, minor: int) -> None:
    rule = spending(rate="1", rounding=rounding, round_to=step)

    assert earned([rule], basket(line(net_minor=1245))).points_minor == minor


def test_points_round_down_to_their_smallest_part_where_nothing_is_said() -> None:
    assert earned([spending(rate="0.1")], basket(line(net_minor=129))).points_minor == 12


def test_no_step_is_finer_than_the_smallest_part_of_a_point() -> None:
    rule = spending(rate="0.1", rounding="up", round_to="0.001")

    earnings = earned([rule], basket(line(net_minor=121)))

    assert earnings.points_minor == 13
    assert earnings.parts[0].explanation()["round_to"] == "0.01"


def test_a_rule_rounds_once_for_all_its_lines() -> None:
    bought = basket(*(line(net_minor=5) for _ in range(10)))

    earnings = earned([spending(rate="0.1")], bought)

    assert earnings.points_minor == 5  # line by line it would be nothing
    assert sum(earnings.per_line) == 5
    assert set(earnings.per_line) == {0, 1}


def test_each_rule_rounds_by_itself() -> None:
    rules = [spending("a", "0.1", items=["A"]), spending("b", "0.1", items=["B"], rounding="up")]

    earnings = earned(rules, basket(line("A", 19), line("B", 11)))

    assert earnings.per_line == (1, 2)


def test_whole_shares_keep_every_sum_along_the_way() -> None:
    assert whole_shares([1, 1, 1, 1], 2) == [1, 0, 1, 0]
    assert whole_shares([-1, -1, -1, -1], 2) == [-1, 0, -1, 0]


# Caps


def test_a_transaction_gives_at_most_its_cap() -> None:
    rule = spending(rate="1", max_points_per_transaction="12.5")

    earnings = earned([rule], basket(line(net_minor=3000), line(net_minor=2000)))

    assert earnings.points_minor == 1250
    assert earnings.per_line == (750, 500)
    assert earnings.parts[0].explanation()["capped_by"] == "transaction"


@pytest.mark.parametrize(
    "given, minor, capped_by",
    [(0, 1000, None), (2000, 1000, None), (2500, 500, "day"), (3000, 0, "day"), (9000, 0, "day")],
)
def test_a_day_gives_at_most_its_cap(given: int, minor: int, capped_by: str | None) -> None:
    rule = spending(rate="1", max_points_per_day="30")

    earnings = earned([rule], basket(line()), given_today={"base": given, "other": 3000})

    assert earnings.points_minor == minor
    assert earnings.parts[0].capped_by == capped_by


def test_the_tighter_of_two_caps_holds() -> None:
    rule = spending(rate="1", max_points_per_transaction="8", max_points_per_day="10")

    first = earned([rule], basket(line()))
    second = earned([rule], basket(line()), given_today={"base": 800})

    assert (first.points_minor, first.parts[0].capped_by) == (800, "transaction")
    assert (second.points_minor, second.parts[0].capped_by) == (200, "day")


def test_what_was_taken_back_today_makes_no_room_above_the_cap() -> None:
    rule = spending(rate="1", max_points_per_day="5")

    assert earned([rule], basket(line()), given_today={"base": -9000}).points_minor == 500


def test_a_cap_is_of_its_own_rule_and_of_what_it_gives_after_factors() -> None:
    rules = [
        spending(rate="1", max_points_per_transaction="15"),
        spending("top", "1", on_top=True),
        multiplier("double", "2"),
    ]

    assert earned(rules, basket(line())).points_minor == 1500 + 2000


def test_a_cap_finer_than_a_point_is_not_overstepped() -> None:
    rule = spending(rate="1", max_points_per_transaction="0.019")

    assert earned([rule], basket(line())).points_minor == 1


def test_a_cap_of_nothing_gives_nothing() -> None:
    earnings = earned([spending(max_points_per_day="0")], basket(line(), line()))

    assert (earnings.points_minor, earnings.per_line) == (0, (0, 0))


# Returns


@pytest.mark.parametrize("rounding", ["down", "up", "half_up", "half_even"])
def test_a_return_takes_back_to_the_last_part_what_the_sale_gave(rounding: str) -> None:
    rules = [
        spending(rate="0.37", rounding=rounding, round_to="0.05"),
        spending("top", "0.011", on_top=True, items=["TEA"], rounding=rounding),
        multiplier("m", "1.3", items=["BUN"]),
    ]
    bought = basket(line("TEA", 1237), line("BUN", 331), line("BUN", 77), loyalty_minor=131)

    sale, back = earned(rules, bought), earned(rules, returned(bought))

    assert sale.points_minor > 0
    assert back.points_minor == -sale.points_minor
    assert back.per_line == tuple(-minor for minor in sale.per_line)


def test_a_return_asks_for_no_minimum_and_knows_no_cap() -> None:
    rules = [
        spending(
            rate="1",
            min_total_minor=500,
            max_points_per_transaction="1",
            max_points_per_day="1",
        ),
        multiplier("double", "2", min_total_minor=500),
    ]

    earnings = earned(rules, basket(line(net_minor=-1000)), given_today={"base": 100})

    assert earnings.points_minor == -2000
    assert earnings.parts[0].capped_by is None


def test_a_return_asks_for_every_other_condition() -> None:
    rules = [spending(rate="1", tiers=["gold"])]

    assert earned(rules, basket(line(net_minor=-1000))).points_minor == 0


def test_a_return_without_lines_takes_back_too() -> None:
    earnings = earned([spending()], basket(total_minor=-2160, loyalty_minor=-300))

    assert earnings.points_minor == -186


def test_an_exchange_earns_on_the_difference() -> None:
    earnings = earned([spending(rate="1")], basket(line("TEA", 1500), line("BUN", -400)))

    assert earnings.points_minor == 1100
    assert earnings.per_line == (1500, -400)


def test_a_cap_leaves_alone_what_an_exchange_takes_back() -> None:
    rules = [
        spending("tea", "1", items=["TEA"], max_points_per_transaction="2"),
        spending("bun", "1", items=["BUN"], max_points_per_transaction="2"),
    ]

    earnings = earned(rules, basket(line("TEA", 1500), line("BUN", -400)))

    assert earnings.per_line == (200, -400)


def test_goods_give_back_what_they_earned_whatever_is_bought_beside_them() -> None:
    rules = [
        spending("tea", "1", items=["TEA"], max_points_per_transaction="2"),
        spending("bun", "1", items=["BUN"], min_total_minor=500),
    ]

    earnings = earned(rules, basket(line("TEA", 1000), line("BUN", -1000)))

    assert earnings.per_line == (200, -1000)


def test_a_return_of_goods_that_earn_nothing_lifts_no_cap() -> None:
    rule = spending(
        rate="0.1",
        max_points_per_transaction="10",
        max_points_per_day="15",
        except_departments=["TOB"],
    )
    bought = basket(line("A", 1000000), line("B", -1000001, department="TOB"))

    first, second = earned([rule], bought), earned([rule], bought, given_today={"base": 1000})

    assert (first.per_line, first.parts[0].capped_by) == ((1000, 0), "transaction")
    assert (second.per_line, second.parts[0].capped_by) == ((500, 0), "day")


def test_a_return_of_goods_that_earn_nothing_lifts_no_minimum() -> None:
    rule = spending(rate="0.1", min_total_minor=1000, except_departments=["TOB"])

    earnings = earned([rule], basket(line("A", 500), line("B", -600, department="TOB")))

    assert (earnings.points_minor, earnings.parts) == (0, ())


def test_a_rule_takes_its_own_goods_back_though_others_are_bought_beside_them() -> None:
    rules = [spending(code, "1", items=[code], min_total_minor=5000) for code in ("A", "B")]

    earnings = earned(rules, basket(line("A", 3000), line("B", -500), line("B", 200)))

    assert earnings.per_line == (0, -500, 200)


def test_below_a_minimum_the_next_rule_counts() -> None:
    rules = [
        spending("all", "0.1"),
        spending("dear", "1", items=["A"], min_total_minor=1000),
        spending("top", "1", items=["A"], min_total_minor=1000, on_top=True),
    ]
    back = line("B", -2000)

    bought, exchanged = (
        earned(rules, basket(line("A", 500))),
        earned(rules, basket(line("A", 500), back)),
    )

    assert bought.per_line == (50,)
    assert exchanged.per_line == (50, -200)


@pytest.mark.parametrize(
    "lines, per_line",
    [
        ([line("A", 500)], (50,)),
        ([line("A", 2000)], (400,)),
        ([line("A", -500)], (-100,)),
        ([line("A", 500), line("TOB", -600)], (50, 0)),
        ([line("A", 500), line("B", -600)], (50, -120)),
        ([line("A", 500), line("A", -600)], (100, -120)),
        ([line("A", 600), line("A", -500)], (60, -50)),
    ],
)
def test_a_multiplier_asks_for_its_minimum_where_it_would_give(
    lines: list[Line], per_line: tuple[int, ...]
) -> None:
    rules = [
        spending("a", "0.1", items=["A"]),
        spending("b", "0.1", items=["B"]),
        multiplier("double", "2", min_total_minor=1000),
    ]

    assert earned(rules, basket(*lines)).per_line == per_line


def test_no_multiplier_makes_a_part_give_below_the_minimum_of_its_rule() -> None:
    rules = [
        spending(rate="0.1", min_total_minor=1000),
        multiplier("tenfold", "10", items=["A"]),
    ]

    assert earned(rules, basket(line("A", 500), line("B", -600))).points_minor == 0


def test_loyalty_beyond_the_worth_of_the_goods_takes_back() -> None:
    earnings = earned([spending(rate="1")], basket(line(net_minor=1000), loyalty_minor=1500))

    assert earnings.points_minor == -500
