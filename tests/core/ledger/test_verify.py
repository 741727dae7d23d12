"""Tampering with history shows: the database refuses some of it, `verify` names the rest."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from adapter.core import ledger, payments
from adapter.core.ledger import Account, Lot, Role
from adapter.core.origins import Place
from adapter.db import Work
from tests.factories import (
    capture,
    findings,
    give_points,
    later,
    make_purse,
    reserve_points,
    reverse,
    spend_points,
)


@pytest.fixture
def busy(work: Work) -> Work:
    """A unit of work in which a ledger has seen everything it can see."""
    for may_go_negative in (False, True):
        purse = make_purse(work, may_go_negative=may_go_negative)
        give_points(work, purse, 100, expires_at=work.now + timedelta(days=2))
        give_points(work, purse, 50, active_from=work.now + timedelta(days=1))
        capture(work, reserve_points(work, purse, 20))
        reverse(work, purse, spend_points(work, purse, 30))
        reserve_points(work, purse, 5)
        ledger.settle_due(later(work, days=3), purse)
        spend_points(later(work, days=4), purse, 10)
        give_points(later(work, days=4), purse, 7, expires_at=work.now + timedelta(days=900))
        give_points(later(work, days=4), purse, 9, active_from=work.now + timedelta(days=900))
    spend_points(later(work, days=5), purse, 1000)
    work.session.flush()
    return work


def test_a_sound_ledger_gives_no_findings(busy: Work) -> None:
    assert findings(busy) == []


# Where a random row is changed, it is the same on both engines: the first by its id.
ONE_POSTING = "(entry_id, line) IN (SELECT entry_id, line FROM postings {} LIMIT 1)"
OF_MEMBER = ONE_POSTING.format("WHERE version = 2 ORDER BY entry_id")
OF_PROGRAM = ONE_POSTING.format("WHERE version IS NULL ORDER BY entry_id")
ONE_ENTRY = "id = (SELECT id FROM entries WHERE kind = 'accrual' ORDER BY id LIMIT 1)"
OPEN_LOT = (
    "id = (SELECT id FROM lots WHERE remaining_minor - reserved_minor > 5 ORDER BY id LIMIT 1)"
)
SPENDABLE = (
    "id = (SELECT id FROM accounts WHERE role = 'spendable' AND balance_minor > 5"
    " ORDER BY id LIMIT 1)"
)
LAST_OF_ACCOUNT = (
    "entry_id = (SELECT p.entry_id FROM postings p JOIN accounts a ON a.id = p.account_id"
    " WHERE a.role = 'spendable' AND p.version = a.version ORDER BY p.entry_id LIMIT 1)"
)

TAMPERING = {
    "the amount of a leg": f"UPDATE postings SET amount_minor = amount_minor + 1 WHERE {OF_MEMBER}",
    "both legs of an entry": "UPDATE postings SET amount_minor = 2 * amount_minor"
    f" WHERE entry_id = (SELECT id FROM entries WHERE {ONE_ENTRY})",
    "the program's leg": f"UPDATE postings SET amount_minor = amount_minor + 1 WHERE {OF_PROGRAM}",
    "a leg's version": f"UPDATE postings SET version = 900 WHERE {OF_MEMBER}",
    "a leg's balance": "UPDATE postings SET balance_after_minor = balance_after_minor + 1"
    f" WHERE {OF_MEMBER}",
    "a leg's digest": f"UPDATE postings SET digest = :digest WHERE {OF_MEMBER}",
    "the program's digest": f"UPDATE postings SET digest = :digest WHERE {OF_PROGRAM}",
    "a leg's account": f"UPDATE postings SET account_id = :id WHERE {OF_MEMBER}",
    "a leg's member": f"UPDATE postings SET member_id = :other WHERE {OF_MEMBER}",
    "a middle leg gone": f"DELETE FROM postings WHERE {OF_MEMBER}",
    "the last leg gone": f"DELETE FROM postings WHERE version IS NOT NULL AND {LAST_OF_ACCOUNT}",
    "the last legs gone": f"DELETE FROM postings WHERE {LAST_OF_ACCOUNT}",
    "the program's leg gone": f"DELETE FROM postings WHERE {OF_PROGRAM}",
    "an entry's kind": f"UPDATE entries SET kind = 'opening' WHERE {ONE_ENTRY}",
    "an entry's unit": f"UPDATE entries SET unit = 'credit' WHERE {ONE_ENTRY}",
    "an entry's member": f"UPDATE entries SET member_id = :other WHERE {ONE_ENTRY}",
    "an entry's program": f"UPDATE entries SET program_id = :id WHERE {ONE_ENTRY}",
    "when it happened": f"UPDATE entries SET occurred_at = '2020-01-01 00:00:00' WHERE {ONE_ENTRY}",
    "when it was told": f"UPDATE entries SET recorded_at = '2020-01-01 00:00:00' WHERE {ONE_ENTRY}",
    "what it reverses": f"UPDATE entries SET reverses_id = id WHERE {ONE_ENTRY}",
    "a balance": f"UPDATE accounts SET balance_minor = balance_minor + 1 WHERE {SPENDABLE}",
    "a version": f"UPDATE accounts SET version = version + 1 WHERE {SPENDABLE}",
    "a head": f"UPDATE accounts SET digest = :digest WHERE {SPENDABLE}",
    "an idle account's balance": "UPDATE accounts SET balance_minor = 7"
    " WHERE role = 'pending' AND owner_id = :idle",
    "a program's balance": "UPDATE accounts SET balance_minor = 7 WHERE role = 'issued'",
    "an account gone": "DELETE FROM accounts WHERE role = 'issued'",
    "what remains of a lot": "UPDATE lots SET remaining_minor = remaining_minor - 1"
    f" WHERE {OPEN_LOT}",
    "what is held of a lot": f"UPDATE lots SET reserved_minor = 2 WHERE {OPEN_LOT}",
    "a lot's size": f"UPDATE lots SET amount_minor = amount_minor + 1 WHERE {OPEN_LOT}",
    "a lot's last day": f"UPDATE lots SET expires_at = '2099-01-01 00:00:00' WHERE {OPEN_LOT}",
    "a lot's first day": f"UPDATE lots SET active_from = '2020-01-01 00:00:00' WHERE {OPEN_LOT}",
    "a lot's member": f"UPDATE lots SET member_id = :other WHERE {OPEN_LOT}",
    "a lot's account": "UPDATE lots SET account_id ="
    " (SELECT id FROM accounts WHERE role = 'pending' AND owner_id = :idle)"
    f" WHERE {OPEN_LOT}",
    "a lot's movement": "UPDATE lot_movements SET remaining_minor = remaining_minor + 1"
    f" WHERE lot_id = (SELECT id FROM lots WHERE {OPEN_LOT})",
    "a movement gone": "DELETE FROM lot_movements"
    f" WHERE lot_id = (SELECT id FROM lots WHERE {OPEN_LOT})",
    "a reservation's amount": "UPDATE reservations SET amount_minor = amount_minor + 1"
    " WHERE state = 'held'",
    "a reservation gone": "DELETE FROM reservations WHERE state = 'held'",
}


def test_tampering_is_named(busy: Work, subtests: pytest.Subtests) -> None:
    idle, other = make_purse(busy), make_purse(busy)
    ledger.lock(busy, idle, Role.PENDING)
    assert findings(busy) == []
    # As the engine keeps them: text without dashes on SQLite, uuid on PostgreSQL.
    sqlite = busy.session.get_bind().dialect.name == "sqlite"
    ids = {"id": uuid.uuid4(), "other": other.member_id, "idle": idle.member_id}
    values = {name: value.hex if sqlite else value for name, value in ids.items()}

    for name, statement in TAMPERING.items():
        used = {k: v for k, v in (values | {"digest": b"x" * 32}).items() if f":{k}" in statement}
        with subtests.test(name), busy.session.begin_nested() as before:
            changed = busy.session.execute(text(statement), used).rowcount

            assert changed
            assert findings(busy) != []
            before.rollback()
    assert findings(busy) == []


def test_a_finding_says_where_what_should_be_and_what_is(work: Work) -> None:
    purse = make_purse(work)
    give_points(work, purse, 10)
    account = ledger.lock(work, purse)[Role.SPENDABLE]
    work.session.execute(text("UPDATE accounts SET balance_minor = 1001 WHERE version = 1"))

    found = findings(work)

    assert f"balance of account {account.id}: 1000 expected, 1001 found" in found


@pytest.mark.parametrize("role", [Role.SPENDABLE, Role.PENDING, Role.RESERVED])
def test_the_database_refuses_a_negative_balance(work: Work, role: Role) -> None:
    purse = make_purse(work)
    account = ledger.lock(work, purse, role)[role]

    with pytest.raises(IntegrityError, match="not_negative"):
        work.session.execute(
            update(Account).where(Account.id == account.id).values(balance_minor=-1)
        )


def test_the_database_refuses_raw_sql_below_zero_too(busy: Work) -> None:
    with pytest.raises(IntegrityError, match="not_negative"):
        busy.session.execute(text(f"UPDATE accounts SET balance_minor = -1 WHERE {SPENDABLE}"))


@pytest.mark.parametrize(
    "change",
    [
        "remaining_minor = -1",
        "reserved_minor = -1",
        "reserved_minor = remaining_minor + 1",
        "remaining_minor = amount_minor + 1",
    ],
)
def test_the_database_refuses_a_lot_that_cannot_be(busy: Work, change: str) -> None:
    with pytest.raises(IntegrityError, match="parts"):
        busy.session.execute(text(f"UPDATE lots SET {change} WHERE {OPEN_LOT}"))


def test_the_database_refuses_two_postings_of_one_version(busy: Work) -> None:
    with pytest.raises(IntegrityError):
        busy.session.execute(text("UPDATE postings SET version = 1 WHERE version IS NOT NULL"))


def test_the_database_refuses_a_closed_reservation_without_its_entry(busy: Work) -> None:
    with pytest.raises(IntegrityError, match="closed_by_an_entry"):
        busy.session.execute(text("UPDATE reservations SET state = 'released'"))


def test_who_is_erased_leaves_the_digests_whole(busy: Work) -> None:
    # What a person told and where they were is not in a digest: only ids, amounts, kinds, times.
    for table, column in (("entries", "reason"), ("entries", "outlet_code"), ("lots", "reason")):
        busy.session.execute(text(f"UPDATE {table} SET {column} = ''"))

    assert findings(busy) == []
    assert Place() == Place("", "", "", "")


def test_a_lot_is_found_by_the_entry_that_opened_it(work: Work) -> None:
    purse = make_purse(work)
    entry = give_points(work, purse, 10)

    lot = work.session.scalars(select(Lot).where(Lot.entry_id == entry.id)).one()

    assert (lot.amount_minor, lot.remaining_minor, lot.reserved_minor) == (1000, 1000, 0)
    assert list(payments.verify(work)) == []
