"""Undoing an entry: back into the same lots, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import ledger, payments
from adapter.core.errors import AlreadyReversed, InsufficientPoints
from adapter.core.ledger import Entry, Role
from adapter.db import Work
from tests.factories import (
    capture,
    findings,
    give_points,
    later,
    make_purse,
    origin,
    points,
    reserve_points,
    reverse,
    spend_points,
)


def test_what_was_spent_goes_back_into_the_same_lots(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10, reason="first", expires_at=work.now + timedelta(days=3))
    give_points(work, purse, 10, reason="never")
    before = ledger.balance(work, purse)
    spent = spend_points(work, purse, 15)

    undone = reverse(work, purse, spent)

    assert undone.reverses_id == spent.id
    assert ledger.balance(work, purse) == before
    assert findings(work) == []


def test_what_was_spent_of_a_lot_that_expired_since_is_back_and_expired(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10, expires_at=work.now + timedelta(days=3))
    spent = spend_points(work, purse, 10)

    reverse(later(work, days=4), purse, spent)

    assert ledger.balance(work, purse).available == points(10)
    assert ledger.balance(later(work, days=4), purse).available == points(0)


def test_what_was_given_is_taken_from_its_own_lot_first(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10, reason="returned")
    give_points(work, purse, 10, reason="kept", expires_at=work.now + timedelta(days=3))

    reverse(work, purse, given)

    assert [p.reason for p in ledger.balance(work, purse).portions] == ["kept"]


def test_what_was_spent_of_a_gift_is_taken_from_other_lots(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10, expires_at=work.now + timedelta(days=3))
    spend_points(work, purse, 4)
    give_points(work, purse, 10)

    reverse(work, purse, given)

    assert ledger.balance(work, purse).available == points(6)
    assert findings(work) == []


def test_a_gift_that_is_not_active_yet_is_taken_back_where_it_waits(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10, active_from=work.now + timedelta(days=14))
    give_points(work, purse, 5)

    reverse(work, purse, given)

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.pending) == (points(5), points(0))
    assert findings(work) == []


def test_a_gift_that_was_spent_cannot_be_taken_back(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10)
    spend_points(work, purse, 4)

    with pytest.raises(InsufficientPoints) as refusal:
        reverse(work, purse, given)

    assert (refusal.value.wanted, refusal.value.available) == (points(10), points(6))


def test_down_to_zero_takes_what_is_still_there(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10)
    spend_points(work, purse, 4)

    reverse(work, purse, given, down_to_zero=True)

    assert ledger.balance(work, purse).total == points(0)
    assert findings(work) == []


def test_down_to_zero_makes_no_debt_even_where_one_is_allowed(work: Work) -> None:
    purse = make_purse(work, may_go_negative=True)
    given = give_points(work, purse, 10)
    spend_points(work, purse, 4)

    reverse(work, purse, given, down_to_zero=True)

    assert ledger.balance(work, purse).available == points(0)


def test_a_repeat_finds_nothing_to_take_where_the_first_found_nothing(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10)
    spend_points(work, purse, 10)
    first = reverse(work, purse, given, origin=origin("X-1"), down_to_zero=True)
    give_points(work, purse, 25)

    second = reverse(work, purse, given, origin=origin("X-1"), down_to_zero=True)

    assert second.id == first.id
    assert ledger.balance(work, purse).total == points(25)
    assert findings(work) == []


def test_points_set_aside_are_not_taken_back(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10)
    reserve_points(work, purse, 4)

    with pytest.raises(InsufficientPoints):
        reverse(work, purse, given)


@pytest.mark.parametrize("job_came_by", [True, False])
def test_what_has_expired_of_a_gift_is_not_taken_from_other_lots(
    work: Work, job_came_by: bool
) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10, expires_at=work.now + timedelta(days=3))
    spend_points(work, purse, 4)
    give_points(work, purse, 20)
    after = later(work, days=4)
    if job_came_by:
        ledger.settle_due(after, purse)

    reverse(after, purse, given)

    assert ledger.balance(after, purse).total == points(16)
    assert findings(after) == []


def test_the_same_origin_undoes_once(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10)
    spent = spend_points(work, purse, 10)
    first = reverse(work, purse, spent, origin=origin("X-1"))

    second = reverse(work, purse, spent, origin=origin("X-1"))

    assert second.id == first.id
    assert ledger.balance(work, purse).total == points(10)


@pytest.mark.parametrize("reference", [None, "X-2"])
def test_an_entry_is_undone_once(work: Work, reference: str | None) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10)
    spent = spend_points(work, purse, 10)
    reverse(work, purse, spent, origin=origin("X-1"))

    with pytest.raises(AlreadyReversed):
        reverse(work, purse, spent, origin=origin(reference) if reference else None)

    assert ledger.balance(work, purse).total == points(10)


def test_a_reversal_can_be_undone_in_its_turn(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10)
    spent = spend_points(work, purse, 7)
    undone = reverse(work, purse, spent)

    reverse(work, purse, undone)

    assert ledger.balance(work, purse).total == points(3)
    assert findings(work) == []


def test_a_captured_payment_goes_back_into_its_lots(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10, reason="first", expires_at=work.now + timedelta(days=3))
    give_points(work, purse, 10, reason="never")
    before = ledger.balance(work, purse)
    captured = capture(work, reserve_points(work, purse, 15))
    entry = work.session.get(Entry, captured.closing_entry_id)

    reverse(work, purse, entry)

    assert ledger.balance(work, purse) == before
    assert findings(work) == []


def test_points_that_never_left_the_purse_are_not_reversed(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10)
    held = reserve_points(work, purse, 10)

    with pytest.raises(ValueError, match="released"):
        reverse(work, purse, work.session.get(Entry, held.entry_id))

    assert payments.held(work, [purse.member_id]) == [held]


def test_an_entry_is_undone_in_its_own_purse_only(work: Work) -> None:
    anna, boris = make_purse(work), make_purse(work)
    given = give_points(work, anna, 10)
    give_points(work, boris, 10)

    with pytest.raises(ValueError, match="another purse"):
        reverse(work, boris, given)


def test_what_a_reversal_gives_back_leaves_the_programs_account(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10)
    reverse(work, purse, spend_points(work, purse, 7))

    figures = {role: total for _, role, total in ledger.program_figures(work, purse.program_id)}

    assert figures == {Role.ISSUED: -1000, Role.REDEEMED: 0}
