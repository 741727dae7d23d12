"""Numbers for new cards: drawn at random from the program's range, unique by the index."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from adapter.core.cards.barcodes import CHECKED_LENGTHS, LONGEST, BarcodeType, check_digit
from adapter.core.errors import InvalidNumber
from adapter.core.programs import NumberRange

# So many draws in a row that all meet a number in use mean that hardly any are left.
DRAWS = 25


def draw(numbers: NumberRange) -> Iterator[str]:
    """Numbers of the range, at random: no row is shared by all customers to count them."""
    for _ in range(DRAWS):
        yield _one(numbers)


def size(numbers: NumberRange) -> int:
    """How many numbers the range has in all."""
    return int(10 ** _free(numbers))


def _free(numbers: NumberRange) -> int:
    return max(0, numbers.length - len(numbers.prefix) - _is_checked(numbers))


def _is_checked(numbers: NumberRange) -> bool:
    return CHECKED_LENGTHS.get(BarcodeType(numbers.barcode_type)) == numbers.length


def _one(numbers: NumberRange) -> str:
    free = _free(numbers)
    body = numbers.prefix + (str(secrets.randbelow(10**free)).zfill(free) if free else "")
    return body + check_digit(body) if _is_checked(numbers) else body


def check_prefix(numbers: NumberRange) -> None:
    """Nothing, if numbers can begin so.

    Raises:
        InvalidNumber: Not digits, or a leading zero.
    """
    if not (numbers.prefix.isascii() and numbers.prefix.isdigit()) or numbers.prefix[0] == "0":
        raise InvalidNumber("a prefix is digits, the first of them not 0")


def check_length(numbers: NumberRange) -> None:
    """Nothing, if the range has numbers to give.

    Raises:
        InvalidNumber: No free digits, or more than the barcode carries.
    """
    kind = BarcodeType(numbers.barcode_type)
    longest = CHECKED_LENGTHS.get(kind, LONGEST)
    checked = longest == numbers.length and kind in CHECKED_LENGTHS
    if not len(numbers.prefix) + checked < numbers.length <= longest:
        raise InvalidNumber("the length leaves no free digits, or is more than the barcode carries")


def check_number(number: str) -> None:
    """Nothing, if this can be a card's number.

    Raises:
        InvalidNumber: Empty, too long, unprintable, or without a single digit.
    """
    printable = number.isprintable() and number == number.strip()
    if not 0 < len(number) <= LONGEST or not printable or not any(c.isdigit() for c in number):
        raise InvalidNumber(f"a card number has 1 to {LONGEST} printable characters, one a digit")
