"""Open orders on a member's screen, and what becomes of them in the history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from adapter.core import orders
from adapter.core.origins import Place
from adapter.core.transactions import Item, Sale
from adapter.db.database import utc_now
from tests import factories

TILL = Place("swip", "Store 7", "12", "Ольга")
WHO = ("--reason", "x", "--actor", "ira")


@pytest.fixture
def ordered(database, anna, clock):
    """A function that opens an order of Anna's and sets points aside, at the real time."""
    clock.now = utc_now()

    def order(reference, points, *, life=timedelta(hours=10)):
        with database.unit_of_work() as work:
            sale = Sale(reference, work.now, (Item("Латте", Decimal(2), 41000),))
            opened = orders.start(
                work,
                anna.program,
                sale,
                gross_minor=41000,
                parent_reference="TABLE-14",
                life=life,
                place=TILL,
            )
            member = work.session.merge(anna.member)
            orders.bind(work, anna.program, member, [opened], place=TILL)
            amount = factories.points(points)
            orders.set_aside(work, anna.program, [opened], amount, place=TILL)
            return opened.id

    return order


def _close(database, anna, order_id, paid_minor):
    with database.unit_of_work() as work:
        order = orders.find(work, anna.program.id, order_id, source="swip")
        orders.close(work, anna.program, order, paid_minor, place=TILL)


def test_an_open_order_is_shown_with_what_it_sets_aside(run, facts, anna, ordered):
    ordered("R-1", 50)

    (shown,) = facts("members", "show", anna.member.id)["orders"]
    printed = run("members", "show", anna.member.id).stdout

    assert (shown["state"], shown["reference"], shown["set_aside"]) == ("open", "R-1", "50")
    words = " ".join(printed.split())
    assert "410.00 RUB 0.00 RUB 50 order R-1 of TABLE-14" in words
    assert words.count("swip · outlet Store 7 · till 12 · by Ольга") == 2
    assert "50 set aside 70 120 reservation: " in words
    assert max(map(len, printed.splitlines())) <= 100


def test_a_closed_order_is_history(facts, database, anna, ordered):
    order_id = ordered("R-1", 50)

    _close(database, anna, order_id, 36000)

    shown = facts("members", "show", anna.member.id)
    assert shown["orders"] == []
    last = shown["timeline"][-1]
    assert (last["kind"], last["moved"], last["available"], last["total"]) == (
        "capture",
        "-50",
        "70",
        "70",
    )


def test_a_lapsed_order_is_shown_while_it_holds_points(run, facts, clock, anna, ordered):
    ordered("R-1", 50, life=timedelta(microseconds=1))
    ordered("R-2", 0, life=timedelta(microseconds=1))
    clock.advance(timedelta(seconds=1))

    before = facts("members", "show", anna.member.id)
    run("jobs", "run")
    after = facts("members", "show", anna.member.id)

    assert [(one["reference"], one["state"]) for one in before["orders"]] == [("R-1", "lapsed")]
    assert (after["orders"], after["timeline"][-1]["available"]) == ([], "120")


@pytest.mark.parametrize("refunded_minor", [0, 9000])
def test_an_entry_of_an_order_that_is_undone_by_hand_leaves_the_ledger_sound(
    run, facts, database, anna, ordered, refunded_minor
):
    order_id = ordered("R-1", 50)
    _close(database, anna, order_id, 36000)
    entry = facts("members", "show", anna.member.id)["timeline"][-1]["entry"]
    if refunded_minor:
        with database.unit_of_work() as work:
            order = orders.find(work, anna.program.id, order_id, source="swip")
            orders.refund(work, anna.program, order, refunded_minor, place=TILL)

    undone = run("points", "reverse", entry, *WHO)

    assert undone.exit_code == 0
    assert facts("members", "show", anna.member.id)["timeline"][-1]["available"] == "120"
    assert run("ledger", "verify").exit_code == 0


def test_points_given_back_by_hand_settle_what_a_refund_could_not_take(
    run, facts, database, anna, ordered
):
    with database.unit_of_work() as work:
        factories.make_rule(work, anna.program)
    earning = ordered("R-1", 0)
    _close(database, anna, earning, 10000)
    _close(database, anna, ordered("R-2", 220), 1)  # all there is; a kopeck earns 0.01
    with database.unit_of_work() as work:
        order = orders.find(work, anna.program.id, earning, source="swip")
        orders.refund(work, anna.program, order, 10000, place=TILL)
    timeline = facts("members", "show", anna.member.id)["timeline"]
    (spent,) = {line["entry"] for line in timeline if line["kind"] == "capture"}

    run("points", "reverse", spent, *WHO)

    # What was there before, and the kopeck's worth; not the 100 that were earned and refunded.
    assert facts("members", "show", anna.member.id)["timeline"][-1]["available"] == "120.01"
    assert run("ledger", "verify").exit_code == 0
