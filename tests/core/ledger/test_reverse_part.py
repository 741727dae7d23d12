"""Undoing a part of an entry: out of and into the very same lots, and never more than it moved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from adapter.core import ledger
from adapter.core.errors import AlreadyReversed, InsufficientPoints, InvalidAmount, ReferenceReused
from adapter.core.ledger import Details, Entry, EntryKind, Lot, Purse
from adapter.core.origins import Origin
from adapter.db import Work
from tests.factories import (
    PLACE,
    capture,
    findings,
    give_points,
    later,
    make_member,
    make_program,
    make_purse,
    origin,
    points,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
)


def part(
    work: Work,
    purse: Purse,
    entry: Entry,
    amount: str | int,
    *,
    origin: Origin | None = None,
    **more: Any,
) -> Entry:
    """A part of an entry undone."""
    details = Details(EntryKind.REVERSAL, "Refund", origin, PLACE)
    return ledger.reverse_part(work, purse, entry, points(amount), details, **more)


def lots(work: Work) -> list[int]:
    """What is left of every lot in whole points, those that expire first in front."""
    found = sorted(work.session.scalars(select(Lot)), key=lambda lot: lot.reason)
    return [lot.remaining_minor // 100 for lot in found]


def three_lots(work: Work) -> Purse:
    """A purse with three lots of ten that are spent one after the other."""
    purse = make_purse(work)
    for days, reason in enumerate(("a", "b", "c"), 1):
        give_points(work, purse, 10, reason=reason, expires_at=work.now + timedelta(days=days))
    return purse


def test_what_was_taken_last_goes_back_first_and_every_part_goes_on_from_there(work: Work) -> None:
    purse = three_lots(work)
    spent = spend_points(work, purse, 25)

    stands = [lots(work)]
    for amount in (3, 4, 18):
        part(work, purse, spent, amount)
        stands.append(lots(work))

    assert stands == [[0, 0, 5], [0, 0, 8], [0, 2, 10], [10, 10, 10]]
    assert findings(work) == []


def test_what_a_reservation_spent_is_spendable_again_in_its_lots(work: Work) -> None:
    purse = three_lots(work)
    reservation = capture(work, reserve_points(work, purse, 15))
    captured = work.session.get_one(Entry, reservation.closing_entry_id)

    undone = part(work, purse, captured, 7)

    assert (undone.reverses_part_of_id, undone.reverses_id) == (captured.id, None)
    assert lots(work) == [2, 10, 10]
    assert ledger.balance(work, purse).available == points(22)
    assert findings(work) == []


def test_a_gift_is_taken_from_its_own_lot_first(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10, reason="a", expires_at=work.now + timedelta(days=1))
    given = give_points(work, purse, 10, reason="b")

    part(work, purse, given, 4)

    assert lots(work) == [10, 6]
    assert findings(work) == []


@pytest.mark.parametrize("amount", [0, -1, 101])
def test_no_more_than_the_entry_moved(work: Work, amount: int) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 100)

    with pytest.raises(InvalidAmount):
        part(work, purse, given, amount)


def test_no_more_than_is_left_of_the_entry(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 100)
    spent = spend_points(work, purse, 100)
    part(work, purse, spent, 60)

    with pytest.raises(InvalidAmount):
        part(work, purse, spent, 41)
    part(work, purse, spent, 40)
    with pytest.raises(InvalidAmount):
        part(work, purse, spent, "0.01")

    assert ledger.balance(work, purse).available == points(100)
    assert findings(work) == []


def test_of_an_entry_undone_whole_or_bit_by_bit_nothing_is_undone_again(work: Work) -> None:
    purse = make_purse(work)
    whole, in_parts = give_points(work, purse, 10), give_points(work, purse, 10)
    reverse(work, purse, whole)
    part(work, purse, in_parts, 1)
    part(work, purse, in_parts, 9)

    with pytest.raises(AlreadyReversed):
        part(work, purse, whole, 1)
    with pytest.raises(AlreadyReversed):
        reverse(work, purse, in_parts)

    assert ledger.balance(work, purse).available == points(0)


def test_what_parts_left_of_a_payment_goes_back_into_the_lots_they_did_not_fill(
    work: Work,
) -> None:
    purse = three_lots(work)
    spent = spend_points(work, purse, 25)
    part(work, purse, spent, 7)
    assert lots(work) == [0, 2, 10]

    rest = reverse(work, purse, spent)

    assert (lots(work), ledger.change(work, rest)) == ([10, 10, 10], 1800)
    assert rest.reverses_id == spent.id
    for undo in (lambda: reverse(work, purse, spent), lambda: part(work, purse, spent, 1)):
        with pytest.raises(AlreadyReversed):
            undo()
    assert findings(work) == []


def test_what_parts_left_of_a_gift_is_taken_and_no_more(work: Work) -> None:
    purse = make_purse(work)
    gifts = [give_points(work, purse, 10, reason=reason) for reason in ("a", "b", "c")]
    for gift in gifts:
        part(work, purse, gift, 4)
    spend_points(work, purse, 13)  # a, b, and one of the last six

    with pytest.raises(InsufficientPoints):
        reverse(work, purse, gifts[2])
    rest = reverse(work, purse, gifts[2], down_to_zero=True)

    assert (lots(work), ledger.change(work, rest)) == ([0, 0, 0], -500)
    assert ledger.undone_in_part(work, gifts[2]) == 400
    with pytest.raises(AlreadyReversed):
        reverse(work, purse, gifts[2], down_to_zero=True)
    assert findings(work) == []


def test_the_same_origin_undoes_a_part_once(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10)
    told = origin("R-1", operation="refund")

    first = part(work, purse, given, 4, origin=told)
    again = part(work, purse, given, 4, origin=told)

    assert again is first
    assert ledger.balance(work, purse).available == points(6)
    with pytest.raises(ReferenceReused):
        part(work, purse, given, 5, origin=told)


def test_a_part_that_was_spent_is_refused_or_taken_down_to_zero(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10)
    spend_points(work, purse, 7)

    with pytest.raises(InsufficientPoints):
        part(work, purse, given, 5)
    taken = part(work, purse, given, 5, down_to_zero=True)

    assert ledger.change(work, taken) == -300
    assert ledger.undone_in_part(work, given) == 300
    # What could not be taken is left of the entry, and taken when it is there.
    give_points(work, purse, 10)
    part(work, purse, given, 7)
    assert ledger.balance(work, purse).available == points(3)
    assert findings(work) == []


def test_what_has_expired_of_a_gift_is_not_taken_from_other_points(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10, reason="a", expires_at=work.now + timedelta(days=1))
    give_points(work, purse, 10, reason="b")
    part(work, purse, given, 4)
    tomorrow = later(work, days=1)

    part(tomorrow, purse, given, 6)

    assert lots(work) == [0, 10]
    assert findings(tomorrow) == []


def test_what_goes_back_into_an_expired_lot_may_be_renewed(work: Work) -> None:
    purse = three_lots(work)
    spent = spend_points(work, purse, 20)
    then = later(work, days=1)  # the first of the lots is over

    part(then, purse, spent, 15, renewed_until=then.now + timedelta(hours=1))

    assert ledger.balance(then, purse).available == points(25)
    assert ledger.balance(later(then, hours=1), purse).available == points(20)
    assert findings(then) == []


def test_a_debt_that_a_part_of_a_gift_paid_is_owed_again_once(work: Work) -> None:
    program = make_program(work)
    purse = purse_of(program, make_member(work, program), may_go_negative=True)
    spend_points(work, purse, 6)
    given = give_points(work, purse, 10)
    spend_points(work, purse, 4)

    for amount in (5, 5):
        part(work, purse, given, amount, down_to_zero=True)

    # Of the ten, six paid the debt, and four were spent: those stay away.
    assert ledger.balance(work, purse).available == points(-6)
    assert findings(work) == []


def test_parts_of_what_was_spent_beyond_all_lots_lessen_the_debt_first(work: Work) -> None:
    program = make_program(work)
    purse = purse_of(program, make_member(work, program), may_go_negative=True)
    give_points(work, purse, 10)
    spent = spend_points(work, purse, 15)

    available = []
    for amount in (3, 4, 8):
        part(work, purse, spent, amount)
        available.append(ledger.balance(work, purse).available)

    assert available == [points(-2), points(2), points(10)]
    assert lots(work) == [10]
    assert findings(work) == []


def test_points_that_only_changed_their_place_are_not_undone_in_part(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10)
    reservation = reserve_points(work, purse, 10)
    released = release(work, reservation)

    for entry_id in (reservation.entry_id, released.closing_entry_id):
        with pytest.raises(ValueError, match="released, not reversed"):
            part(work, purse, work.session.get_one(Entry, entry_id), 1)


def test_an_explanation_tells_what_was_undone_in_part(work: Work) -> None:
    purse = make_purse(work)
    given = give_points(work, purse, 10)
    first, second = part(work, purse, given, 1), part(work, purse, given, 2)

    told = ledger.explain(work, given.id)

    parts = [(undone.id, minor) for undone, minor in told.reversed_in_part_by]
    assert parts == [(first.id, 100), (second.id, 200)]
    assert told.reversed_by is None


@pytest.mark.parametrize(
    ("tampering", "shows"),
    [
        ("SET reverses_part_of_id = NULL WHERE id = :part", "digest of entry"),
        ("SET reverses_part_of_id = :other WHERE id = :part", "digest of entry"),
        ("SET reverses_id = :given WHERE id = :spent", "no more than -1000 expected"),
        ("SET reverses_part_of_id = :given WHERE id = :spent", "no more than -1000 expected"),
    ],
)
def test_verify_names_what_is_undone_twice_or_was_not_said(
    work: Work, tampering: str, shows: str
) -> None:
    purse = make_purse(work)
    given, other = give_points(work, purse, 10), give_points(work, purse, 10)
    undone, spent = part(work, purse, given, 6), spend_points(work, purse, 5)
    assert findings(work) == []
    ids = {"part": undone.id, "given": given.id, "other": other.id, "spent": spent.id}
    hexed = work.session.get_bind().dialect.name == "sqlite"

    work.session.execute(
        text(f"UPDATE entries {tampering}"),
        {
            name: value.hex if hexed else value
            for name, value in ids.items()
            if f":{name}" in tampering
        },
    )

    assert any(shows in finding for finding in findings(work))
