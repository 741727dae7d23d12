"""What docs/scale.md tells to run can be run, and names what there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from adapter.db import Database
from tests.clock import Clock
from tests.databases import PostgresqlCopies
from tests.protocols.together.shop import open_shop
from tests.scale.calls import CALLS, Customer

TEXT = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```sql\n-- ([^\n]+)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
ENGINES = ["names: yugabytedb", "names: cockroachdb"]
_TABLE = re.compile(r"\b(?:ALTER TABLE|(?<!CREATE )INDEX \w+ ON) (\w+)")
_DROPPED = re.compile(r"\bDROP (?:INDEX|CONSTRAINT) (\w+)")
_COLUMNS = re.compile(r"\b(?:INDEX \w+ ON|ALTER TABLE) (\w+)[^;(]*\(+([\w, ]+?)(?: ASC| DESC)?\)")


@pytest.fixture
def url(postgresql_copies: PostgresqlCopies, tmp_path: Path) -> Iterator[str]:
    """A migrated PostgreSQL database of its own."""
    url = postgresql_copies.make(tmp_path)
    yield url
    postgresql_copies.drop(url)


def connected(url: str) -> psycopg.Connection:
    """A connection of the driver's."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def test_every_block_is_looked_at() -> None:
    assert {*BLOCKS} == {"roles", "partitions", "names: citus", *ENGINES}


def test_a_day_of_sales_goes_on_where_the_largest_tables_are_split(
    url: str, make_app: Callable, clock: Clock
) -> None:
    database = Database(url, clock=clock)
    shop = open_shop(make_app, database, welcome_points="50")
    customer = Customer(shop, clock, "79261110002").arrive()
    with connected(url) as connection:
        connection.execute(BLOCKS["partitions"])

    answers = [call(customer).status_code for call in CALLS.values()]

    assert answers == [200] * len(CALLS)
    assert shop.is_sound()
    with connected(url) as connection:
        for table in ("postings", "lot_movements", "transaction_items"):
            parts = f"SELECT count(DISTINCT tableoid), count(*) FROM {table}"
            used, rows = connection.execute(parts).fetchone() or (0, 0)
            assert 1 < used <= rows
    database.dispose()


@pytest.mark.parametrize("engine", ENGINES)
def test_what_another_engine_is_told_names_what_there_is(url: str, engine: str) -> None:
    with connected(url) as connection:
        names = {name for (name,) in connection.execute("SELECT relname FROM pg_class")}
        names |= {name for (name,) in connection.execute("SELECT conname FROM pg_constraint")}
        columns = connection.execute("SELECT attrelid::regclass::text, attname FROM pg_attribute")
        known = set(columns)

    told = {
        (table, name)
        for table, listed in _COLUMNS.findall(BLOCKS[engine])
        for name in listed.split(", ")
    }

    assert len(told) > 5
    assert told <= known
    assert {*_TABLE.findall(BLOCKS[engine]), *_DROPPED.findall(BLOCKS[engine])} <= names
    # Whatever is dropped there is made anew.
    for name in _DROPPED.findall(BLOCKS[engine]):
        assert re.search(rf"CREATE (UNIQUE )?INDEX {name} ON", BLOCKS[engine])


def test_the_limits_of_a_role_are_those_that_the_program_asks_for(url: str) -> None:
    database = Database(url, serving=True)

    with database.engine.connect() as served:
        told = re.findall(r"SET (\w+) = '([^']+)'", BLOCKS["roles"])
        found = [(name, served.exec_driver_sql(f"SHOW {name}").scalar()) for name, _ in told]

    assert found == told
    database.dispose()
