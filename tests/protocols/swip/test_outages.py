"""A database that cannot serve is a 500, soon; one that is back serves as if nothing had been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from adapter.db import Database
from tests.protocols.callers import postgresql_only, sqlite_only
from tests.protocols.outages import Line, at_once, held
from tests.protocols.swip.people import PHONE, POINTS, add_maria
from tests.protocols.swip.plugin import Plugin, refusal

NEWCOMER = "79260009999"
INTERNAL = (500, 1000, "Internal server error")
pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def served(plugin: Plugin, make_app: Any) -> Iterator[Callable[[str], Plugin]]:
    """A function that gives a plugin of a server whose database is at a URL."""
    opened: list[Database] = []
    add_maria(plugin)

    def serve(url: str) -> Plugin:
        database = Database(url, serving=True)
        opened.append(database)
        app = make_app(database=database)
        return Plugin(app, app.test_client(), database, plugin.program, plugin.headers)

    yield serve
    for database in opened:
        database.dispose()


@pytest.fixture
def line(plugin: Plugin) -> Iterator[Line]:
    """A line to the database of that plugin's merchant."""
    line = Line(plugin.database.url.render_as_string(hide_password=False))
    yield line
    line.close()


@postgresql_only
def test_a_line_that_breaks_and_is_mended(served: Callable[[str], Plugin], line: Line) -> None:
    till = served(line.url())
    assert till.points(phone=PHONE) == POINTS

    line.cut()
    looked, signed_up = lambda: till.stats(phone=PHONE), lambda: till.sign_up(phone=NEWCOMER)
    for response in at_once(looked, signed_up):
        assert refusal(response) == INTERNAL
    line.mend()

    assert till.points(phone=PHONE) == POINTS
    assert till.sign_up(phone=NEWCOMER).status_code == 200


@postgresql_only
def test_connections_that_died_unnoticed_are_replaced_without_a_word(
    served: Callable[[str], Plugin], line: Line
) -> None:
    """A restart of the server, after which every connection of the pool is dead."""
    till = served(line.url())
    engine: Any = till.database.glance().engine
    assert till.points(phone=PHONE) == POINTS
    taken = [engine.raw_connection() for _ in range(engine.pool.size())]
    for connection in taken:
        connection.close()
    line.cut()
    line.mend()

    assert till.points(phone=PHONE) == POINTS


@sqlite_only
def test_a_lookup_goes_on_while_somebody_writes(
    served: Callable[[str], Plugin], plugin: Plugin
) -> None:
    url = plugin.database.url.render_as_string(hide_password=False)
    till = served(url)

    with held(Path(make_url(url).database or ""), "BEGIN IMMEDIATE"):
        assert till.points(phone=PHONE) == POINTS
        assert refusal(till.sign_up(phone=NEWCOMER)) == INTERNAL

    assert till.sign_up(phone=NEWCOMER).status_code == 200
