"""Points set aside: captured, released or run out; exactly one of the three, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapter.core import ledger, payments
from adapter.core.errors import InsufficientPoints, NotFound, ReferenceReused, ReservationClosed
from adapter.core.ledger import Details, EntryKind, Purse
from adapter.core.payments import Reservation, ReservationState
from adapter.db import Work
from tests.factories import (
    capture,
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

HOUR = timedelta(hours=1)
Close = Callable[[Work, Reservation], object]


@pytest.fixture
def purse(work: Work) -> Purse:
    """A purse of 100 points."""
    purse = make_purse(work)
    give_points(work, purse, 100)
    return purse


def run_out(work: Work, reservation: Reservation) -> bool:
    """What the job does about a deadline."""
    return payments.release_due(work, reservation.id)


def test_points_set_aside_are_not_available(work: Work, purse: Purse) -> None:
    reserve_points(work, purse, 60)

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.reserved, balance.total) == (
        points(40),
        points(60),
        points(100),
    )
    with pytest.raises(InsufficientPoints):
        spend_points(work, purse, 41)


def test_more_than_is_available_is_not_set_aside(work: Work, purse: Purse) -> None:
    reserve_points(work, purse, 60)

    with pytest.raises(InsufficientPoints) as refusal:
        reserve_points(work, purse, 41)

    assert refusal.value.available == points(40)


def test_points_captured_are_spent(work: Work, purse: Purse) -> None:
    reservation = capture(work, reserve_points(work, purse, 60))

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.reserved) == (points(40), points(0))
    assert (reservation.state, reservation.closed_at) == (ReservationState.CAPTURED, work.now)
    assert findings(work) == []


def test_points_released_are_available_again_in_their_lots(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10, reason="first", expires_at=work.now + 9 * HOUR)
    give_points(work, purse, 10, reason="never")
    before = ledger.balance(work, purse)
    reservation = reserve_points(work, purse, 15)

    release(work, reservation)

    assert ledger.balance(work, purse) == before
    assert reservation.state == ReservationState.RELEASED
    assert findings(work) == []


def test_points_are_back_when_the_time_is_over(work: Work, purse: Purse) -> None:
    reservation = reserve_points(work, purse, 60, deadline=work.now + HOUR)
    after = later(work, hours=1)

    assert payments.due(after) == [reservation.id]
    assert run_out(after, reservation)

    assert reservation.state == ReservationState.EXPIRED
    assert ledger.balance(after, purse).available == points(100)
    assert payments.due(after) == []
    assert findings(after) == []


def test_the_job_leaves_alone_what_is_not_due(work: Work, purse: Purse) -> None:
    waiting = reserve_points(work, purse, 10)
    in_time = reserve_points(work, purse, 10, deadline=work.now + 2 * HOUR)
    after = later(work, hours=1)

    assert payments.due(after) == []
    assert not run_out(after, waiting)
    assert not run_out(after, in_time)


@pytest.mark.parametrize("then", [capture, release])
@pytest.mark.parametrize("first", [capture, release, run_out])
def test_a_reservation_is_closed_once(work: Work, purse: Purse, first: Close, then: Close) -> None:
    reservation = reserve_points(work, purse, 60, deadline=work.now + HOUR)
    first(later(work, hours=1) if first is run_out else work, reservation)
    standing = ledger.balance(work, purse)

    with pytest.raises(ReservationClosed):
        then(work, reservation)

    assert ledger.balance(work, purse) == standing


@pytest.mark.parametrize("first", [capture, release])
def test_a_closed_reservation_does_not_run_out(work: Work, purse: Purse, first: Close) -> None:
    reservation = reserve_points(work, purse, 60, deadline=work.now + HOUR)
    first(work, reservation)

    assert not run_out(later(work, hours=2), reservation)

    assert reservation.state != ReservationState.EXPIRED


@pytest.mark.parametrize("close", [capture, release])
def test_past_its_deadline_it_is_closed_though_the_job_has_not_come_by(
    work: Work, purse: Purse, close: Close
) -> None:
    reservation = reserve_points(work, purse, 60, deadline=work.now + HOUR)

    with pytest.raises(ReservationClosed):
        close(later(work, hours=1), reservation)


def test_the_same_origin_sets_aside_once(work: Work, purse: Purse) -> None:
    first = reserve_points(work, purse, 60, origin=origin("P-1"))

    second = reserve_points(work, purse, 60, origin=origin("P-1"))

    assert second is first
    assert ledger.balance(work, purse).reserved == points(60)


def test_the_same_origin_sets_nothing_more_aside_after_the_capture(
    work: Work, purse: Purse
) -> None:
    first = capture(work, reserve_points(work, purse, 60, origin=origin("P-1")))

    second = reserve_points(work, purse, 60, origin=origin("P-1"))

    assert second is first
    assert second.state == ReservationState.CAPTURED


def test_the_same_origin_with_another_amount_is_refused(work: Work, purse: Purse) -> None:
    reserve_points(work, purse, 60, origin=origin("P-1"))

    with pytest.raises(ReferenceReused):
        reserve_points(work, purse, 20, origin=origin("P-1"))


def test_a_spend_is_not_mistaken_for_a_reservation_of_the_same_origin(
    work: Work, purse: Purse
) -> None:
    spend_points(work, purse, 60, origin=origin("P-1"))

    with pytest.raises(ReferenceReused):
        reserve_points(work, purse, 60, origin=origin("P-1"))


@pytest.mark.parametrize("close", [capture, release])
def test_the_same_origin_closes_once_and_gets_the_same_answer(
    work: Work, purse: Purse, close: Callable[..., Reservation]
) -> None:
    reservation = reserve_points(work, purse, 60, deadline=work.now + HOUR)
    first = close(work, reservation, origin=origin("C-1"))

    second = close(later(work, hours=2), reservation, origin=origin("C-1"))

    assert second is first
    assert findings(work) == []


def test_the_origin_of_a_capture_does_not_release(work: Work, purse: Purse) -> None:
    reservation = reserve_points(work, purse, 60)
    capture(work, reservation, origin=origin("C-1"))

    with pytest.raises(ReservationClosed):
        release(work, reservation, origin=origin("C-1"))


def test_the_origin_of_one_capture_captures_no_other_reservation(work: Work, purse: Purse) -> None:
    one, other = reserve_points(work, purse, 40), reserve_points(work, purse, 40)
    capture(work, one, origin=origin("C-1"))

    with pytest.raises(ReferenceReused):
        capture(work, other, origin=origin("C-1"))

    assert other.state == ReservationState.HELD
    assert findings(work) == []


def test_what_a_card_holds_is_captured_from_the_card(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program)
    of_card = purse_of(program, member, card_id=make_card(work, program, member).id)
    give_points(work, of_card, 100)

    capture(work, reserve_points(work, of_card, 60))

    assert ledger.balance(work, of_card).total == points(40)
    assert findings(work) == []


def test_what_is_held_is_listed_until_it_is_closed(work: Work, purse: Purse) -> None:
    one, other = reserve_points(work, purse, 10), reserve_points(work, purse, 10)
    release(work, one)

    assert payments.held(work, [purse.member_id]) == [other]


def test_a_reservation_that_never_was_cannot_be_closed(work: Work) -> None:
    with pytest.raises(NotFound):
        payments.capture(work, uuid.uuid4(), Details(EntryKind.CAPTURE))
