"""A repeat is told from a reuse by a digest of what was said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adapter.core.origins import fingerprint


def test_the_same_content_has_the_same_fingerprint_in_whatever_order() -> None:
    assert fingerprint({"a": 1, "b": [2, 3]}) == fingerprint({"b": [2, 3], "a": 1})


@pytest.mark.parametrize(
    "one, other",
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": "1"}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": None}, {}),
        ({"sum": Decimal("1.10")}, {"sum": Decimal("1.11")}),
        ({"day": date(2026, 1, 1)}, {"day": date(2026, 1, 2)}),
    ],
)
def test_other_content_has_another_fingerprint(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_a_fingerprint_fits_its_column_and_says_nothing() -> None:
    made = fingerprint({"phone": "79216668899"})

    assert len(made) == 64
    assert "79216668899" not in made
