"""The schema and the statements are such as an engine of many machines takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.databases import PostgresqlCopies
from tests.scale import tables
from tests.scale.rules import (
    locked_tables,
    refused_words,
    schema_faults,
    schema_of,
    statement_faults,
)

ROOT = Path(__file__).parents[2]
# What runs while nobody waits; each with the reason.
EXCUSED = {
    ("migrations/env.py", "an advisory lock"): "two upgrades at once; no call migrates anything",
}


@pytest.fixture
def connection(postgresql_copies: PostgresqlCopies, tmp_path: Path) -> Iterator[psycopg.Connection]:
    """A migrated database of its own, to be spoilt."""
    url = postgresql_copies.make(tmp_path)
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        yield connection
    postgresql_copies.drop(url)


def test_the_schema_can_be_spread_over_machines(connection: psycopg.Connection) -> None:
    assert list(schema_faults(schema_of(connection))) == []


def test_no_exception_outlives_its_reason(connection: psycopg.Connection) -> None:
    schema = schema_of(connection)

    assert set(tables.SHARED_PARENTS) <= schema.parents
    assert set(tables.UNIQUE_AMONG_ALL) <= {unique.name for unique in schema.uniques}
    assert {*tables.SETTINGS, *tables.MEETING_PLACES, *tables.HOT} == set(schema.columns)
    for table, parent in tables.REACHED.items():
        assert (table, parent) in schema.parents


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ("CREATE TABLE visits (id uuid PRIMARY KEY)", "nobody has said whose the rows of visits"),
        ("CREATE SEQUENCE numbers", "a sequence numbers"),
        ("ALTER TABLE lots ADD number bigserial", "a sequence lots_number_seq"),
        (
            "ALTER TABLE lots ADD number bigint GENERATED ALWAYS AS IDENTITY",
            "an identity column lots.number",
        ),
        ("ALTER TABLE lots DROP member_id CASCADE", "lots does not say whose a row is"),
        ("ALTER TABLE postings ALTER member_id DROP NOT NULL", "postings has rows that are nobody"),
        (
            "ALTER TABLE entries ADD FOREIGN KEY (program_id) REFERENCES programs",
            "entries refers to programs",
        ),
        (
            "ALTER TABLE orders ADD outlet_id uuid REFERENCES outlets",
            "orders refers to outlets",
        ),
        ("CREATE UNIQUE INDEX one ON entries (reason)", "one is unique among all members"),
        ("CREATE RULE none AS ON DELETE TO lots DO INSTEAD NOTHING", "a rule on lots"),
        ("ALTER TABLE cards ADD UNIQUE (barcode_type) DEFERRABLE", "a constraint that waits"),
    ],
)
def test_a_schema_that_cannot_is_found_out(
    connection: psycopg.Connection, spoilt: str, fault: str
) -> None:
    connection.execute(spoilt)

    faults = list(schema_faults(schema_of(connection)))

    assert [one for one in faults if one.startswith(fault)], faults


def sources() -> Iterator[tuple[str, str]]:
    """Every text in the program and its migrations that is no docstring, with its file."""
    for folder in ("adapter", "migrations"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            told = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    if id(node) not in told:
                        yield str(path.relative_to(ROOT)), node.value
                elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqla"):
                    yield str(path.relative_to(ROOT)), _construct(node)


def _construct(node: ast.ImportFrom) -> str:
    """What of SQLAlchemy would write it: as the SQL it stands for."""
    names = {alias.name for alias in node.names}
    return "CREATE SEQUENCE x" if names & {"Sequence", "Identity"} else ""


def test_no_text_of_the_program_asks_for_what_one_machine_alone_has() -> None:
    texts = list(sources())
    found = {(path, what) for path, text in texts for what in refused_words(text)}

    assert len(texts) > 5000
    assert found == set(EXCUSED)


@pytest.mark.parametrize(
    "bad",
    [
        "SELECT pg_advisory_xact_lock(1)",
        "SELECT pg_try_advisory_lock(1)",
        "LOCK TABLE accounts IN EXCLUSIVE MODE",
        "LISTEN orders",
        "SELECT pg_notify('orders', '1')",
        "INSERT INTO entries (id) VALUES (nextval('entries_id_seq'))",
        "CREATE TABLE x (id BIGSERIAL)",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "UPDATE accounts SET version = 1 WHERE xmin = '7'",
        "UPDATE programs SET issued = issued + 1 WHERE id = 'x'",
        "INSERT INTO visits (id) VALUES (1)",
        "UPDATE member_counters SET visits = 0",
        "WITH w AS (UPDATE outlets SET name = 'x' WHERE id = 'x' RETURNING 1) SELECT * FROM w",
        "SELECT * FROM members JOIN programs ON true WHERE members.id = 'x' FOR UPDATE",
        "SELECT * FROM members JOIN programs AS p ON true FOR NO KEY UPDATE OF members, p",
    ],
)
def test_a_bad_statement_is_found_out(bad: str) -> None:
    assert list(statement_faults(bad))


@pytest.mark.parametrize(
    ("text", "locked"),
    [
        ("SELECT * FROM accounts WHERE id = 'x' FOR UPDATE", {"accounts"}),
        ("SELECT 1 FROM members JOIN programs ON true FOR UPDATE OF members", {"members"}),
        ("SELECT 1 FROM lots AS l JOIN programs ON true FOR SHARE OF l SKIP LOCKED", {"lots"}),
        (
            "INSERT INTO email_locks (slot) VALUES (1) ON CONFLICT (slot) DO UPDATE SET times = 2",
            set(),
        ),
    ],
)
def test_an_honest_statement_is_let_pass(text: str, locked: set[str]) -> None:
    assert locked_tables(text) == locked
    assert list(statement_faults(text)) == []
