"""Barcodes that a scanner reads: compared with a library that writes and reads real ones."""

from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.core.cards import barcodes
from adapter.core.cards.barcodes import BarcodeType
from adapter.core.errors import InvalidBarcode

FORMATS = {
    BarcodeType.EAN_8: zxingcpp.BarcodeFormat.EAN8,
    BarcodeType.EAN_13: zxingcpp.BarcodeFormat.EAN13,
    BarcodeType.UPC_A: zxingcpp.BarcodeFormat.UPCA,
    BarcodeType.CODE_128: zxingcpp.BarcodeFormat.Code128,
    BarcodeType.QR_CODE: zxingcpp.BarcodeFormat.QRCode,
}
CHECKED = sorted(barcodes.CHECKED_LENGTHS)
DIGITS = st.text("0123456789", min_size=1, max_size=7)


def scanned(kind: BarcodeType, number: str) -> str:
    """What a scanner reads from the barcode printed."""
    printed = zxingcpp.create_barcode(number, FORMATS[kind])
    (found,) = zxingcpp.read_barcodes(printed.to_image(scale=3, add_quiet_zones=True))
    return found.text


@pytest.mark.parametrize(
    "kind, number",
    [
        (BarcodeType.EAN_8, "96385074"),
        (BarcodeType.EAN_13, "4006381333931"),
        (BarcodeType.EAN_13, "2337658900009"),
        (BarcodeType.UPC_A, "036000291452"),
        (BarcodeType.CODE_128, "7700009001"),
        (BarcodeType.CODE_128, "Card no. 7"),
        (BarcodeType.QR_CODE, "карта-7"),
    ],
)
def test_a_good_number_passes(kind: BarcodeType, number: str) -> None:
    barcodes.check(kind, number)

    assert barcodes.of_number(number, kind) == number


@pytest.mark.parametrize(
    "kind, number",
    [
        (BarcodeType.EAN_8, "96385075"),
        (BarcodeType.EAN_8, "9638507"),
        (BarcodeType.EAN_8, "9638507x"),
        (BarcodeType.EAN_8, "٩٦٣٨٥٠٧٤"),
        (BarcodeType.EAN_13, "4006381333932"),
        (BarcodeType.EAN_13, "036000291452"),
        (BarcodeType.UPC_A, "036000291453"),
        (BarcodeType.UPC_A, "4006381333931"),
        (BarcodeType.CODE_128, ""),
        (BarcodeType.CODE_128, "карта"),
        (BarcodeType.CODE_128, "a\nb"),
        (BarcodeType.CODE_128, "a\0b"),
        (BarcodeType.CODE_128, "7" * 51),
        (BarcodeType.QR_CODE, ""),
        (BarcodeType.QR_CODE, "7" * 51),
    ],
)
def test_a_number_no_scanner_would_read_is_refused(kind: BarcodeType, number: str) -> None:
    with pytest.raises(InvalidBarcode):
        barcodes.check(kind, number)


@pytest.mark.parametrize("kind", CHECKED)
@pytest.mark.parametrize("digit", "0123456789")
def test_of_ten_last_digits_one_is_right(kind: BarcodeType, digit: str) -> None:
    body = "7700009001234"[: barcodes.CHECKED_LENGTHS[kind] - 1]
    right = barcodes.check_digit(body)

    if digit == right:
        barcodes.check(kind, body + digit)
    else:
        with pytest.raises(InvalidBarcode):
            barcodes.check(kind, body + digit)


@pytest.mark.parametrize("kind", CHECKED)
@settings(max_examples=25, deadline=None)
@given(number=DIGITS)
def test_a_scanner_reads_what_we_make_of_a_short_number(kind: BarcodeType, number: str) -> None:
    barcode = barcodes.of_number(number, kind)

    barcodes.check(kind, barcode)
    assert barcode.startswith(number)
    assert scanned(kind, barcode)[-len(barcode) :] == barcode  # UPC-A is an EAN-13 with a zero


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20))
def test_a_scanner_reads_our_code_128(number: str) -> None:
    assert scanned(BarcodeType.CODE_128, barcodes.of_number(number, BarcodeType.CODE_128)) == number


@pytest.mark.parametrize("kind", CHECKED)
@given(data=st.data())
def test_the_check_digit_is_the_one_of_the_library(kind: BarcodeType, data: st.DataObject) -> None:
    length = barcodes.CHECKED_LENGTHS[kind] - 1
    body = data.draw(st.text("0123456789", min_size=length, max_size=length))

    made = zxingcpp.create_barcode(body, FORMATS[kind]).text

    assert made[-1] == barcodes.check_digit(body)


@pytest.mark.parametrize("number", ["770000900199", "77000o9001", "7" * 9])
def test_a_number_that_does_not_fit_makes_no_barcode(number: str) -> None:
    with pytest.raises(InvalidBarcode):
        barcodes.of_number(number, BarcodeType.EAN_8)
