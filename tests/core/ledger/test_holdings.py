"""All that an owner has, in one look: whatever the job has written down, or not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from threading import Event
from typing import Any

import pytest

from adapter.core import ledger
from adapter.core.amounts import CREDIT, POINTS, Amount
from adapter.core.errors import InsufficientPoints, InvalidAmount, ReferenceReused
from adapter.core.ledger import Details, EntryKind, Holdings, Purse, Role, Terms
from adapter.core.ledger.lots import open_lots
from adapter.db import Database, Work
from tests.factories import (
    findings,
    give_points,
    later,
    make_purse,
    origin,
    points,
    reserve_points,
    spend_points,
)
from tests.scale.isolation import once
from tests.statements import recorded

DAY = timedelta(days=1)
SALE = Details(EntryKind.ACCRUAL, "Purchase")
Step = Callable[[Work, Purse], Any]


def pending(work: Work, purse: Purse, amount: int, days: int, until: int | None = None) -> None:
    """Points for later."""
    expires_at = None if until is None else work.now + until * DAY
    give_points(work, purse, amount, active_from=work.now + days * DAY, expires_at=expires_at)


LIVES: dict[str, Step] = {
    "nothing": lambda work, purse: None,
    "points": lambda work, purse: give_points(work, purse, 7),
    "points for two days": lambda work, purse: give_points(
        work, purse, 7, expires_at=work.now + 2 * DAY
    ),
    "points for tomorrow": lambda work, purse: pending(work, purse, 7, 1),
    "points for tomorrow alone": lambda work, purse: pending(work, purse, 7, 1, 2),
    "points for the day after": lambda work, purse: pending(work, purse, 7, 3),
    "some spent": lambda work, purse: [give_points(work, purse, 7), spend_points(work, purse, 3)],
    "some set aside": lambda work, purse: [
        give_points(work, purse, 7, expires_at=work.now + DAY),
        reserve_points(work, purse, 3),
    ],
}


@pytest.mark.parametrize("lives", LIVES)
def test_what_is_available_is_what_the_balance_says(
    work: Work, lives: str, subtests: pytest.Subtests
) -> None:
    for days, job in product([0, 1, 2, 9], [True, False]):
        purse = make_purse(work)
        give_points(work, purse, 1)
        LIVES[lives](work, purse)
        then = later(work, days=days)
        if job:
            ledger.settle_due(then, purse)

        found = [
            ledger.holdings(then, purse.owner_id),
            ledger.lock_holdings(then, purse),
            ledger.lock_holdings(then, purse, every_lot=True),
        ]

        with subtests.test(days=days, settled=job):
            expected = ledger.balance(then, purse).available
            assert [one.available(POINTS) for one in found] == [expected] * 3
            assert [one.available(CREDIT) for one in found] == [Amount.zero(CREDIT)] * 3


def test_each_unit_is_reckoned_alone(work: Work) -> None:
    purse = make_purse(work)
    credit = Purse(purse.program_id, purse.member_id, CREDIT)
    give_points(work, purse, 5)
    give_points(work, credit, 700, expires_at=work.now + DAY)

    today, tomorrow = (
        ledger.holdings(then, purse.owner_id) for then in (work, later(work, days=1))
    )

    assert (today.available(POINTS), today.available(CREDIT).minor) == (points(5), 700)
    assert (tomorrow.available(POINTS), tomorrow.available(CREDIT).minor) == (points(5), 0)


def test_a_card_has_what_is_its_own(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 5)
    other = make_purse(work)

    assert ledger.holdings(work, other.owner_id).accounts == {}
    assert ledger.holdings(work, other.owner_id).available(POINTS) == points(0)


def test_locking_opens_what_was_not_open(work: Work) -> None:
    purse = make_purse(work)

    first = ledger.lock_holdings(work, purse)
    again = ledger.lock_holdings(work, purse)

    assert (first.is_new, again.is_new) == (True, False)
    assert set(first.accounts) == set(again.accounts) == {("points", Role.SPENDABLE)}


def test_who_has_credit_alone_is_not_new(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, Purse(purse.program_id, purse.member_id, CREDIT), 700)

    assert not ledger.lock_holdings(work, purse).is_new


@pytest.mark.parametrize("lots", [1, 50])
def test_a_look_is_one_query_however_many_lots_there_are(database: Database, lots: int) -> None:
    with database.unit_of_work() as work:
        purse = make_purse(work)
        for number in range(lots):
            give_points(work, purse, 1, expires_at=work.now + number * DAY)

    with database.unit_of_work() as work, recorded(database) as sent:
        ledger.holdings(work, purse.owner_id)
        ledger.lock_holdings(work, purse)
        ledger.lock_holdings(work, purse, every_lot=True)

    assert len(sent) == 3


# Given and taken.


def locked(work: Work, purse: Purse, **how: Any) -> Holdings:
    """What the purse's owner has, to be changed."""
    return ledger.lock_holdings(work, purse, **how)


