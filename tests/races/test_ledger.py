"""Calls about points that come at the same moment."""

from __future__ import annotations

import uuid
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from adapter.core import benefits, ledger, payments
from adapter.core.errors import InsufficientPoints, LoyaltyError, PromoCodeUsed, ReservationClosed
from adapter.core.ledger import Entry, Purse
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import (
    PLACE,
    capture,
    findings,
    give_points,
    make_code,
    make_member,
    make_program,
    origin,
    points,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
)
from tests.races.crowd import crowd
from tests.scale.isolation import run


@pytest.fixture
def purses(database: Database) -> list[Purse]:
    """Five members of one program with 100 points each."""
    with database.unit_of_work() as work:
        program = make_program(work)
        purses = [purse_of(program, make_member(work, program)) for _ in range(5)]
        for purse in purses:
            give_points(work, purse, 100)
    return purses


def give_once(purse: Purse, database: Database, number: int) -> uuid.UUID:
    """One and the same sale."""
    return run(database, lambda work: give_points(work, purse, 7, origin=origin("R-1")).id)


def spend(purse: Purse, database: Database, number: int) -> uuid.UUID:
    """The last points."""
    return run(database, lambda work: spend_points(work, purse, 100).id)


def close(reservation_id: uuid.UUID, database: Database, number: int) -> str:
    """One and the same reservation, captured or released."""

    def unit(work: Work) -> str:
        reservation = work.session.get_one(payments.Reservation, reservation_id)
        return str((capture if number % 2 else release)(work, reservation).state)

    return run(database, unit)


def redeem(program: ProgramTerms, members: list[uuid.UUID], database: Database, number: int) -> str:
    """A code that one may have."""

    def unit(work: Work) -> str:
        member = work.session.get_one(Member, members[number])
        benefits.redeem_code(work, program, member, code="SPRING25", place=PLACE)
        return "taken"

    return run(database, unit)


def wander(purses: list[Purse], steps: int, database: Database, number: int) -> int:
    """So many steps at random, on all the members; how many were not refused."""
    random, done = Random(number), 0
    entries: list[tuple[Purse, uuid.UUID]] = []
    held: list[uuid.UUID] = []

    def step(work: Work, purse: Purse, what: str, amount: int, chosen: Any) -> uuid.UUID:
        if what == "give":
            return give_points(work, purse, amount).id
        if what == "spend":
            return spend_points(work, purse, amount).id
        if what == "reserve":
            return reserve_points(work, purse, amount).id
        if what == "reverse":
            of, entry_id = chosen
            return reverse(work, of, work.session.get_one(Entry, entry_id)).id
        reservation = work.session.get_one(payments.Reservation, chosen)
        return (capture if what == "capture" else release)(work, reservation).id

    for _ in range(steps):
        what = random.choice(("give", "spend", "reserve", "capture", "release", "reverse"))
        pool: list[Any] = {"capture": held, "release": held, "reverse": entries}.get(what, [None])
        if not pool:
            what, pool = "give", [None]
        purse, chosen, amount = random.choice(purses), random.choice(pool), random.randint(1, 30)
        try:
            told = partial(step, purse=purse, what=what, amount=amount, chosen=chosen)
            made = run(database, told)
        except LoyaltyError:
            continue
        # Only now, for a unit of work that is run again has made nothing the first time.
        done += 1
        if what in ("give", "spend"):
            entries.append((purse, made))
        elif what == "reserve":
            held.append(made)
    return done


def test_the_same_origin_fifty_times_at_once_moves_points_once(
    database: Database, url: str, purses: list[Purse]
) -> None:
    entries = crowd(url, partial(give_once, purses[0]), processes=5, threads=10)

    assert len(entries) == 50 and len(set(entries)) == 1
    with database.reading() as work:
        assert ledger.balance(work, purses[0]).total == points(107)
        assert findings(work) == []


def test_the_first_points_of_a_member_may_come_from_everywhere_at_once(
    database: Database, url: str
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        purse = purse_of(program, make_member(work, program))

    crowd(url, partial(give_once, purse), processes=4, threads=2)

    with database.reading() as work:
        assert ledger.balance(work, purse).total == points(7)
        assert findings(work) == []


def test_of_two_spends_of_the_last_points_one_succeeds(
    database: Database, url: str, purses: list[Purse]
) -> None:
    outcomes = crowd(url, partial(spend, purses[0]), processes=4, threads=2)

    assert outcomes.count(InsufficientPoints) == 7
    with database.reading() as work:
        assert ledger.balance(work, purses[0]).total == points(0)
        assert findings(work) == []


def test_a_reservation_is_captured_or_released_but_once(
    database: Database, url: str, purses: list[Purse]
) -> None:
    with database.unit_of_work() as work:
        reservation = reserve_points(work, purses[0], 60)

    outcomes = crowd(url, partial(close, reservation.id), processes=2, threads=4)

    assert outcomes.count(ReservationClosed) == 7
    with database.reading() as work:
        left = {"captured": points(40), "released": points(100)}
        (state,) = {outcome for outcome in outcomes if isinstance(outcome, str)}
        assert ledger.balance(work, purses[0]).available == left[state]
        assert findings(work) == []


def test_a_code_for_one_is_taken_by_one(database: Database, url: str) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_code(work, program, uses=1)
        members = [make_member(work, program).id for _ in range(8)]

    outcomes = crowd(url, partial(redeem, program, members), processes=2, threads=4)

    assert sorted(outcomes, key=str) == [PromoCodeUsed] * 7 + ["taken"]
    with database.reading() as work:
        assert sum(line.amount_minor for m in members for line in ledger.statement(work, m)) == 5000


def test_a_thousand_steps_of_eight_workers_leave_every_invariant_true(
    database: Database, url: str, purses: list[Purse]
) -> None:
    done = crowd(url, partial(wander, purses, 125), processes=8)

    assert sum(done) > 500
    with database.reading() as work:
        assert findings(work) == []
        assert work.session.scalar(select(func.count()).select_from(Entry)) == 5 + sum(done)
        for purse in purses:
            balance = ledger.balance(work, purse)
            assert min(balance.available, balance.reserved) >= points(0)
            assert sum((p.amount for p in balance.portions), points(0)) == balance.total
