"""Parts brought to another sum, each in proportion to what it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapter.core import programs

PARTS = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20)


@given(parts=PARTS, share=st.integers(0, 1000))
def test_parts_add_up_to_the_whole_in_their_proportions(parts: list[int], share: int) -> None:
    before = sum(parts)
    whole = int(before * share / 1000)

    scaled = programs.scaled(parts, whole)

    assert sum(scaled) == whole
    for part, now in zip(parts, scaled, strict=True):
        # No further from the exact share than a rounding along the way may bring it.
        assert abs(now * before - part * whole) <= abs(before)


@given(parts=PARTS, share=st.integers(0, 1000))
def test_what_is_negative_is_scaled_as_its_mirror_image(parts: list[int], share: int) -> None:
    whole = sum(parts) * share // 1000

    mirrored = programs.scaled([-part for part in parts], -whole)

    assert mirrored == [-part for part in programs.scaled(parts, whole)]


@given(parts=PARTS)
def test_parts_of_the_same_sum_stay_as_they_are(parts: list[int]) -> None:
    assert programs.scaled(parts, sum(parts)) == parts


def test_nothing_at_all_has_no_parts() -> None:
    assert programs.scaled([], 5) == []
