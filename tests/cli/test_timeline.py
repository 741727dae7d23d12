"""One history of a person across all channels, with what they had after every line of it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from adapter.core import ledger
from adapter.core.amounts import Amount
from adapter.core.ledger import Details, EntryKind, Role
from adapter.core.origins import Place
from tests import factories

WORDS = ("kind", "moved", "within", "available", "total")


def _timeline(facts, anna, *more):
    return facts("members", "show", anna.member.id, *more)["timeline"]


def _told(lines):
    """What the person is told: a line for each entry."""
    return [tuple(line[word] for word in WORDS) for line in {x["entry"]: x for x in lines}.values()]


def _give(work, purse, amount, *, reason, place):
    details = Details(EntryKind.ACCRUAL, reason, place=place)
    given = Amount.parse(amount, purse.unit)
    ledger.transfer(work, purse, given, details, source=Role.ISSUED, target=Role.SPENDABLE)


def test_what_is_set_aside_stays_theirs_until_it_is_spent(facts, database, anna):
    purse = factories.purse_of(anna.program, anna.member)
    with database.unit_of_work() as work:
        first = factories.reserve_points(work, purse, 50)
        factories.release(work, first)
        second = factories.reserve_points(work, purse, "0.5")
        factories.capture(work, second)
        factories.spend_points(work, purse, 20)

    assert _told(_timeline(facts, anna)) == [
        ("accrual", "100", "", "100", "100"),
        ("accrual", "20", "", "120", "120"),
        ("reservation", "0", "set aside", "70", "120"),
        ("release", "0", "let go", "120", "120"),
        ("reservation", "0", "set aside", "119.5", "120"),
        ("capture", "-0.5", "", "119.5", "119.5"),
        ("redemption", "-20", "", "99.5", "99.5"),
    ]


def test_what_is_not_active_yet_is_theirs_and_not_available(facts, database, clock, anna):
    purse = factories.purse_of(anna.program, anna.member)
    with database.unit_of_work() as work:
        factories.give_points(work, purse, 7, active_from=clock.now + timedelta(days=1))
        later = factories.later(work, days=2)
        ledger.settle_due(later, purse)

    assert _told(_timeline(facts, anna))[2:] == [
        ("accrual", "7", "", "120", "127"),
        ("activation", "0", "active now", "127", "127"),
    ]


def test_json_has_the_figures_of_each_account_too(facts, database, anna):
    with database.unit_of_work() as work:
        purse = factories.purse_of(anna.program, anna.member)
        held = factories.reserve_points(work, purse, 50)

    legs = _timeline(facts, anna)[2:]

    assert [(one["account"], one["amount"], one["balance"]) for one in legs] == [
        ("spendable", "-50", "70"),
        ("reserved", "50", "50"),
    ]
    assert {one["entry"] for one in legs} == {str(held.entry_id)}


def test_every_line_names_channel_outlet_till_and_reason(run, database, anna):
    purse = factories.purse_of(anna.program, anna.member)
    with database.unit_of_work() as work:
        till = Place("swip", "Store 7", "12", "Ольга")
        _give(work, purse, "41", reason="Sale R-1", place=till)
        _give(work, purse, "5", reason="Promo code", place=Place("koshelek"))

    printed = run("members", "show", anna.member.id).stdout

    said = " ".join(printed.split("when")[1].split())
    assert "+41 161 161 accrual: Sale R-1" in said
    assert "swip · outlet Store 7 · till 12 · by Ольга" in said
    assert "+5 166 166 accrual: Promo code" in said
    assert "koshelek " in said
    assert max(map(len, printed.splitlines())) <= 100


def test_units_have_balances_of_their_own(run, facts, database, anna):
    with database.unit_of_work() as work:
        factories.give_credit(work, anna.program, anna.member, 500)
        factories.spend_points(work, factories.purse_of(anna.program, anna.member), 20)

    credit, spent = _timeline(facts, anna)[2:]

    assert (credit["unit"], credit["total"], credit["available"]) == ("credit", "500", "500")
    assert (spent["unit"], spent["total"], spent["available"]) == ("points", "100", "100")
    assert "+500 credit" in run("members", "show", anna.member.id).stdout


def test_points_on_a_card_are_the_persons_too(facts, database, anna):
    with database.unit_of_work() as work:
        purse = factories.purse_of(anna.program, anna.member, card_id=anna.card.id)
        factories.give_points(work, purse, 30)

    last = _timeline(facts, anna)[-1]

    assert (last["balance"], last["total"]) == ("30", "150")


@pytest.mark.parametrize("limit", (1, 2, 3, 8))
def test_a_shorter_history_has_the_same_figures(facts, database, anna, limit):
    chance = random.Random(limit)
    purse = factories.purse_of(anna.program, anna.member)
    with database.unit_of_work() as work:
        for _ in range(3):
            held = factories.reserve_points(work, purse, chance.randint(1, 20))
            chance.choice((factories.capture, factories.release))(work, held)

    whole, part = _timeline(facts, anna), _timeline(facts, anna, "--limit", limit)

    assert _told(part) == _told(whole)[-limit:]
    assert part == whole[-len(part) :]


def test_what_time_has_done_and_no_entry_says_ends_the_history(run, facts, database, clock, anna):
    with database.unit_of_work() as work:
        purse = factories.purse_of(anna.program, anna.member)
        factories.give_points(work, purse, 7, expires_at=clock.now + timedelta(days=1))
    in_time = facts("members", "show", anna.member.id)

    with database.unit_of_work() as work:
        ledger.settle_due(factories.later(work, days=2), purse)
    settled = facts("members", "show", anna.member.id)

    assert in_time["timeline"][-1]["total"] == "127"
    assert in_time["due"] == [{"unit": "points", "moved": "-7", "available": "120", "total": "120"}]
    assert (settled["due"], settled["timeline"][-1]["total"]) == ([], "120")
    assert "since then" not in run("members", "show", anna.member.id).stdout
