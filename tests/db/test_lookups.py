"""A statement sent by the driver itself: what SQLAlchemy would say, and no more than it costs."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    exc,
    func,
    insert,
    select,
    text,
)

from adapter.db import Database, Lookup
from adapter.db.errors import is_retryable, is_unavailable
from adapter.db.types import Document, UtcDateTime
from tests.on_the_wire import on_the_wire
from tests.protocols.outages import Line

kept = Table(
    "kept",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("at", UtcDateTime),
    Column("amount", BigInteger),
    Column("word", String(32)),
    Column("is_on", Boolean),
    Column("day", Date),
    Column("document", Document),
    Column("data", LargeBinary),
)
KEY = uuid.UUID(int=7)
ROW: dict[str, Any] = {
    "id": KEY,
    "at": datetime(2026, 5, 4, 9, 0, 0, 123456, UTC),
    "amount": 2**62,
    "word": "Слово %s :x ?",
    "is_on": True,
    "day": datetime(1990, 5, 17).date(),
    "document": {"a": [1, "б", None]},
    "data": b"\x00\xff",
}
EMPTY = dict.fromkeys(ROW) | {"id": uuid.UUID(int=8)}
ONE = Lookup(select(func.count().label("n")).select_from(kept))
WRONG = Lookup(select(text("nothing_of_this_name")).select_from(kept))
pytestmark = pytest.mark.usefixtures("impatient")


class Word(enum.StrEnum):
    """A text that is more than a text."""

    ONE = "Слово %s :x ?"


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with a table of every type, in which one row has all and one has nothing."""
    kept.create(database.engine)
    with database.unit_of_work() as work:
        work.session.execute(insert(kept), [ROW, EMPTY])
    return database


def by(column: str) -> Lookup:
    """Whatever there is of rows with such a value."""
    return Lookup(select(kept).where(kept.c[column] == bindparam("value")))


def test_results_are_what_sqlalchemy_makes_of_them(filled: Database) -> None:
    for wanted in (ROW, EMPTY):
        (found,) = filled.glance().rows(by("id"), {"value": wanted["id"]})

        assert dict(zip(ROW, found, strict=True)) == wanted
        assert [type(value) for value in found] == [type(value) for value in wanted.values()]
        with filled.reading() as looking:
            (read,) = looking.rows(by("id"), {"value": wanted["id"]})
            assert list(read) == list(found)


@pytest.mark.parametrize("column", ["id", "at", "amount", "word", "is_on", "day", "data"])
def test_values_are_sent_as_sqlalchemy_sends_them(filled: Database, column: str) -> None:
    (found,) = filled.glance().rows(by(column), {"value": ROW[column]})

    assert found[0] == KEY


def test_an_instant_is_compared_in_utc_whatever_its_zone(filled: Database) -> None:
    moscow = timezone(timedelta(hours=3))

    (found,) = filled.glance().rows(by("at"), {"value": ROW["at"].astimezone(moscow)})

    assert found[0] == KEY


def test_one_value_may_stand_in_several_places_and_several_in_any_order(filled: Database) -> None:
    given = bindparam("value", type_=String)
    lookup = Lookup(
        select(kept.c.id, given.label("again"), bindparam("other", type_=Integer))
        .where(kept.c.word == given, kept.c.amount > bindparam("least", type_=BigInteger))
        .order_by(kept.c.id)
    )

    found = filled.glance().rows(lookup, {"least": 5, "value": Word.ONE, "other": 3})

    assert [list(row) for row in found] == [[KEY, Word.ONE, 3]]


def test_a_lookup_serves_databases_of_either_engine(
    sqlite_copies: Any,
    postgresql_copies: Any,
    tmp_path: Path,
    make_database: Callable[..., Database],
) -> None:
    """As one module's constant does in a process of tests."""
    lookup = Lookup(select(bindparam("at", type_=UtcDateTime), bindparam("word", type_=String)))
    urls = [copies.make(tmp_path) for copies in (sqlite_copies, postgresql_copies)]

    for url in [*urls, *urls]:
        (row,) = make_database(url).glance().rows(lookup, {"at": ROW["at"], "word": "x"})

        assert list(row) == [ROW["at"], "x"]


def test_a_value_that_cannot_be_is_refused_before_it_is_sent(filled: Database) -> None:
    with on_the_wire(filled) as sent, pytest.raises(ValueError, match="naive"):
        filled.glance().rows(by("at"), {"value": datetime(2026, 5, 4)})

    assert sent.all == []


def test_it_is_one_statement_and_nothing_around_it(filled: Database) -> None:
    with on_the_wire(filled) as sent:
        for _ in range(8):  # often enough to be prepared
            filled.glance().rows(by("id"), {"value": KEY})

    assert len(sent.all) == 8
    assert all(one.startswith("SELECT kept.id") for one in sent.all)


