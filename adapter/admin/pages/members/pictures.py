"""A card's barcode as a picture, of which it was seen that a scanner reads it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache

import zxingcpp

from adapter.core.cards import BarcodeType

SCALE = 2
_FORMATS = {
    BarcodeType.EAN_8: zxingcpp.BarcodeFormat.EAN8,
    BarcodeType.EAN_13: zxingcpp.BarcodeFormat.EAN13,
    BarcodeType.UPC_A: zxingcpp.BarcodeFormat.UPCA,
    BarcodeType.CODE_128: zxingcpp.BarcodeFormat.Code128,
    BarcodeType.QR_CODE: zxingcpp.BarcodeFormat.QRCode,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is its own address."""

    address: str


@lru_cache(maxsize=256)
def barcode(kind: str, number: str) -> Picture | None:
    """The picture of a barcode; none where the number does not fit, or reads as another."""
    try:
        made = zxingcpp.create_barcode(number, _FORMATS[BarcodeType(kind)])
        image = made.to_image(scale=SCALE, add_quiet_zones=True)
        # By the symbology that is printed: a UPC-A is an EAN-13 as well, with a zero in front.
        read = zxingcpp.read_barcodes(
            image,
            formats=zxingcpp.BarcodeFormats([_FORMATS[BarcodeType(kind)]]),
            text_mode=zxingcpp.TextMode.Plain,
        )
    except (ValueError, RuntimeError, KeyError):
        return None
    if not any(_reads_as(one, kind, number) for one in read):
        return None
    drawn = made.to_svg(scale=SCALE, add_quiet_zones=True)
    encoded = base64.b64encode(drawn.encode()).decode()
    return Picture(f"data:image/svg+xml;base64,{encoded}")


def _reads_as(read: zxingcpp.Barcode, kind: str, number: str) -> bool:
    same_number = read.text == number
    if kind == BarcodeType.UPC_A:
        same_number = read.text == number.rjust(len(read.text), "0")
    return bool(same_number and read.format == _FORMATS[BarcodeType(kind)])
