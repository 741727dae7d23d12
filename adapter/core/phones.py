"""The one way a phone number is written: E.164 digits without a plus."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from adapter.core.errors import InvalidPhone

LONGEST = 15
_NOT_DIGITS = re.compile(r"[^0-9]+")


def digits(text: str) -> str:
    """The ASCII digits of a text, in order."""
    return _NOT_DIGITS.sub("", text)


def core_form(number: str) -> str:
    """The digits of a number that starts with its country code.

    A number no plan knows is kept as its digits and matches only itself.

    Raises:
        InvalidPhone: No digits, or more than E.164 allows.
    """
    found = digits(number)
    if not found or len(found) > LONGEST:
        raise InvalidPhone("a phone number has 1 to 15 digits")
    return found


@lru_cache(maxsize=4096)
def in_country(number: str, country: str) -> str:
    """A number as a till of `country` writes it, country code first where that makes it valid.

    Raises:
        InvalidPhone: No digits, or more than E.164 allows.
    """
    plain = core_form(number)
    for candidate, region in ((number, country), ("+" + plain, None)):
        try:
            parsed = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:]
    return plain


def read(given: str, country: str) -> str:
    """A number as people of `country` write it down; behind a plus nothing is guessed.

    Raises:
        InvalidPhone: No digits, or more than E.164 allows.
    """
    found = core_form(given)
    if given.startswith("+") or is_international(found):
        return found
    return in_country(given, country)


@lru_cache(maxsize=4096)
def is_international(number: str) -> bool:
    """Whether these digits are a valid number with its country code in front."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse("+" + number))
    except phonenumbers.NumberParseException:
        return False


def calling_code(country: str) -> str:
    """The digits that start a country's numbers, or an empty text: `7` for RU."""
    return str(phonenumbers.country_code_for_region(country) or "")
