"""Barcodes a till can scan: which text fits which symbology, and the check digit of GS1."""

from __future__ import annotations

from enum import StrEnum

from adapter.core.errors import InvalidBarcode

LONGEST = 50


class BarcodeType(StrEnum):
    """The symbologies a card may carry."""

    EAN_8 = "EAN_8"
    EAN_13 = "EAN_13"
    UPC_A = "UPC_A"
    CODE_128 = "CODE_128"
    QR_CODE = "QR_CODE"


# Symbologies of a fixed length, whose last digit checks the others.
CHECKED_LENGTHS = {BarcodeType.EAN_8: 8, BarcodeType.UPC_A: 12, BarcodeType.EAN_13: 13}


def check(barcode_type: BarcodeType, number: str) -> None:
    """Nothing, if a scanner would read this number from this symbology.

    Raises:
        InvalidBarcode: Its length, its characters or its check digit are wrong.
    """
    length = CHECKED_LENGTHS.get(barcode_type)
    if length is not None:
        if len(number) != length or not _is_digits(number):
            raise InvalidBarcode(f"{barcode_type} has {length} digits")
        if check_digit(number[:-1]) != number[-1]:
            raise InvalidBarcode(f"the check digit of this {barcode_type} is wrong")
    elif not 0 < len(number) <= LONGEST or not number.isprintable():
        raise InvalidBarcode(f"a barcode has 1 to {LONGEST} printable characters")
    elif barcode_type is BarcodeType.CODE_128 and not number.isascii():
        raise InvalidBarcode("CODE_128 has ASCII characters only")


def check_digit(digits: str) -> str:
    """The digit GS1 puts behind these: weights 3 and 1 from the right fill up to a ten."""
    weighted = (
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return str(-sum(weighted) % 10)


def of_number(number: str, barcode_type: BarcodeType) -> str:
    """The barcode of a card that has none of its own.

    The number itself where the symbology takes it; where that has a fixed length, the number is
    filled up with zeros on the right and given its check digit.

    Raises:
        InvalidBarcode: The symbology cannot carry the number.
    """
    length = CHECKED_LENGTHS.get(barcode_type)
    if length is None or len(number) == length:
        check(barcode_type, number)
        return number
    if len(number) > length or not _is_digits(number):
        raise InvalidBarcode(f"{barcode_type} cannot carry this number")
    body = number.ljust(length - 1, "0")
    return body + check_digit(body)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
