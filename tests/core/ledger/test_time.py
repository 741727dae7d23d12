"""What time does to points: they become active, they expire, and a job writes it down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapter.core import ledger
from adapter.core.errors import InsufficientPoints
from adapter.core.ledger import Entry, EntryKind, Purse
from adapter.db import Work
from tests.factories import (
    findings,
    give_points,
    later,
    make_card,
    make_member,
    make_program,
    make_purse,
    origin,
    points,
    purse_of,
    release,
    reserve_points,
    spend_points,
)

DAY = timedelta(days=1)


def kinds(work: Work, purse: Purse) -> list[str]:
    """The kinds of a member's entries, in order."""
    found = select(Entry.kind).where(Entry.member_id == purse.member_id)
    return list(work.session.scalars(found.order_by(Entry.recorded_at, Entry.id)))


@pytest.mark.parametrize("job_came_by", [True, False])
def test_expired_points_are_gone_whether_or_not_the_job_came_by(
    work: Work, job_came_by: bool
) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, expires_at=work.now + DAY)
    give_points(work, purse, 5)
    after = later(work, days=1)

    if job_came_by:
        ledger.settle_due(after, purse)

    balance = ledger.balance(after, purse)
    assert (balance.available, balance.total) == (points(5), points(5))
    assert [p.amount for p in balance.portions] == [points(5)]
    with pytest.raises(InsufficientPoints):
        spend_points(after, purse, 6)


def test_points_live_up_to_their_last_moment(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, expires_at=work.now + DAY)

    spend_points(later(work, days=1, microseconds=-1), purse, 30)

    assert ledger.balance(work, purse).total == points(0)


def test_what_is_left_of_a_lot_expires_as_one_entry(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, expires_at=work.now + DAY)
    spend_points(work, purse, 10)
    after = later(work, days=2)

    done = ledger.settle_due(after, purse)

    line = ledger.statement(after, purse.member_id)[-1]
    assert done == 1
    assert (line.entry.kind, line.amount_minor) == (EntryKind.EXPIRY, -2000)
    assert line.occurred_at == work.now + DAY
    assert findings(after) == []


def test_settling_twice_does_nothing_more(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, expires_at=work.now + DAY)
    after = later(work, days=2)
    ledger.settle_due(after, purse)

    assert ledger.settle_due(after, purse) == 0


@pytest.mark.parametrize("job_came_by", [True, False])
def test_pending_points_become_available_whether_or_not_the_job_came_by(
    work: Work, job_came_by: bool
) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, active_from=work.now + DAY)
    before, after = ledger.balance(work, purse), later(work, days=1)

    if job_came_by:
        ledger.settle_due(after, purse)

    balance = ledger.balance(after, purse)
    assert (before.available, before.pending, before.total) == (points(0), points(30), points(30))
    assert (balance.available, balance.pending) == (points(30), points(0))


def test_pending_points_cannot_be_spent(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, active_from=work.now + DAY)

    with pytest.raises(InsufficientPoints) as refusal:
        spend_points(work, purse, 1)

    assert refusal.value.available == points(0)


def test_points_become_active_as_they_are_spent(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, active_from=work.now + DAY)
    after = later(work, days=1)

    spend_points(after, purse, 20)

    assert kinds(after, purse) == [EntryKind.ACCRUAL, EntryKind.ACTIVATION, EntryKind.REDEMPTION]
    assert ledger.balance(after, purse).available == points(10)
    assert findings(after) == []


def test_a_repeat_finds_the_points_that_were_pending_when_it_first_came(work: Work) -> None:
    purse, active_from = make_purse(work), work.now + DAY
    first = give_points(work, purse, 30, active_from=active_from, origin=origin("R-1"))

    second = give_points(
        later(work, days=2), purse, 30, active_from=active_from, origin=origin("R-1")
    )

    assert second.id == first.id


def test_pending_points_can_expire_before_they_are_active(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, active_from=work.now + 9 * DAY, expires_at=work.now + DAY)
    after = later(work, days=2)

    ledger.settle_due(after, purse)

    assert kinds(after, purse) == [EntryKind.ACCRUAL, EntryKind.EXPIRY]
    assert ledger.balance(after, purse).total == points(0)
    assert findings(after) == []


@pytest.mark.parametrize("job_came_by", [True, False])
def test_points_whose_whole_life_passed_unseen_are_gone(work: Work, job_came_by: bool) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, active_from=work.now + DAY, expires_at=work.now + 2 * DAY)
    after = later(work, days=3)

    if job_came_by:
        ledger.settle_due(after, purse)

    assert ledger.balance(after, purse).total == points(0)
    assert findings(after) == []


def test_what_is_set_aside_of_a_lot_outlives_it_and_expires_on_release(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30, expires_at=work.now + DAY)
    held = reserve_points(work, purse, 20)
    after = later(work, days=2)
    ledger.settle_due(after, purse)
    while_held = ledger.balance(after, purse)

    release(after, held)

    freed = ledger.balance(after, purse)
    assert (while_held.reserved, while_held.total) == (points(20), points(20))
    assert [p.amount for p in while_held.portions] == [points(20)]
    assert freed.total == points(0)
    assert ledger.settle_due(after, purse) == 1
    assert findings(after) == []


def test_the_job_is_told_of_each_purse_once(work: Work) -> None:
    program = make_program(work)
    expiring, waiting, idle = (make_member(work, program) for _ in range(3))
    for _ in range(2):
        give_points(work, purse_of(program, expiring), 5, expires_at=work.now + DAY)
    give_points(work, purse_of(program, waiting), 5, active_from=work.now + DAY)
    give_points(work, purse_of(program, idle), 5)

    due = ledger.purses_due(later(work, days=2))

    assert ledger.purses_due(work) == []
    assert {purse.member_id for purse in due} == {expiring.id, waiting.id}
    assert len(due) == 2


def test_the_job_goes_through_all_purses_page_by_page(work: Work) -> None:
    program = make_program(work)
    purses = [purse_of(program, make_member(work, program)) for _ in range(5)]
    for purse in purses:
        give_points(work, purse, 5, expires_at=work.now + DAY)
    after, seen, last = later(work, days=2), [], None

    while page := ledger.purses_due(after, after=last, limit=2):
        for last in page:
            assert ledger.settle_due(after, last) == 1
            seen.append(last.member_id)

    assert sorted(seen) == sorted(purse.member_id for purse in purses)
    assert ledger.purses_due(after) == []


def test_the_job_tells_a_cards_purse_from_its_members(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    card = make_card(work, program, member)
    of_card = purse_of(program, member, card_id=card.id)
    give_points(work, of_card, 5, expires_at=work.now + DAY)

    (due,) = ledger.purses_due(later(work, days=2))

    assert due == replace(of_card, unit=due.unit)
