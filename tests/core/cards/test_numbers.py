"""Numbers for new cards, and the ranges they are drawn from."""

from __future__ import annotations

import pytest

from adapter.core.cards import barcodes, numbers
from adapter.core.cards.barcodes import BarcodeType
from adapter.core.errors import InvalidNumber
from adapter.core.programs import NumberRange


@pytest.mark.parametrize(
    "given",
    [
        NumberRange(),
        NumberRange(prefix="2", length=8, barcode_type="EAN_8"),
        NumberRange(prefix="233", length=13, barcode_type="EAN_13"),
        NumberRange(prefix="233", length=10, barcode_type="EAN_13"),
        NumberRange(prefix="4", length=12, barcode_type="UPC_A"),
        NumberRange(prefix="9", length=50, barcode_type="QR_CODE"),
    ],
)
def test_numbers_are_of_their_range_and_have_a_barcode(given: NumberRange) -> None:
    numbers.check_prefix(given)
    numbers.check_length(given)

    for number in numbers.draw(given):
        assert number.startswith(given.prefix) and len(number) == given.length
        barcodes.check(
            BarcodeType(given.barcode_type),
            barcodes.of_number(number, BarcodeType(given.barcode_type)),
        )


def test_draws_are_few_and_hardly_ever_the_same() -> None:
    drawn = list(numbers.draw(NumberRange(length=20)))

    assert len(drawn) == len(set(drawn)) == numbers.DRAWS


@pytest.mark.parametrize(
    "given",
    [
        NumberRange(prefix=""),
        NumberRange(prefix="077"),
        NumberRange(prefix="7a"),
        NumberRange(prefix="７７"),
        NumberRange(prefix="7700", length=4),
        NumberRange(prefix="7700", length=3),
        NumberRange(prefix="7700009", length=8, barcode_type="EAN_8"),
        NumberRange(length=9, barcode_type="EAN_8"),
        NumberRange(length=14, barcode_type="EAN_13"),
        NumberRange(length=51),
    ],
)
def test_a_range_without_numbers_is_refused(given: NumberRange) -> None:
    with pytest.raises(InvalidNumber):
        numbers.check_prefix(given)
        numbers.check_length(given)


@pytest.mark.parametrize("number", ["7700009001", "A-1", "карта 7", "0", "7" * 50])
def test_a_card_may_have_this_number(number: str) -> None:
    numbers.check_number(number)


@pytest.mark.parametrize("number", ["", " 7", "7 ", "A", "7\n", "7\0", "7" * 51, "7\u202e8"])
def test_a_card_may_not_have_this_number(number: str) -> None:
    with pytest.raises(InvalidNumber):
        numbers.check_number(number)
