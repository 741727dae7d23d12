"""A database that cannot serve is said in Koshelek's words within five seconds (2.3, G14)."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from adapter.core import programs
from adapter.db import Database
from tests.protocols.callers import postgresql_only, sqlite_only
from tests.protocols.koshelek.people import CARD, PHONE, register
from tests.protocols.koshelek.wallet import Wallet, add_login, basic, is_empty, refusal
from tests.protocols.outages import Line, at_once, held

UNAVAILABLE = {"code": "090", "description": "Сервис временно недоступен, повторите запрос позже"}
pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def serve(make_app: Callable) -> Iterator[Callable[..., Wallet]]:
    """A function that serves a database as gunicorn does: every wait is bounded."""
    opened = []

    def serve(url: str, **options) -> Wallet:
        database = Database(url, serving=True, **options)
        opened.append(database)
        client = make_app(database=database).test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = basic()
        return Wallet(client.application, client, database, None)

    yield serve
    for database in opened:
        database.dispose()


@pytest.fixture
def url(make_database_url: Callable[..., str]) -> str:
    """The URL of a database with one partner and one holder of a card."""
    url = make_database_url()
    database = Database(url)
    with database.unit_of_work() as work:
        program = programs.put(work, code="MAIN").terms()
        add_login(work, program)
        register(work, program)
    database.dispose()
    return url


def file_of(url: str) -> Path:
    return Path(make_url(url).database or "")


def assert_unavailable(wallet: Wallet, *, reads: bool = True, writes: bool = True) -> None:
    """Fail unless the vendor is told to try later, soon, by what reads and by what writes."""
    calls = [lambda: wallet.get(f"/v1/card/{CARD}")] if reads else []
    calls += [lambda: wallet.post(f"/v1/card/{CARD}", {"locality": "Тверь"})] if writes else []
    for response in at_once(*calls):
        assert (response.status_code, response.json) == (422, UNAVAILABLE)


def assert_serves(wallet: Wallet) -> None:
    """Fail unless all is as if nothing had been."""
    assert wallet.get(f"/v1/card/{CARD}").json["card"]["cardState"] == "active"
    assert is_empty(wallet.post(f"/v1/card/{CARD}", {"locality": "Тверь"}))


@postgresql_only
def test_a_server_that_is_not_there(serve):
    assert_unavailable(serve("postgresql+psycopg://u:p@127.0.0.1:1/none"))


@postgresql_only
def test_a_server_that_takes_the_call_and_says_nothing(serve):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        assert_unavailable(serve(f"postgresql+psycopg://u:p@127.0.0.1:{port}/none"))


@postgresql_only
def test_a_line_that_breaks_and_is_mended(serve, url):
    line = Line(url)
    try:
        wallet = serve(line.url())
        assert_serves(wallet)

        line.cut()
        assert_unavailable(wallet)
        line.mend()

        assert_serves(wallet)
    finally:
        line.close()


@postgresql_only
def test_connections_that_died_unnoticed_are_replaced_without_a_word(serve, url):
    line = Line(url)
    try:
        wallet = serve(line.url())
        for _ in range(3):
            assert_serves(wallet)
            line.cut()
            line.mend()

        assert_serves(wallet)
    finally:
        line.close()


@sqlite_only
def test_a_file_another_process_writes_to(serve, url):
    """Readers of a WAL file go on; writers are told within the time."""
    wallet = serve(url)
    with held(file_of(url), "BEGIN EXCLUSIVE"):
        assert wallet.get(f"/v1/card/{CARD}").status_code == 200
        assert_unavailable(wallet, reads=False)

    assert_serves(wallet)


@sqlite_only
def test_a_file_another_process_has_for_itself(serve, url):
    wallet = serve(url)
    with held(
        file_of(url),
        "PRAGMA locking_mode=EXCLUSIVE",
        "PRAGMA journal_mode=DELETE",
        "BEGIN EXCLUSIVE",
    ):
        assert_unavailable(wallet)

    assert_serves(wallet)


@sqlite_only
def test_a_folder_where_the_file_should_be(serve, url, tmp_path):
    place = tmp_path / "late.db"
    place.mkdir()
    wallet = serve(f"sqlite:///{place}")

    assert_unavailable(wallet)
    place.rmdir()
    shutil.copyfile(file_of(url), place)

    assert_serves(wallet)


@sqlite_only
def test_a_file_that_may_only_be_read(serve, url):
    wallet = serve(f"sqlite:///file:{file_of(url)}?mode=ro&uri=true")

    assert wallet.get(f"/v1/card/{CARD}").status_code == 200
    assert_unavailable(wallet, reads=False)


@sqlite_only
def test_a_file_that_is_no_database(serve, tmp_path, log_lines):
    """No time will mend that: a mistake of ours, and logged as one."""
    (tmp_path / "letter.db").write_text("Дорогая редакция! " * 100)

    response = serve(f"sqlite:///{tmp_path}/letter.db").get(f"/v1/card/{CARD}")

    assert refusal(response) == (422, "099")
    assert "bug" in {line["event"] for line in log_lines()}


def test_a_database_nobody_has_migrated(serve, make_database_url):
    """Not a fault of the vendor's either, and no word of SQL reaches them."""
    response = serve(make_database_url(migrated=False)).get(f"/v1/card/{CARD}")

    assert refusal(response) in ((422, "090"), (422, "099"))


def test_no_connection_to_spare(serve, url):
    wallet = serve(url, pool_size=1)
    with wallet.database.engine.connect():
        assert_unavailable(wallet, writes=False)

    assert_serves(wallet)


def test_who_is_known_is_not_asked_for_again_while_the_database_is_away(serve, url):
    """Whoever calls with wrong credentials meanwhile is told the same, and nothing more."""
    wallet = serve(url, pool_size=1)
    assert is_empty(wallet.get("/v1/card", msisdn="79990000000"))
    wallet.client.environ_base["HTTP_AUTHORIZATION"] = basic("wallet", "wrong")

    with wallet.database.engine.connect():
        assert_unavailable(wallet, writes=False)

    assert refusal(wallet.get("/v1/card", msisdn=PHONE)) == (401, "001")


@postgresql_only
def test_a_server_that_falls_silent_and_comes_back(serve, url):
    """Frozen, or cut off by a network that says nothing: no time-out of the server's own helps."""
    line = Line(url)
    try:
        wallet = serve(line.url())
        assert_serves(wallet)

        line.freeze()
        assert_unavailable(wallet)
        line.mend()

        assert_serves(wallet)
    finally:
        line.close()
