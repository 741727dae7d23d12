"""A line of ours sees where a request ends and what it does, and breaks where it is told to."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from tests.faults.proxy import Moment, Proxy, to_database

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
ADD = "INSERT INTO told (number) VALUES (%s)"
WITH = "WITH added AS (INSERT INTO told VALUES (%s) RETURNING number) SELECT number FROM added"


@pytest.fixture
def line(database_url: str) -> Iterator[Proxy]:
    """A line to a database with a table of its own."""
    with connected(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE told (number int)")
        with to_database(database_url) as line:
            yield line
        connection.execute("DROP TABLE told")


def connected(url: str, *, autocommit: bool) -> psycopg.Connection:
    """A connection of the plain driver."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=autocommit)


def numbers(database_url: str) -> list[int]:
    """What is in the table, past the line."""
    with connected(database_url, autocommit=True) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM told ORDER BY number")]


@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("statement", [ADD, WITH], ids=["insert", "with"])
def test_a_statement_that_commits_by_itself(
    database_url: str, line: Proxy, moment: Moment, statement: str
) -> None:
    with connected(line.url, autocommit=True) as connection:
        # Often enough for the driver to prepare it: then only its name is sent.
        for number in range(9):
            connection.execute("SELECT number FROM told FOR UPDATE")
            connection.execute(statement, [number])

        sprung = line.trap(1, moment, commits=True)
        with pytest.raises(psycopg.OperationalError):
            connection.execute(statement, [9])

    assert sprung.is_set()
    assert line.seen == 10
    # What was only sent on may still be under way.
    assert moment is Moment.SENT or numbers(database_url) == list(
        range(9 if moment is Moment.BEFORE else 10)
    )


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.DONE, Moment.HALF])
def test_a_commit(database_url: str, line: Proxy, moment: Moment) -> None:
    with connected(line.url, autocommit=False) as connection:
        connection.execute("SELECT number FROM told")
        connection.commit()  # of nothing
        connection.execute(ADD, [1])

        line.trap(1, moment, commits=True)
        with pytest.raises(psycopg.OperationalError):
            connection.commit()

    assert line.seen == 2
    assert numbers(database_url) == ([] if moment is Moment.BEFORE else [1])


def test_a_statement_within_a_transaction(database_url: str, line: Proxy) -> None:
    with connected(line.url, autocommit=False) as connection:
        line.trap(2, Moment.DONE)
        connection.execute(ADD, [1])
        with pytest.raises(psycopg.OperationalError):
            connection.execute(ADD, [2])

    assert numbers(database_url) == []


def test_a_line_that_is_cut_and_mended(database_url: str, line: Proxy) -> None:
    with connected(line.url, autocommit=True) as connection:
        line.cut()
        with pytest.raises(psycopg.OperationalError):
            connection.execute(ADD, [1])
    with pytest.raises(psycopg.OperationalError):
        connected(line.url, autocommit=True)
    line.mend()

    with connected(line.url, autocommit=True) as connection:
        connection.execute(ADD, [2])

    assert numbers(database_url) == [2]
