"""Who somebody is and what they may spend, in one query that agrees with all other readings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.core import ledger, members
from adapter.core.amounts import CREDIT, Amount
from adapter.core.errors import InsufficientPoints
from adapter.core.ledger import Purse
from adapter.core.members import IdentityKind, Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import (
    give_points,
    later,
    make_card,
    make_member,
    make_program,
    purse_of,
    release,
    reserve_points,
    spend_points,
)
from tests.statements import recorded

DAY = timedelta(days=1)
PHONE, PASS = "79216668899", "GW-5f1c09"
BY_PHONE, BY_PASS = (IdentityKind.PHONE, PHONE), (IdentityKind.PASS, PASS)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program in which one may owe points."""
    return make_program(work, allow_negative=True)


@pytest.fixture
def anna(work: Work, program: ProgramTerms) -> Member:
    """A member with a phone and a pass."""
    names = {"first_name": "Анна", "last_name": "Ким"}
    return make_member(work, program, phone=PHONE, identities=[BY_PASS], **names)


def available(work: Work, program: ProgramTerms, member: Member) -> Amount:
    """What the one query says a member may spend."""
    (own,) = member.identities_of(IdentityKind.MEMBERSHIP_KEY)
    key = (IdentityKind.MEMBERSHIP_KEY, own.value)
    found = members.spenders(work, program, [key])[key]
    assert found.member_id == member.id
    return found.available


# A step of a member's life: how much, from which day and until which, and what is done with it.
Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["give", "give", "spend", "owe", "set aside", "release"]),
        st.integers(1, 30),
        st.integers(0, 3),
        st.integers(1, 4),
    ),
    min_size=2,
    max_size=8,
)


class Life:
    """What happens to the points of one member."""

    def __init__(self, work: Work, purse: Purse) -> None:
        self.work, self.purse = work, purse
        self.held: list[Any] = []

    def take(self, step: Step) -> None:
        """Do one thing, if it can be done."""
        what, amount, begins, lasts = step
        with suppress(InsufficientPoints):
            self._do(what, amount, begins, lasts)

    def _do(self, what: str, amount: int, begins: int, lasts: int) -> None:
        if what == "give":
            terms = {
                "active_from": self.work.now + begins * DAY if begins else None,
                "expires_at": self.work.now + (begins + lasts) * DAY if lasts < 4 else None,
            }
            give_points(self.work, self.purse, amount, **terms)
        elif what == "spend":
            spend_points(self.work, replace(self.purse, may_go_negative=False), amount)
        elif what == "owe":
            spend_points(self.work, self.purse, amount)
        elif what == "set aside":
            self.held.append(reserve_points(self.work, self.purse, amount))
        elif what == "release" and self.held:
            release(self.work, self.held.pop())


@pytest.mark.parametrize("job", [False, True], ids=["not settled", "settled"])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, days=st.integers(0, 7))
def test_what_is_available_is_what_the_ledger_says(
    work: Work, program: ProgramTerms, job: bool, steps: list[Step], days: int
) -> None:
    """Of lots in whatever state, before and after the job has come by."""
    member = make_member(work, program)
    purse = purse_of(program, member, may_go_negative=True)
    life = Life(work, purse)
    for step in steps:
        life.take(step)
    then = later(work, days=days)
    if job:
        ledger.settle_due(then, purse)

    found = available(then, program, member)

    assert found == ledger.holdings(then, member.id).available(program.points)
    assert found == ledger.balance(then, purse).available
    assert found.unit == program.points


@pytest.mark.parametrize("moment", [-1, 0, 1], ids=["before", "at", "after"])
def test_a_lot_begins_and_ends_at_its_very_moment(
    work: Work, program: ProgramTerms, anna: Member, moment: int
) -> None:
    """As whoever walks through the lots sees it, to the microsecond."""
    purse = purse_of(program, anna)
    give_points(work, purse, 100)
    give_points(work, purse, 30, expires_at=work.now + DAY)
    give_points(work, purse, 7, active_from=work.now + DAY)
    then = later(work, days=1, microseconds=moment)

    found = available(then, program, anna)

    assert found.minor == {-1: 13000, 0: 10700, 1: 10700}[moment]
    assert found == ledger.balance(then, purse).available


def test_other_units_and_the_purse_of_a_card_are_not_counted(
    work: Work, program: ProgramTerms, anna: Member
) -> None:
    give_points(work, purse_of(program, anna), 5)
    give_points(work, purse_of(program, anna, unit=CREDIT), 7)
    give_points(work, purse_of(program, make_member(work, program)), 9)
    card = make_card(work, program, anna)
    give_points(work, purse_of(program, anna, card_id=card.id), 11)

    assert available(work, program, anna) == Amount.parse(5, program.points)


