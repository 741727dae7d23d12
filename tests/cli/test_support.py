"""Support work: one person's history, corrections with a reason, forgetting."""

from __future__ import annotations

import uuid

import pytest

from adapter.core import cards, ledger
from tests import factories
from tests.protocols.state import rows


@pytest.mark.parametrize(
    "notation",
    (
        "79005550142",
        "+7 (900) 555-01-42",
        "tel:8\u2011900 5550142",
        "9005550142",
        " Anna@Example.com ",
    ),
)
def test_a_member_is_found_by_a_contact_in_any_notation(facts, anna, notation):
    assert facts("members", "show", notation)["member"]["id"] == str(anna.member.id)


def test_a_member_is_found_by_card_barcode_and_id(facts, anna):
    for text in (anna.card.number, anna.card.barcode_number, anna.member.id):
        assert facts("members", "show", text)["member"]["id"] == str(anna.member.id)


def test_nobody_is_a_finding(run, anna):
    result = run("members", "show", "79990000000")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "adapter: no member has this phone, e-mail, card, barcode or id\n"


def test_a_phone_in_two_programs_wants_the_program(run, facts, database, anna):
    with database.unit_of_work() as work:
        other = factories.make_program(work)
        factories.make_member(work, other, phone="79005550142")

    result = run("members", "show", "79005550142")
    shown = facts("members", "show", "79005550142", "--program", other.code)

    assert result.exit_code == 1
    assert "several members match" in result.stderr
    assert shown["member"]["program"] == other.code


def test_contacts_are_masked_unless_revealed(run, anna):
    masked = run("members", "show", anna.member.id).stdout
    revealed = run("members", "show", anna.member.id, "--reveal").stdout

    assert "79005550142" not in masked
    assert "anna@example.com" not in masked
    assert "7900*****42" in masked
    assert "79005550142" in revealed
    assert "anna@example.com" in revealed


def test_the_timeline_has_a_running_balance_and_places(facts, anna):
    shown = facts("members", "show", anna.member.id)

    assert [line["balance"] for line in shown["timeline"]] == ["100", "120"]
    assert shown["timeline"][0]["reason"] == "Покупка"
    assert shown["balances"][0]["total"] == "120"
    assert {lot["amount"] for lot in shown["balances"][0]["lots"]} == {"100", "20"}


def test_what_is_printed_fits_into_a_hundred_columns(run, anna):
    printed = run("members", "show", anna.member.id).stdout

    assert "Ёлкина Анна" in printed
    assert max(map(len, printed.splitlines())) <= 100


def _adjust(run, anna, amount, *more):
    who = ("--reason", "Извинение", "--actor", "ira")
    return run("points", "adjust", anna.member.id, "--points", amount, *who, *more)


def test_points_are_given_and_taken_with_a_reason(run, facts, anna):
    given = _adjust(run, anna, "12.5")
    taken = _adjust(run, anna, "-30")

    assert (given.exit_code, taken.exit_code) == (0, 0)
    shown = facts("members", "show", anna.member.id)
    assert shown["balances"][0]["total"] == "102.5"
    assert shown["timeline"][-1]["actor"] == "ira"
    assert "It took 20 of the lot “" not in taken.stdout
    assert 'It took 20 of the lot "Подарок" of 20' in taken.stdout


def test_more_than_there_is_cannot_be_taken(run, facts, anna):
    result = _adjust(run, anna, "-120.01")

    assert result.exit_code == 1
    assert result.stderr == "adapter: 120.01 wanted, 120 available\n"
    assert facts("members", "show", anna.member.id)["balances"][0]["total"] == "120"


def test_a_reference_moves_points_once(run, facts, anna):
    first = _adjust(run, anna, "5", "--reference", "T-1")
    again = _adjust(run, anna, "5", "--reference", "T-1")
    other = _adjust(run, anna, "6", "--reference", "T-1")

    assert (first.exit_code, again.exit_code, other.exit_code) == (0, 0, 1)
    assert facts("members", "show", anna.member.id)["balances"][0]["total"] == "125"


@pytest.mark.parametrize("missing", ("--reason", "--actor", "--points"))
def test_a_correction_wants_to_be_answered_for(run, anna, missing):
    given = {"--points": "5", "--reason": "x", "--actor": "ira"}
    del given[missing]

    result = run(
        "points", "adjust", anna.member.id, *(word for pair in given.items() for word in pair)
    )

    assert result.exit_code == 2
    assert missing in result.stderr