def test_it_sees_what_was_committed_when_it_comes(filled: Database) -> None:
    glance = filled.glance()
    with filled.unit_of_work() as work:
        work.session.execute(insert(kept).values(id=uuid.uuid4()))
        work.session.flush()
        during = glance.rows(ONE, {})

    assert [list(row) for row in during] == [[2]]
    assert [list(row) for row in glance.rows(ONE, {})] == [[3]]


def test_the_instant_of_a_glance_is_the_clocks(database: Database) -> None:
    assert database.glance().now == database.clock()


# What goes wrong.


def test_a_refused_statement_is_no_outage(database: Database) -> None:
    """SQLite tells a missing table from an outage no better than SQLAlchemy does."""
    lookup = by("id")

    with pytest.raises(exc.DBAPIError) as by_driver:
        database.glance().rows(lookup, {"value": KEY})
    with pytest.raises(exc.DBAPIError) as by_session, database.reading() as looking:
        looking.rows(lookup, {"value": KEY})

    assert type(by_driver.value) is type(by_session.value)
    assert type(by_driver.value.orig) is type(by_session.value.orig)
    assert not is_retryable(by_driver.value)
    assert is_unavailable(by_driver.value) == (database.dialect == "sqlite")
    assert not by_driver.value.connection_invalidated


def test_what_an_error_says_has_no_value_in_it(database: Database) -> None:
    lookup = Lookup(select(kept.c.id).where(kept.c.word == bindparam("value")))

    with pytest.raises(exc.DBAPIError) as refused:
        database.glance().rows(lookup, {"value": "79995550142"})

    assert "79995550142" not in str(refused.value)
    assert "FROM kept" in str(refused.value)


def test_a_connection_that_met_an_error_serves_the_next_call(filled: Database) -> None:
    for _ in range(3):
        with pytest.raises(exc.DBAPIError):
            filled.glance().rows(WRONG, {})

    assert [list(row) for row in filled.glance().rows(ONE, {})] == [[2]]


def test_connections_are_given_back(filled: Database) -> None:
    glancing: Any = filled.glance().engine
    for _ in range(3 * glancing.pool.size()):
        filled.glance().rows(ONE, {})
    for _ in range(3 * glancing.pool.size()):
        with pytest.raises(exc.DBAPIError):
            filled.glance().rows(WRONG, {})

    assert glancing.pool.checkedout() == 0


@pytest.mark.parametrize("engine_name", ["postgresql"])  # the pool is the same; its wait is long
def test_a_pool_that_is_exhausted_is_unavailable(
    database_url: str, make_database: Callable[..., Database]
) -> None:
    database = make_database(database_url, serving=True, pool_size=1)
    lookup = Lookup(select(text("1")))
    engine: Any = database.glance().engine

    with engine.connect() as taken:
        taken.execute(text("SELECT 1"))
        with pytest.raises(exc.TimeoutError) as refused:
            database.glance().rows(lookup, {})

    assert is_unavailable(refused.value)
    assert len(database.glance().rows(lookup, {})) == 1


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    urls = (
        f"postgresql+psycopg://nobody@/nothing?host={tmp_path}",
        f"sqlite:///{tmp_path}/no/such/folder/file.db",
    )
    for url in urls:
        database = Database(url, serving=True)

        with pytest.raises(exc.OperationalError) as refused:
            database.glance().rows(Lookup(select(text("1"))), {})

        assert is_unavailable(refused.value)
        assert not is_retryable(refused.value)
        database.dispose()


@pytest.fixture
def line(database_url: str, engine_name: str) -> Iterator[Line]:
    """A line to the server that can be cut."""
    assert engine_name == "postgresql"
    line = Line(database_url)
    yield line
    line.close()


OF_A_SERVER = pytest.mark.parametrize("engine_name", ["postgresql"])


@OF_A_SERVER
@pytest.mark.parametrize("number", [1, 8])
def test_connections_that_died_are_given_up_and_the_next_call_is_served(
    line: Line, make_database: Callable[..., Database], number: int
) -> None:
    """However many there were: as after a restart of the server."""
    database = make_database(line.url(), serving=True)
    lookup = Lookup(select(text("1")))
    engine: Any = database.glance().engine
    taken = [engine.raw_connection() for _ in range(number)]
    for connection in taken:
        connection.close()
    line.cut()
    line.mend()

    with pytest.raises(exc.OperationalError) as lost:
        database.glance().rows(lookup, {})

    assert is_retryable(lost.value)
    assert is_unavailable(lost.value)
    assert [list(row) for row in database.glance().rows(lookup, {})] == [[1]]


@OF_A_SERVER
def test_while_nobody_answers_it_is_unavailable(
    line: Line, make_database: Callable[..., Database]
) -> None:
    database = make_database(line.url(), serving=True)
    lookup = Lookup(select(text("1")))
    database.glance().rows(lookup, {})

    line.cut()
    for _ in range(2):
        with pytest.raises(exc.OperationalError) as refused:
            database.glance().rows(lookup, {})
        assert is_unavailable(refused.value)
    line.mend()

    assert len(database.glance().rows(lookup, {})) == 1
