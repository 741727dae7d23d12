"""One way to write a phone, and what is made of the many others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.core import phones
from adapter.core.errors import InvalidPhone


@pytest.mark.parametrize(
    "written, core",
    [
        ("79216668899", "79216668899"),
        ("+7 (921) 666-88-99", "79216668899"),
        ("7-921-666-88-99", "79216668899"),
        ("80000000001", "80000000001"),
        ("1", "1"),
    ],
)
def test_a_number_with_its_country_code_is_its_digits(written: str, core: str) -> None:
    assert phones.core_form(written) == core


@pytest.mark.parametrize("written", ["", "abc", "+", "1234567890123456", "٧٩٢١٦٦٦٨٨٩٩"])
def test_what_has_no_digits_or_too_many_is_no_phone(written: str) -> None:
    with pytest.raises(InvalidPhone):
        phones.core_form(written)
    with pytest.raises(InvalidPhone):
        phones.in_country(written, "RU")


@pytest.mark.parametrize(
    "written, country, core",
    [
        ("89216668899", "RU", "79216668899"),
        ("9216668899", "RU", "79216668899"),
        ("+79216668899", "RU", "79216668899"),
        ("79216668899", "RU", "79216668899"),
        ("+49 30 901820", "RU", "4930901820"),
        ("030 901820", "DE", "4930901820"),
        ("4915112345678", "RU", "4915112345678"),
        ("12345", "RU", "12345"),
        ("79216668899", "", "79216668899"),
    ],
)
def test_a_tills_number_is_read_with_the_country_where_that_makes_it_valid(
    written: str, country: str, core: str
) -> None:
    assert phones.in_country(written, country) == core


@given(st.text(max_size=40))
def test_any_text_is_a_phone_or_refused(text: str) -> None:
    try:
        found = phones.in_country(text, "RU")
    except InvalidPhone:
        return

    assert found.isascii() and found.isdigit()
    assert 1 <= len(found) <= phones.LONGEST


@pytest.mark.parametrize("country, code", [("RU", "7"), ("DE", "49"), ("XX", ""), ("", "")])
def test_a_country_has_a_calling_code(country: str, code: str) -> None:
    assert phones.calling_code(country) == code