def test_a_last_day_is_kept(run, facts, anna):
    _adjust(run, anna, "5", "--expires-on", "2099-12-31")
    wrong = _adjust(run, anna, "5", "--expires-on", "31.12.2099")
    over = _adjust(run, anna, "5", "--expires-on", "2001-12-31")

    lots = facts("members", "show", anna.member.id)["balances"][0]["lots"]
    assert {"reason": "Извинение", "amount": "5", "valid_until": "2099-12-31"} in lots
    assert wrong.exit_code == over.exit_code == 2


def test_an_entry_is_undone_once_and_explained(run, facts, anna):
    entry = facts(
        "points", "adjust", anna.member.id, "--points", "-30", "--reason", "x", "--actor", "ira"
    )["entry"]
    undo = ("points", "reverse", entry, "--reason", "Ошибка", "--actor", "ira")

    undone, again = run(*undo), run(*undo)
    told = run("points", "explain", entry)

    assert (undone.exit_code, again.exit_code) == (0, 1)
    assert "It put back 20 of the lot" in undone.stdout
    assert "was undone on" in told.stdout
    assert "from 120 to 90" in told.stdout
    assert facts("members", "show", anna.member.id)["balances"][0]["total"] == "120"
    assert run("ledger", "verify").exit_code == 0


def test_an_entry_undone_in_part_tells_by_which_entries(run, facts, database, anna):
    with database.unit_of_work() as work:
        purse = factories.purse_of(anna.program, anna.member)
        spent = factories.spend_points(work, purse, 30)
        details = ledger.Details(ledger.EntryKind.REVERSAL, "Refund")
        parts = [
            ledger.reverse_part(work, purse, spent, factories.points(part), details)
            for part in ("10", "0.5")
        ]

    told = facts("points", "explain", spent.id)["words"]
    shown = facts("members", "show", anna.member.id)["timeline"]

    for part, words in zip(parts, ("Of it 10 were undone", "Of it 0.5 were undone"), strict=True):
        assert any(
            line.startswith(words) and line.endswith(f"by entry {part.id}.") for line in told
        )
        said = facts("points", "explain", part.id)["words"]
        assert f"It undoes a part of entry {spent.id}." in said
    assert [line["reverses"] for line in shown[-3:]] == [None, str(spent.id), str(spent.id)]


def test_what_is_set_aside_is_not_reversed(run, database, anna):
    with database.unit_of_work() as work:
        purse = factories.purse_of(anna.program, anna.member)
        held = factories.reserve_points(work, purse, 50)

    result = run("points", "reverse", held.entry_id, "--reason", "x", "--actor", "ira")
    told = run("points", "explain", held.entry_id)

    assert result.exit_code == 1
    assert "released, not reversed" in result.stderr
    assert "What is set aside of the member went from 0 to 50." in told.stdout


def test_an_unknown_entry_is_a_finding(run, anna):
    assert run("points", "explain", uuid.uuid4()).exit_code == 1
    assert run("points", "explain", "no-id").exit_code == 2


def test_erasing_asks_wants_a_reason_and_leaves_nothing_personal(run, database, anna):
    no_reason = run("members", "erase", anna.member.id, "--yes")
    declined = run("members", "erase", anna.member.id, "--reason", "by request", stdin="n\n")
    before = rows(database)
    erased = run("members", "erase", anna.member.id, "--reason", "by request", stdin="y\n")

    assert (no_reason.exit_code, declined.exit_code, erased.exit_code) == (2, 1, 0)
    assert "Ёлкина" in str(before)
    assert '"reason": "by request"' in erased.stderr
    left = str(rows(database))
    for personal in ("Ёлкина", "79005550142", "anna@example.com", anna.card.number):
        assert personal not in left
    assert run("ledger", "verify").exit_code == 0
    assert run("members", "erase", anna.member.id, "--reason", "again", "--yes").exit_code == 1


def test_a_lost_card_is_blocked_and_works_again(run, facts, anna):
    blocked = run("cards", "block", anna.card.number)
    state = facts("members", "show", anna.member.id)["cards"][0]["state"]
    unblocked = run("cards", "unblock", anna.card.number)

    assert (blocked.exit_code, state, unblocked.exit_code) == (0, "blocked", 0)
    assert facts("members", "show", anna.member.id)["cards"][0]["state"] == "active"
    assert run("cards", "block", "0000").exit_code == 1


def test_a_number_that_nobody_holds_does_not_become_active(run, database, anna):
    with database.unit_of_work() as work:
        free = factories.make_card(work, anna.program)

    run("cards", "unblock", free.number)
    untouched = _state(database, anna, free.number)
    run("cards", "block", free.number)
    run("cards", "unblock", free.number)

    assert (untouched, _state(database, anna, free.number)) == ("reserved", "reserved")


def _state(database, anna, number):
    with database.reading() as work:
        return cards.by_number(work, anna.program.id, number).state
