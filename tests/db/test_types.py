"""Instants stay aware, decimals exact, documents as they were, on every engine."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, exc, insert, select, text

from adapter.db import Database
from adapter.db.base import new_id
from adapter.db.types import Document, ExactDecimal, UtcDateTime

kept = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("instant", UtcDateTime),
    Column("number", ExactDecimal),
    Column("document", Document),
)


@pytest.fixture
def shelf(database: Database) -> Database:
    """A database with a table of every type."""
    kept.create(database.engine)
    return database


def there_and_back(database: Database, **values: Any) -> Any:
    (name,) = values
    with database.unit_of_work() as work:
        (key,) = work.session.execute(insert(kept).values(**values)).inserted_primary_key
    with database.reading() as looking:
        return looking.session.scalar(select(kept.c[name]).where(kept.c.id == key))


def test_an_instant_comes_back_in_utc(shelf: Database) -> None:
    moscow = timezone(timedelta(hours=3))

    found = there_and_back(shelf, instant=datetime(2026, 5, 4, 12, 0, 0, 123456, moscow))

    assert found == datetime(2026, 5, 4, 9, 0, 0, 123456, UTC)
    assert found.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(shelf: Database) -> None:
    with pytest.raises(exc.StatementError, match="naive"):
        there_and_back(shelf, instant=datetime(2026, 5, 4, 12, 0))


@pytest.mark.parametrize("name", ("instant", "number", "document"))
def test_nothing_stays_nothing(shelf: Database, name: str) -> None:
    assert there_and_back(shelf, **{name: None}) is None


decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=decimals)
def test_a_decimal_comes_back_exactly(shelf_for_examples: Database, number: Decimal) -> None:
    assert there_and_back(shelf_for_examples, number=number) == number


@pytest.fixture
def shelf_for_examples(shelf: Database) -> Database:
    """The same table for every example: each writes a row of its own."""
    return shelf


def test_a_tenth_is_a_tenth_in_the_row_itself(shelf: Database) -> None:
    there_and_back(shelf, number=Decimal("0.1"))

    with shelf.reading() as looking:
        found = looking.session.scalar(text("SELECT CAST(number AS TEXT) FROM kept"))

    assert found == "0.1"


def test_a_document_comes_back_as_it_was(shelf: Database) -> None:
    document = {"имя": "Анна", "tags": ["a", None, True], "deep": {"number": 12345678901234567890}}

    assert there_and_back(shelf, document=document) == document


def test_ids_grow_with_time_and_are_never_the_same() -> None:
    ids = [new_id() for _ in range(1000)]

    assert ids == sorted(set(ids))
    assert all(isinstance(one, uuid.UUID) and one.version == 7 for one in ids)
