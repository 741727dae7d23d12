"""A member's timeline: what was held after every line, whatever of it is asked for."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from adapter.core import ledger, support
from adapter.core.amounts import CREDIT
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.support import Wanted
from adapter.db import Database, Work
from tests.factories import (
    give_credit,
    give_points,
    later,
    make_member,
    make_program,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
)
from tests.statements import recorded


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody with a history of their own, and of credit beside it."""
    member = make_member(work, program)
    purse = purse_of(program, member)
    give_points(later(work, days=-5), purse, 100)
    spent = spend_points(later(work, days=-4), purse, 30)
    give_credit(later(work, days=-4), program, member, 700)
    reverse(later(work, days=-3), purse, spent)
    release(later(work, days=-1), reserve_points(later(work, days=-2), purse, 20))
    give_points(work, purse, 5, active_from=work.now + timedelta(days=1))
    return member


def told(work: Work, member: Member, *args: object, **more: object) -> list[tuple[str, int, int]]:
    """Kind, available and total of each line."""
    found = support.history(work, member.id, *args, **more)  # type: ignore[arg-type]
    return [(one.entry.kind, one.after.available, one.after.total) for one in found]


def test_every_line_says_what_was_held_after_it(work: Work, member: Member) -> None:
    assert told(work, member) == [
        ("accrual", 10000, 10500),
        ("release", 10000, 10000),
        ("reservation", 8000, 10000),
        ("reversal", 10000, 10000),
        ("accrual", 700, 700),
        ("redemption", 7000, 7000),
        ("accrual", 10000, 10000),
    ]


def test_what_is_held_before_a_line_is_what_was_after_the_one_before(
    work: Work, member: Member
) -> None:
    mine = [one for one in support.history(work, member.id) if one.unit == "points"]

    assert [one.before for one in mine[:-1]] == [one.after for one in mine[1:]]
    assert [one.moved_minor for one in mine] == [500, 0, 0, 3000, -3000, 10000]
    assert [support.within(one) for one in mine] == ["", "let go", "set aside", "", "", ""]


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (Wanted(kind="reservation"), ["reservation"]),
        (Wanted(unit=CREDIT.code), ["accrual"]),
        (Wanted(channel="test", outlet_code="BR001", kind="redemption"), ["redemption"]),
        (Wanted(channel="nowhere"), []),
    ],
)
def test_a_filter_changes_no_sum(
    work: Work, member: Member, wanted: Wanted, kinds: list[str]
) -> None:
    everything = {one.entry.id: one for one in support.history(work, member.id)}

    found = support.history(work, member.id, wanted)

    assert [one.entry.kind for one in found] == kinds
    assert all(one == everything[one.entry.id] for one in found)


def test_a_period_is_of_when_it_happened(work: Work, member: Member) -> None:
    since, before = work.now - timedelta(days=4), work.now - timedelta(days=3)

    assert [kind for kind, *_ in told(work, member, Wanted(since=since, before=before))] == [
        "accrual",
        "redemption",
    ]


def test_pages_are_what_one_page_would_be(work: Work, member: Member) -> None:
    whole = support.history(work, member.id)
    seen: list[uuid.UUID] = []

    while page := support.history(work, member.id, after=seen[-1] if seen else None, limit=2):
        seen += [one.entry.id for one in page]

    assert seen == [one.entry.id for one in whole]


def test_nobody_elses_entry_is_in_it_nor_leads_into_it(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    other = make_member(work, program)
    entry = give_points(work, purse_of(program, other), 1)

    assert [one.entry.id for one in support.history(work, other.id)] == [entry.id]
    assert support.history(work, make_member(work, program).id) == []
    assert support.history(work, member.id, after=entry.id) == []


def test_it_takes_four_statements_however_long_it_is(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        for _ in range(30):
            give_points(work, purse_of(program, member), 1)

    with database.reading() as work, recorded(database) as sent:
        found = support.history(work, member.id, limit=20)

    assert len(found) == 20
    assert len([one for one in sent if one[0].startswith("SELECT")]) <= 4
    with database.reading() as work:
        assert ledger.statement(work, member.id)
