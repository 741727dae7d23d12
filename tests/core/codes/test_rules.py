"""What codes read, as arithmetic."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.core.codes import rules

KEYS = st.binary(min_size=32, max_size=64)
CODE = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@given(KEYS, st.uuids(), st.integers(4, 8))
def test_a_code_has_its_length_and_reads_the_same_every_time(key, code_id, digits):
    text = rules.text_of(key, code_id, digits)

    assert len(text) == digits
    assert rules.could_be_code(text)
    assert rules.text_of(key, code_id, digits) == text


def test_a_code_is_the_hmac_of_its_id_folded_to_digits():
    mac = hmac.new(b"k" * 32, b"short code\0" + CODE.bytes, hashlib.sha256)

    assert rules.text_of(b"k" * 32, CODE, 6) == str(int(mac.hexdigest(), 16))[-6:]


@given(KEYS, st.uuids(), st.text("0123456789", min_size=4, max_size=8))
def test_a_digest_is_of_one_key_one_program_and_one_text(key, program_id, text):
    digest = rules.digest_of(key, program_id, text)

    assert len(digest) == 32
    assert text.encode() not in digest
    assert digest == rules.digest_of(key, program_id, text)
    assert digest != rules.digest_of(key + b"x", program_id, text)
    assert digest != rules.digest_of(key, uuid.uuid4(), text)
    assert digest != rules.digest_of(key, program_id, text + "0")


def test_each_digit_is_as_likely_as_any_other():
    count = 20_000
    texts = [rules.text_of(b"k" * 32, uuid.UUID(int=number), 4) for number in range(count)]

    for place in range(4):
        seen = Counter(text[place] for text in texts)
        # Chi-square with nine degrees of freedom: above 27.9 once in a thousand; the key is fixed.
        expected = count / 10
        assert sum((seen[d] - expected) ** 2 / expected for d in "0123456789") < 27.9
    assert len(set(texts)) > 8500


@given(st.text())
def test_only_ascii_digits_could_be_a_code(text):
    assert rules.could_be_code(text) == (0 < len(text) <= 8 and set(text) <= set("0123456789"))


@pytest.mark.parametrize("digits, allowed", [(4, 50), (5, 500), (6, 5000), (7, 5000), (8, 5000)])
def test_longer_codes_put_up_with_more_misses(digits, allowed):
    assert rules.misses_allowed(digits) == allowed


@pytest.mark.parametrize(
    "away, seconds", [(0, 1), (-5, 1), (0.2, 1), (1, 1), (1.01, 2), (300, 300)]
)
def test_one_waits_whole_seconds_and_one_at_least(away, seconds):
    now = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

    assert rules.seconds_until(now + timedelta(seconds=away), now) == seconds
