"""Amounts are whole numbers of the smallest part, exactly, from text to row and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.core.amounts import CREDIT, LARGEST_MINOR, POINTS, Amount, Unit
from adapter.core.errors import InvalidAmount

MINOR = st.integers(-LARGEST_MINOR, LARGEST_MINOR)
UNITS = st.builds(Unit, st.just("points"), st.integers(0, 6))


@pytest.mark.parametrize(
    "text, minor",
    [
        ("12.50", 1250),
        ("12.5", 1250),
        ("12", 1200),
        ("0.01", 1),
        ("-40", -4000),
        ("+7", 700),
        ("12.500000", 1250),
        ("1e2", 10000),
        ("0", 0),
        ("-0.00", 0),
        ("0e999999999999", 0),
        ("10000000000000", LARGEST_MINOR),
        (Decimal("0.10"), 10),
        (7, 700),
    ],
)
def test_an_amount_is_read_exactly(text: str | Decimal | int, minor: int) -> None:
    assert Amount.parse(text, POINTS).minor == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "1,5",
        "0x10",
        "1 000",
        "1_000",
        " 12",
        "12\n",
        "१२",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "0.001",
        "0.0000000000000000000000000000000001",
        "10000000000000.01",
        "-10000000000000.01",
        "1e16",
        "1e999999",
        "1e99999999999999999999",
        "1e-999999",
        "1." + "0" * 5000,
        "9" * 5000,
        "1" + "0" * 5000 + "e-5000",
    ],
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        Amount.parse(text, POINTS)


def test_a_unit_without_decimals_takes_none() -> None:
    with pytest.raises(InvalidAmount, match="credit have at most 0 decimals"):
        Amount.parse("1.5", CREDIT)


@given(MINOR, UNITS)
def test_what_is_written_reads_as_the_same_amount(minor: int, unit: Unit) -> None:
    amount = Amount(minor, unit)

    written = str(amount)

    assert Amount.parse(written, unit) == amount
    assert "e" not in written.lower()
    assert "." not in written or not written.endswith(("0", "."))


@given(st.decimals(allow_nan=None, allow_infinity=None), UNITS)
def test_any_decimal_is_read_exactly_or_refused(number: Decimal, unit: Unit) -> None:
    try:
        amount = Amount.parse(number, unit)
    except InvalidAmount:
        return

    assert amount.whole == number


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        Amount.parse(text, POINTS)
    except InvalidAmount:
        return

    assert text.isascii()


@given(MINOR, MINOR)
def test_amounts_reckon_as_their_numbers_do(one: int, other: int) -> None:
    a, b = Amount(one, POINTS), Amount(other, POINTS)

    assert (a + b).minor == one + other
    assert (a - b).minor == one - other
    assert (-a).minor == -one
    assert (a < b) == (one < other)
    assert bool(a) == bool(one)


@pytest.mark.parametrize("other", [Amount(1, CREDIT), Amount(1, Unit("points", 0)), 1, None])
def test_two_units_are_not_reckoned_with_each_other(other: object) -> None:
    with pytest.raises(TypeError):
        Amount(1, POINTS) + other
    with pytest.raises(TypeError):
        Amount(1, POINTS) - other
    with pytest.raises(TypeError):
        _ = Amount(1, POINTS) < other
