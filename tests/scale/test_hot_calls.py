"""What each call really sends to PostgreSQL, and the rows that others wait for meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from adapter.db import Database
from tests.clock import Clock
from tests.on_the_wire import on_the_wire
from tests.protocols.together.shop import Shop, open_shop
from tests.scale.calls import CALLS, Customer
from tests.scale.locks import lock_faults, locks_at_commit
from tests.scale.rules import locked_tables, statement_faults

# What somebody else joins by locks the row of the program: see `tables.SHARED_PARENTS`.
JOINING = {
    "card issued",
    "card number reserved",
    "registered at the till",
    "signed up",
    "e-mail changed",
}


@pytest.fixture
def customer(database: Database, make_app: Callable, clock: Clock) -> Customer:
    """Somebody, among others who have done the same."""
    shop: Shop = open_shop(make_app, database, points_expire_after_days=365, welcome_points="50")
    Customer(shop, clock, "79261110001").arrive()
    return Customer(shop, clock, "79261110002").arrive()


def test_no_call_sends_what_one_machine_alone_has(
    customer: Customer, subtests: pytest.Subtests
) -> None:
    locked: set[str] = set()

    for name, call in CALLS.items():
        with subtests.test(name):
            with on_the_wire(customer.shop.database) as sent:
                response = call(customer)

            assert response.status_code == 200, response.text
            assert '"error"' not in response.text
            assert [fault for one in sent.queries for fault in statement_faults(one)] == []
            locked |= {table for one in sent.queries for table in locked_tables(one)}
    assert "accounts" in locked


def test_a_call_locks_rows_of_its_own_member_alone(
    customer: Customer, subtests: pytest.Subtests
) -> None:
    seen_tables: set[str] = set()

    for name, call in CALLS.items():
        with subtests.test(name):
            with locks_at_commit(customer.shop.database) as seen:
                response = call(customer)

            assert response.status_code == 200, response.text
            assert list(lock_faults(seen)) == []
            assert ("programs" in {one.table for one in seen}) <= (name in JOINING)
            seen_tables |= {one.table for one in seen}
    # It was looked at: these are changed where they are, and not by one statement alone.
    assert {"accounts", "orders", "transactions"} <= seen_tables


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("UPDATE outlets SET name = name || '!'", "a row of outlets is locked"),
        ("SELECT 1 FROM credentials FOR KEY SHARE", "a row of credentials is locked"),
        ("SELECT 1 FROM accounts FOR UPDATE", "rows of 2 members are locked"),
        ("UPDATE transaction_items SET name = 'x'", "rows of 2 members are locked"),
    ],
)
def test_a_lock_too_many_is_found_out(customer: Customer, bad: str, fault: str) -> None:
    shop = customer.shop
    with shop.database.unit_of_work() as work:
        work.session.execute(
            text("INSERT INTO outlets SELECT gen_random_uuid(), id, 'X', '', false FROM programs")
        )

    with locks_at_commit(shop.database) as seen, shop.database.unit_of_work() as work:
        work.session.execute(text(bad))

    assert [one for one in lock_faults(seen) if one.startswith(fault)]
