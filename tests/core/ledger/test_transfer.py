"""Points that come and go: entries, their legs, and the lots behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import select

from adapter.core import ledger
from adapter.core.amounts import CREDIT, Amount
from adapter.core.errors import InsufficientPoints, InvalidAmount, ReferenceReused
from adapter.core.ledger import Account, Details, Entry, EntryKind, Posting, Role, Terms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.factories import (
    PLACE,
    findings,
    give_points,
    later,
    make_member,
    make_program,
    make_purse,
    origin,
    points,
    purse_of,
    spend_points,
)


def test_points_given_are_available(work: Work) -> None:
    purse = make_purse(work)

    give_points(work, purse, "120.50")

    balance = ledger.balance(work, purse)
    assert (balance.available, balance.pending, balance.reserved) == (
        points("120.50"),
        points(0),
        points(0),
    )
    assert [(p.reason, p.amount) for p in balance.portions] == [("Purchase", points("120.50"))]


def test_an_entry_keeps_what_was_told_and_two_legs_that_balance(work: Work) -> None:
    purse = make_purse(work)

    entry = give_points(work, purse, 30, origin=origin("R-1"))

    legs = work.session.scalars(select(Posting).where(Posting.entry_id == entry.id)).all()
    assert sorted(leg.amount_minor for leg in legs) == [-3000, 3000]
    assert (entry.kind, entry.reason, entry.origin_reference) == ("accrual", "Purchase", "R-1")
    assert (entry.channel, entry.outlet_code, entry.terminal) == ("test", "BR001", "POS001")
    assert entry.occurred_at == entry.recorded_at == work.now


def test_points_that_expire_first_are_spent_first(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10, reason="never")
    give_points(work, purse, 10, reason="last", expires_at=work.now + timedelta(days=9))
    give_points(work, purse, 10, reason="first", expires_at=work.now + timedelta(days=3))

    spend_points(work, purse, 15)

    left = [(p.reason, p.amount) for p in ledger.balance(work, purse).portions]
    assert left == [("last", points(5)), ("never", points(10))]


def test_of_points_that_expire_together_the_older_are_spent_first(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10, reason="older")
    give_points(work, purse, 10, reason="newer")

    spend_points(work, purse, 10)

    assert [p.reason for p in ledger.balance(work, purse).portions] == ["newer"]


def test_more_than_there_is_cannot_be_spent(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 30)

    with pytest.raises(InsufficientPoints) as refusal:
        spend_points(work, purse, "30.01")

    assert (refusal.value.wanted, refusal.value.available) == (points("30.01"), points(30))
    assert ledger.balance(work, purse).available == points(30)


def test_nobody_spends_what_was_never_given(work: Work) -> None:
    purse = make_purse(work)

    with pytest.raises(InsufficientPoints) as refusal:
        spend_points(work, purse, 1)

    assert refusal.value.available == points(0)


@pytest.mark.parametrize("amount", [points(0), points(-1), Amount(5, CREDIT)])
def test_only_an_amount_above_zero_of_the_purses_own_unit_moves(work: Work, amount: Amount) -> None:
    purse = make_purse(work)

    with pytest.raises(InvalidAmount):
        ledger.transfer(
            work,
            purse,
            amount,
            Details(EntryKind.ACCRUAL),
            source=Role.ISSUED,
            target=Role.SPENDABLE,
        )


@pytest.mark.parametrize(
    "source, target",
    [
        (Role.ISSUED, Role.RESERVED),
        (Role.ISSUED, Role.EXPIRED),
        (Role.SPENDABLE, Role.PENDING),
        (Role.SPENDABLE, Role.SPENDABLE),
        (Role.PENDING, Role.SPENDABLE),
        (Role.RESERVED, Role.REDEEMED),
    ],
)
def test_points_take_no_way_on_which_lots_would_be_lost(
    work: Work, source: Role, target: Role
) -> None:
    purse = make_purse(work)
    give_points(work, purse, 100)

    with pytest.raises(ValueError, match="do not go"):
        ledger.transfer(
            work, purse, points(1), Details(EntryKind.ADJUSTMENT), source=source, target=target
        )


def test_points_that_are_active_later_are_not_spendable_now(work: Work) -> None:
    purse = make_purse(work)

    with pytest.raises(ValueError, match="pending"):
        ledger.transfer(
            work,
            purse,
            points(1),
            Details(EntryKind.ACCRUAL),
            source=Role.ISSUED,
            target=Role.SPENDABLE,
            terms=Terms(active_from=work.now + timedelta(seconds=1)),
        )


def test_the_same_origin_moves_points_once(work: Work) -> None:
    purse = make_purse(work)
    first = give_points(work, purse, 100, origin=origin("R-1"))

    second = give_points(later(work, days=1), purse, 100, origin=origin("R-1"))

    assert second.id == first.id
    assert ledger.balance(work, purse).total == points(100)


def test_the_same_origin_moves_points_once_across_units_of_work(database: Database) -> None:
    with database.unit_of_work() as work:
        purse = make_purse(work)
        first = give_points(work, purse, 100, origin=origin("R-1")).id

    with database.unit_of_work() as work:
        second = give_points(work, purse, 100, origin=origin("R-1")).id

    assert second == first


def test_a_repeated_spend_is_answered_though_nothing_is_left(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 100)
    first = spend_points(work, purse, 100, origin=origin("P-1"))

    second = spend_points(work, purse, 100, origin=origin("P-1"))

    assert second.id == first.id


@pytest.mark.parametrize("amount, content", [(100, "other"), ("100.01", "")])
def test_the_same_origin_with_other_contents_is_refused(
    work: Work, amount: str | int, content: str
) -> None:
    purse = make_purse(work)
    give_points(work, purse, 100, origin=origin("R-1"))

    with pytest.raises(ReferenceReused):
        give_points(work, purse, amount, origin=origin("R-1", content))

    assert ledger.balance(work, purse).total == points(100)


def test_the_same_origin_for_another_member_is_refused(work: Work) -> None:
    program = make_program(work)
    anna, boris = (purse_of(program, make_member(work, program)) for _ in range(2))
    give_points(work, anna, 100, origin=origin("R-1"))

    with pytest.raises(ReferenceReused):
        give_points(work, boris, 100, origin=origin("R-1"))

    assert ledger.balance(work, boris).total == points(0)


def test_two_programs_may_use_the_same_reference(work: Work) -> None:
    one, other = make_purse(work), make_purse(work)

    first = give_points(work, one, 100, origin=origin("R-1"))
    second = give_points(work, other, 100, origin=origin("R-1"))

    assert first.id != second.id


def test_entries_without_an_origin_are_all_entered(work: Work) -> None:
    purse = make_purse(work)

    give_points(work, purse, 100)
    give_points(work, purse, 100)

    assert ledger.balance(work, purse).total == points(200)


def test_units_are_kept_apart(work: Work) -> None:
    purse = make_purse(work)
    money = replace(purse, unit=CREDIT)

    give_points(work, purse, "0.50")
    give_points(work, money, 700)

    assert ledger.balance(work, purse).total == points("0.50")
    assert ledger.balance(work, money).total == Amount(700, CREDIT)


def test_a_card_has_a_purse_of_its_own(work: Work) -> None:
    purse = make_purse(work)
    of_card = replace(purse, card_id=purse.program_id)  # any id that is not the member's

    give_points(work, purse, 10)
    give_points(work, of_card, 3)

    assert ledger.balance(work, purse).total == points(10)
    assert ledger.balance(work, of_card).total == points(3)


def test_when_it_happened_is_kept_whatever_zone_it_was_told_in(
    database: Database, clock: Clock
) -> None:
    told = clock.now.astimezone(timezone(timedelta(hours=3)))
    with database.unit_of_work() as work:
        entry_id = give_points(work, make_purse(work), occurred_at=told).id

    with database.reading() as work:
        entry = work.session.get_one(Entry, entry_id)
        assert entry.occurred_at == told
        assert findings(work) == []


def test_the_programs_own_accounts_are_never_updated(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 100)
    spend_points(work, purse, 30)

    own = work.session.scalars(select(Account).where(Account.owner_id == purse.program_id)).all()
    figures = {role: total for unit, role, total in ledger.program_figures(work, purse.program_id)}

    assert {(a.balance_minor, a.version, a.digest) for a in own} == {(None, None, None)}
    assert figures == {Role.ISSUED: -10000, Role.REDEEMED: 3000}


def test_the_statement_tells_the_movements_in_order(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 100)
    spend_points(later(work, minutes=1), purse, 30)

    lines = ledger.statement(work, purse.member_id)

    assert [(line.amount_minor, line.balance_after_minor) for line in lines] == [
        (10000, 10000),
        (-3000, 7000),
    ]
    assert [line.entry.outlet_code for line in lines] == [PLACE.outlet_code] * 2


def test_a_long_statement_keeps_the_last_lines(work: Work) -> None:
    purse = make_purse(work)
    for minute in range(5):
        give_points(later(work, minutes=minute), purse, minute + 1)

    lines = ledger.statement(work, purse.member_id, limit=2)

    assert [line.amount_minor for line in lines] == [400, 500]


def test_whoever_was_given_something_has_moved(work: Work) -> None:
    idle, busy = make_purse(work), make_purse(work)
    give_points(work, busy)

    moved = ledger.have_moved(work, [idle.member_id, busy.member_id])
    assert moved == {busy.member_id}
