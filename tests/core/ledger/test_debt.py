"""A purse that may go negative: debts, and how whatever comes in pays them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapter.core import ledger
from adapter.core.errors import InsufficientPoints
from adapter.core.ledger import Purse
from adapter.db import Work
from tests.factories import (
    findings,
    give_points,
    later,
    make_purse,
    points,
    release,
    reserve_points,
    reverse,
    spend_points,
)


@pytest.fixture
def purse(work: Work) -> Purse:
    """A purse that may go negative."""
    return make_purse(work, may_go_negative=True)


def test_more_can_be_spent_than_there_is(work: Work, purse: Purse) -> None:
    give_points(work, purse, 30)

    spend_points(work, purse, 50)

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.portions) == (points(-20), ())
    assert findings(work) == []


def test_a_debt_is_paid_by_what_is_given_next(work: Work, purse: Purse) -> None:
    spend_points(work, purse, 20)

    give_points(work, purse, 50)

    balance = ledger.balance(work, purse)
    assert balance.available == points(30)
    assert [p.amount for p in balance.portions] == [points(30)]
    assert findings(work) == []


def test_a_gift_smaller_than_the_debt_lessens_it(work: Work, purse: Purse) -> None:
    spend_points(work, purse, 20)

    give_points(work, purse, 5)

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.portions) == (points(-15), ())


@pytest.mark.parametrize("job_came_by", [True, False])
def test_a_debt_is_paid_by_points_that_become_active(
    work: Work, purse: Purse, job_came_by: bool
) -> None:
    spend_points(work, purse, 20)
    give_points(work, purse, 50, active_from=work.now + timedelta(days=1))
    after = later(work, days=2)

    if job_came_by:
        ledger.settle_due(after, purse)

    balance = ledger.balance(after, purse)
    assert (balance.available, balance.pending) == (points(30), points(0))
    assert [p.amount for p in balance.portions] == [points(30)]
    assert findings(after) == []


def test_pending_points_pay_no_debt_yet(work: Work, purse: Purse) -> None:
    spend_points(work, purse, 20)

    give_points(work, purse, 50, active_from=work.now + timedelta(days=1))

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.pending) == (points(-20), points(50))


def test_a_debt_is_paid_by_points_released(work: Work, purse: Purse) -> None:
    give_points(work, purse, 100)
    held = reserve_points(work, purse, 60)
    spend_points(work, purse, 70)

    release(work, held)

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.reserved) == (points(30), points(0))
    assert [p.amount for p in balance.portions] == [points(30)]
    assert findings(work) == []


def test_a_debt_is_paid_by_a_spend_undone(work: Work, purse: Purse) -> None:
    give_points(work, purse, 100)
    first = spend_points(work, purse, 100)
    spend_points(work, purse, 30)

    reverse(work, purse, first)

    balance = ledger.balance(work, purse)
    assert balance.available == points(70)
    assert [p.amount for p in balance.portions] == [points(70)]
    assert findings(work) == []


def test_a_spend_beyond_the_lots_undone_lessens_the_debt(work: Work, purse: Purse) -> None:
    give_points(work, purse, 10)
    spent = spend_points(work, purse, 30)

    reverse(work, purse, spent)

    balance = ledger.balance(work, purse)
    assert [p.amount for p in balance.portions] == [points(10)]
    assert balance.available == points(10)


def test_a_spend_whose_debt_was_paid_is_points_anew_when_undone(work: Work, purse: Purse) -> None:
    spent = spend_points(work, purse, 30)
    give_points(work, purse, 50)

    reverse(work, purse, spent)

    balance = ledger.balance(work, purse)
    assert balance.available == points(50)
    assert sorted(p.amount for p in balance.portions) == [points(20), points(30)]
    assert findings(work) == []


def test_a_gift_that_paid_a_debt_is_owed_again_when_undone(work: Work, purse: Purse) -> None:
    spend_points(work, purse, 20)
    given = give_points(work, purse, 50)

    reverse(work, purse, given)

    assert ledger.balance(work, purse).available == points(-20)
    assert findings(work) == []


def test_a_spent_gift_undone_is_owed(work: Work, purse: Purse) -> None:
    given = give_points(work, purse, 50)
    spend_points(work, purse, 50)

    reverse(work, purse, given)

    assert ledger.balance(work, purse).available == points(-50)


def test_what_has_expired_pays_no_debt(work: Work, purse: Purse) -> None:
    give_points(work, purse, 50, expires_at=work.now + timedelta(days=1))
    after = later(work, days=2)

    spend_points(after, purse, 20)

    assert ledger.balance(after, purse).available == points(-20)
    assert findings(after) == []


def test_nothing_is_set_aside_of_a_debt(work: Work, purse: Purse) -> None:
    give_points(work, purse, 10)

    with pytest.raises(InsufficientPoints):
        reserve_points(work, purse, 11)


def test_who_may_owe_no_longer_keeps_the_debt_and_makes_no_other(work: Work, purse: Purse) -> None:
    spend_points(work, purse, 20)
    strict = replace(purse, may_go_negative=False)

    with pytest.raises(InsufficientPoints):
        spend_points(work, strict, 1)

    give_points(work, strict, 30)
    assert ledger.balance(work, strict).available == points(10)
    assert findings(work) == []


def test_who_may_owe_no_longer_spends_no_more_than_there_is(work: Work, purse: Purse) -> None:
    give_points(work, purse, 100)
    held = reserve_points(work, purse, 60)
    spend_points(work, purse, 70)
    release(work, held)
    strict = replace(purse, may_go_negative=False)

    with pytest.raises(InsufficientPoints) as refusal:
        spend_points(work, strict, 31)

    assert refusal.value.available == points(30)