def test_each_identity_finds_whose_it_is(work: Work, program: ProgramTerms, anna: Member) -> None:
    boris = make_member(work, program, phone="79990000000", status=MemberStatus.BLOCKED)
    give_points(work, purse_of(program, boris), 3)
    nobody = (IdentityKind.PHONE, "70000000000")

    found = members.spenders(work, program, [BY_PHONE, BY_PASS, (nobody[0], "79990000000"), nobody])

    assert {key: one.member_id for key, one in found.items()} == {
        BY_PHONE: anna.id,
        BY_PASS: anna.id,
        (IdentityKind.PHONE, "79990000000"): boris.id,
    }
    mine, his = found[BY_PASS], found[IdentityKind.PHONE, "79990000000"]
    assert (mine.first_name, mine.last_name, mine.phone) == ("Анна", "Ким", PHONE)
    assert (mine.status, mine.available.minor) == (MemberStatus.ACTIVE, 0)
    assert (his.first_name, his.last_name, his.phone) == (None, None, "79990000000")
    assert (his.status, his.available.minor) == (MemberStatus.BLOCKED, 300)


def test_who_has_no_phone_is_shown_without(work: Work, program: ProgramTerms) -> None:
    make_member(work, program, phone=None, email="a@example.com", identities=[BY_PASS])

    assert members.spenders(work, program, [BY_PASS])[BY_PASS].phone is None


def test_a_value_is_looked_for_as_its_own_kind_in_its_own_program(
    work: Work, program: ProgramTerms, anna: Member
) -> None:
    elsewhere = make_program(work)
    swapped = [(IdentityKind.PASS, PHONE), (IdentityKind.PHONE, PASS)]

    assert members.spenders(work, program, swapped) == {}
    assert members.spenders(work, elsewhere, [BY_PHONE, BY_PASS]) == {}
    there = make_member(work, elsewhere, phone=PHONE, identities=[BY_PASS])
    assert members.spenders(work, elsewhere, [BY_PHONE])[BY_PHONE].member_id == there.id
    assert members.spenders(work, program, [BY_PHONE])[BY_PHONE].member_id == anna.id


def test_a_glance_sees_what_a_reading_sees(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, points_decimals=0)
        member = make_member(work, program, phone=PHONE, identities=[BY_PASS])
        purse = purse_of(program, member)
        give_points(work, purse, 10, expires_at=work.now + DAY)
        give_points(work, purse, 5, active_from=work.now + DAY)
        reserve_points(work, purse, 2)
    database.clock.advance(DAY)  # type: ignore[attr-defined]

    with database.reading() as looking:
        read = members.spenders(looking, program, [BY_PHONE, BY_PASS])
    glanced = members.spenders(database.glance(), program, [BY_PHONE, BY_PASS])

    assert glanced == read
    assert glanced[BY_PHONE].available == Amount(5, program.points)
    assert type(glanced[BY_PHONE].member_id) is type(member.id)


def test_a_glance_sees_only_what_was_committed(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
    with database.unit_of_work() as work:
        make_member(work, program, phone=PHONE)

        assert members.spenders(database.glance(), program, [BY_PHONE]) == {}
    assert members.spenders(database.glance(), program, [BY_PHONE]).keys() == {BY_PHONE}


def test_it_is_one_query_however_many_are_asked_for(
    work: Work, database: Database, program: ProgramTerms, anna: Member
) -> None:
    for asked in ([BY_PHONE], [BY_PHONE, BY_PASS], [BY_PHONE] * 5):
        with recorded(database) as sent:
            members.spenders(work, program, asked)

        assert len(sent) == 1


# The tables that grow with every customer, of which no row may be looked at in vain.
LARGE = ("identities", "members", "accounts", "lots")


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("asked", [[BY_PHONE], [BY_PHONE, BY_PASS]], ids=["phone", "both"])
def test_on_sqlite_no_table_is_gone_through(
    work: Work, database: Database, program: ProgramTerms, asked: list[Any]
) -> None:
    """As `test_plans` says of PostgreSQL; SQLite plans alike however many rows there are."""
    with recorded(database) as sent:
        members.spenders(work, program, asked)
    ((statement, parameters),) = sent

    explain: Callable[..., Any] = work.session.connection().exec_driver_sql
    plan = [row[-1] for row in explain(f"EXPLAIN QUERY PLAN {statement}", parameters)]

    assert [line for line in plan if line.startswith("SCAN")] == []
    searched = [line for line in plan if line.startswith("SEARCH")]
    assert len(searched) >= len(LARGE)
    assert all("INDEX" in line or "PRIMARY KEY" in line for line in searched)