def test_points_given_and_taken_move_what_is_available(work: Work) -> None:
    purse = make_purse(work)
    held = locked(work, purse)

    ledger.give(work, held, purse, points(7), SALE, terms=Terms(expires_at=work.now + DAY))
    after_giving = held.available(POINTS)
    ledger.take(work, held, purse, points(3), Details(EntryKind.REDEMPTION))

    assert (after_giving, held.available(POINTS)) == (points(7), points(4))
    assert ledger.balance(work, purse).available == points(4)
    assert findings(work) == []


@pytest.mark.parametrize("every_lot", [True, False])
def test_points_are_taken_from_the_lots_that_expire_first(work: Work, every_lot: bool) -> None:
    purse = make_purse(work)
    for days in (None, 9, 2, 5):
        give_points(work, purse, 1, expires_at=None if days is None else work.now + days * DAY)

    held = locked(work, purse, every_lot=every_lot)
    ledger.take(work, held, purse, points("1.50"), Details(EntryKind.REDEMPTION))

    left = [(one.amount, one.expires_at) for one in ledger.balance(work, purse).portions]
    assert left == [
        (points("0.5"), work.now + 5 * DAY),
        (points(1), work.now + 9 * DAY),
        (points(1), None),
    ]


@pytest.mark.parametrize("every_lot", [True, False])
def test_no_more_is_taken_than_there_is(work: Work, every_lot: bool) -> None:
    purse = make_purse(work)
    give_points(work, purse, 5)
    give_points(work, purse, 5, expires_at=work.now + DAY)
    then = later(work, days=1)

    with pytest.raises(InsufficientPoints) as refusal:
        ledger.take(
            then,
            locked(then, purse, every_lot=every_lot),
            purse,
            points("5.01"),
            Details(EntryKind.REDEMPTION),
        )

    assert refusal.value.available == points(5)
    assert findings(work) == []


@pytest.mark.parametrize("every_lot", [True, False])
def test_what_becomes_active_is_there_to_be_taken(work: Work, every_lot: bool) -> None:
    purse = make_purse(work)
    pending(work, purse, 7, 1)
    then = later(work, days=1)

    held = locked(then, purse, every_lot=every_lot)
    ledger.take(then, held, purse, points(6), Details(EntryKind.REDEMPTION))

    assert held.available(POINTS) == points(1)
    assert findings(work) == []


def test_a_debt_is_paid_by_what_is_given(work: Work) -> None:
    purse = make_purse(work, may_go_negative=True)
    held = locked(work, purse)
    ledger.take(work, held, purse, points(5), Details(EntryKind.REDEMPTION))
    in_debt = held.available(POINTS)

    ledger.give(work, held, purse, points(7), SALE)

    assert (in_debt, held.available(POINTS)) == (-points(5), points(2))
    assert findings(work) == []


@pytest.mark.parametrize("amount", [points(0), -points(1), Amount(5, CREDIT)])
def test_nothing_and_another_unit_are_no_amount(work: Work, amount: Amount) -> None:
    purse = make_purse(work)
    held = locked(work, purse)

    with pytest.raises(InvalidAmount):
        ledger.give(work, held, purse, amount, SALE)
    with pytest.raises(InvalidAmount):
        ledger.take(work, held, purse, amount, SALE)


def test_the_index_of_origins_stands_behind_whoever_is_wrong(work: Work) -> None:
    """Told that the origin is new, the ledger does not ask, and is not deceived either."""
    purse = make_purse(work)
    held = locked(work, purse)
    details = Details(EntryKind.ACCRUAL, origin=origin("R-1"))
    ledger.give(work, held, purse, points(7), details)

    with pytest.raises(ReferenceReused), work.session.begin_nested():
        ledger.give(work, held, purse, points(7), details)


@pytest.mark.parametrize("every_lot", [True, False])
def test_who_had_to_wait_sees_what_was_done_meanwhile(database: Database, every_lot: bool) -> None:
    """On PostgreSQL the lots come from before the wait, and have to be looked at again."""
    with database.unit_of_work() as work:
        purse = make_purse(work)
        give_points(work, purse, 5, expires_at=work.now + DAY)
    began = Event()

    def take(work: Work) -> Amount:
        held = locked(work, purse, every_lot=every_lot)
        seen = held.available(POINTS)
        ledger.take(work, held, purse, points(4), Details(EntryKind.REDEMPTION))
        return seen

    def second() -> Amount:
        began.set()
        return once(database, take)

    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as work:
            held = locked(work, purse)
            waiting = pool.submit(second)
            began.wait(60)
            ledger.take(work, held, purse, points(3), Details(EntryKind.REDEMPTION))
            give_points(work, purse, 2, expires_at=work.now + 2 * DAY)
        seen = waiting.result(30)

    assert seen == points(4)
    with database.reading() as work:
        assert ledger.balance(work, purse).available == points(0)
        assert findings(work) == []


def test_the_lots_of_many_accounts_are_all_found(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 7)
    reserve_points(work, purse, 3)
    pending(work, purse, 5, 1)
    credit = Purse(purse.program_id, purse.member_id, CREDIT)
    give_points(work, credit, 700)
    held = ledger.holdings(work, purse.member_id)

    lots = open_lots(work, list(held.accounts.values()))

    assert len(held.accounts) == 4
    assert sorted(lot.remaining_minor for lot in lots) == [500, 700, 700]
