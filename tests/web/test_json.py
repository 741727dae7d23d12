"""Numbers exact, letters as written, and nothing in that a database could not keep."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.web.json import BadJson, dumps, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"1", 1),
        (b"-0", 0),
        (b"9007199254740993", 9007199254740993),
        (b"0.1", Decimal("0.1")),
        (b"1e3", Decimal("1e3")),
        (b"12.50", Decimal("12.50")),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": null}', {"a": None}),
        ('"Ёлкин"'.encode(), "Ёлкин"),
        (rb'"\ud83d\ude00"', "😀"),
        (b"[" * 64 + b"]" * 64, None),
        (b'["' + b"[" * 100_000 + b'"]', ["[" * 100_000]),
    ],
)
def test_what_can_be_kept_is_read_exactly(text, value):
    found = parse(text)

    assert value is None or (found == value and type(found) is type(value))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"   ",
        b"{",
        b"{'a': 1}",
        b"{} {}",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"01",
        b"1.",
        b"\xff",
        b'"\xed\xa0\x80"',
        '{"a": 1}'.encode("utf-16"),
        '{"имя": 1}'.encode("cp1251"),
        b'"\x00"',
        rb'"a\u0000"',
        rb'{"\u0000": 1}',
        rb'[{"a": ["\ud800"]}]',
        rb'"\udc00\ud800"',
        b"1" * 101,
        b"0." + b"1" * 101,
        b"1e309",
        b"1e-400",
        b"1e99999999999999999999999",
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
    ],
)
def test_what_cannot_be_kept_is_refused(text):
    with pytest.raises(BadJson):
        parse(text)


# Whatever goes through these more than once per character is stopped by the time-out of every test.
@pytest.mark.parametrize(
    "text",
    [
        b"[" * 500_000,
        b"[]" * 500_000,
        b'[["\\"' * 200_000,
        b'"' + b'\\"' * 500_000 + b"[" * 100,
        b"9" * 1_000_000,
    ],
)
def test_hostile_texts_are_refused_in_one_pass(text):
    with pytest.raises(BadJson):
        parse(text)


def test_a_text_of_many_small_parts_is_read_in_one_pass():
    assert len(parse(b"[" + b"[],{}," * 150_000 + b"1]")) == 300_001


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800", r"\uDBFF", r"\uDc00", r"\udFfF"])
def test_a_character_that_cannot_be_kept_is_found_among_those_that_can(escape):
    for text in (rf'"\u0416{escape}"', rf'["\\u0041", {{"\u0416{escape}": 1}}]'):
        with pytest.raises(BadJson):
            parse(text)
    assert parse(r'"\u0416\ud83d\ude00\\u0000"') == "Ж😀\\u0000"


def test_a_refusal_repeats_nothing_of_the_text():
    with pytest.raises(BadJson) as caught:
        parse(b'{"phone": "79995550142" "a"}')

    assert "7999" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"я": "Ёлкин", "a": [True, False, None]}, '{"я": "Ёлкин", "a": [true, false, null]}'),
        (Decimal("0.10"), "0.10"),
        (Decimal("1E+3"), "1000"),
        (10**30, str(10**30)),
        ('a"\\\n\x00', '"a\\"\\\\\\n\\u0000"'),
        ([], "[]"),
        ({}, "{}"),
        ((1, 2), "[1, 2]"),
    ],
)
def test_values_are_written_exactly_and_in_order(value, text):
    assert dumps(value) == text


@pytest.mark.parametrize("value", [0.1, date(2025, 1, 1), {1: 2}, Decimal("NaN"), b"", object()])
def test_what_has_no_exact_form_is_a_mistake_of_ours(value):
    with pytest.raises(TypeError):
        dumps(value)


_numbers = st.integers(-(10**90), 10**90) | st.decimals(-(10**20), 10**20, places=3)
_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_values = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


# That other tests keep the machine busy is no fault of the values.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_values)
def test_what_is_written_is_read_back_as_it_was(value):
    assert parse(dumps(value).encode()) == value
