"""The audit's page: who, when, what, about what, before and after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import trail
from adapter.core.staff import Role


@pytest.fixture
def record(console, shop):
    def write(**about):
        told = {
            "actor": "user:boris",
            "action": "card.block",
            "subject_kind": "card",
            "subject_id": shop.card.id,
            "program_id": shop.program.id,
            "before": {"state": "active", "kept": 1},
            "after": {"state": "blocked", "kept": 1},
            "reason": "lost",
        }
        with console.database.unit_of_work() as work:
            return trail.record(work, **told | about)

    return write


def test_a_change_is_shown_as_a_difference_with_who_when_and_why(console, shop, record):
    record()

    page = console.sign_in(Role.AUDITOR).get(f"{shop.url}/trail").text

    for words in ("user:boris", "card.block", str(shop.card.id), "lost", "blocked"):
        assert words in page
    assert "kept" not in page  # what stayed is no change
    assert "2026-05-04T09:00:00+00:00" in page


def test_times_are_by_the_clocks_of_the_program(console, shop, record):
    record()

    english = console.sign_in(Role.AUDITOR).get(f"{shop.url}/trail").text
    russian = console.sign_in(Role.AUDITOR, language="ru").get(f"{shop.url}/trail").text

    hour = (9 + shop.program.timezone.utcoffset(console.database.clock()).seconds // 3600) % 24
    assert f"4 May 2026, {hour:02}:00:00" in english
    assert f"4 мая 2026\u202fг., {hour:02}:00:00" in russian or f"{hour:02}:00:00" in russian
    assert "мая" in russian


def test_what_two_members_had_is_money_where_it_is_money(console, shop, record):
    before = {"survivor": {"status": "active", "available": {"credit": "50000", "points": "3"}}}
    after = {"survivor": {"status": "merged", "available": {"credit": "0", "points": "4"}}}
    record(action="member.merge", before=before, after=after)

    page = console.sign_in(Role.AUDITOR, language="ru").get(f"{shop.url}/trail").text

    assert "500,00 RUB" in page and '<span class="console-became">4</span>' in page
    assert "merged" not in page


def test_another_programs_changes_are_nowhere(console, shop, record):
    record(program_id=shop.neighbour.id, reason="of the neighbour")
    record(program_id=None, reason="of nobody's program")
    everywhere = console.sign_in(Role.AUDITOR)
    here = console.sign_in(Role.AUDITOR, programs=[shop.program.code])

    assert "of the neighbour" not in everywhere.get(f"{shop.url}/trail").text
    assert "program" in everywhere.get(f"{shop.url}/trail").text
    assert "nobody&#39;s program" in everywhere.get(f"{shop.url}/trail").text
    for query in ("", "?format=csv", f"?subject={shop.card.id}"):
        text = here.get(f"{shop.url}/trail{query}").text
        assert "nobody" not in text and "neighbour" not in text


@pytest.mark.parametrize(
    ("query", "is_there"),
    (
        ("actor=user%3Aboris", True),
        ("actor=Boris", True),
        ("actor=user%3Acarl", False),
        ("action=card.block", True),
        ("action=card", False),
        ("subject=card", True),
        ("subject=member", False),
        ("since=2026-05-04&until=2026-05-04", True),
        ("since=2026-05-05", False),
        ("until=2026-05-03", False),
    ),
)
def test_filters_find_what_they_say(console, shop, record, query, is_there):
    record(reason="the one sought")

    page = console.sign_in(Role.AUDITOR).get(f"{shop.url}/trail?{query}")

    assert ("the one sought" in page.text) is is_there


def test_what_is_about_one_thing_is_found_by_its_id(console, shop, record, clock):
    record(reason="of the card")
    record(reason="of the member", subject_id=shop.anna.id)
    clock.advance(timedelta(minutes=1))

    page = console.sign_in(Role.AUDITOR).get(f"{shop.url}/trail?subject={shop.card.id}").text

    assert "of the card" in page and "of the member" not in page
