"""The log is never the reason a call fails, and costs the call no statement."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from adapter.db import Database
from adapter.web import exchanges as log
from adapter.web import recorder, taken
from adapter.web.application import Application
from adapter.web.recorder import Recorder
from tests.clock import Clock
from tests.protocols.exchanges.overheard import Overheard
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.together.shop import Shop, open_shop, receipt
from tests.statements import recorded

OLGA = "79261112233"


@pytest.fixture
def number(shop: Shop) -> str:
    """The number of Olga's card."""
    return shop.issue(OLGA)


def recorder_of(shop: Shop) -> Recorder:
    """What keeps the exchanges of the shop."""
    found: Recorder = shop.wallet.app.extensions["exchanges"]
    return found


def lines_of(told: str, event: str) -> list[dict[str, Any]]:
    """The lines of the log that begin with these words."""
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"].startswith(event)]


@contextmanager
def nobody_else_writes(database: Database) -> Iterator[None]:
    """Another connection keeps the log's table to itself."""
    with database.engine.connect() as connection:
        # SQLite's has all of the file as soon as it begins.
        if database.dialect == "postgresql":
            connection.execute(text("LOCK TABLE exchanges IN ACCESS EXCLUSIVE MODE"))
        else:
            connection.execute(text("SELECT 1"))
        yield


@contextmanager
def gone(database: Database) -> Iterator[None]:
    """There is no table of the log."""
    with database.unit_of_work() as work:
        work.session.execute(text("ALTER TABLE exchanges RENAME TO put_aside"))
    yield
    with database.unit_of_work() as work:
        work.session.execute(text("ALTER TABLE put_aside RENAME TO exchanges"))


def test_what_cannot_be_written_now_is_written_later_and_calls_are_answered(
    make_app: Callable[..., Application],
    make_database: Callable[..., Database],
    database: Database,
    impatient: None,
    log_text: Any,
) -> None:
    address = database.url.render_as_string(hide_password=False)
    shop = open_shop(make_app, make_database(address, serving=True))
    heard = Overheard(shop.wallet.app, shop.database)
    number = shop.issue(OLGA)
    before = len(heard.all())
    log_text()

    with nobody_else_writes(database):
        for _ in range(3):
            assert shop.wallet.get(f"/v1/card/{number}").status_code == 200
        assert not log.flush(heard.app)
        assert not log.flush(heard.app)
    assert len(lines_of(told := log_text(), "the request log cannot be written")) == 1
    assert "Traceback" not in told

    assert len(heard.all()) == before + 3
    counts = log.counts(heard.app)
    assert (counts.taken, counts.written, counts.dropped) == (before + 3, before + 3, 0)
    assert len(lines_of(log_text(), "the request log is written again")) == 1


def test_without_its_table_calls_are_answered_and_kept_again_when_it_is_back(
    shop: Shop, heard: Overheard, number: str
) -> None:
    before = {one.id for one in heard.all()}
    with gone(shop.database):
        assert shop.wallet.get(f"/v1/card/{number}").status_code == 200
        log.flush(heard.app)
        lost = log.counts(heard.app).dropped

    answer = shop.wallet.get(f"/v1/card/{number}")

    kept = heard.all()
    assert kept[-1].request_id == answer.headers["X-Request-ID"]
    # One engine says that the table is missing, the other that it cannot now.
    assert len({one.id for one in kept} - before) == 2 - lost


def test_what_does_not_fit_any_more_is_dropped_and_counted(
    shop: Shop, heard: Overheard, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard.all()
    monkeypatch.setattr(recorder, "MOST_WAITING", 2)

    answers = [shop.wallet.get(f"/v1/card/{number}").status_code for _ in range(5)]

    assert answers == [200] * 5
    assert (log.counts(heard.app).dropped, recorder_of(shop).waiting) == (3, 2)


def test_bodies_are_bounded_in_bytes_as_well(
    shop: Shop, heard: Overheard, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard.all()
    monkeypatch.setattr(recorder, "MOST_BYTES", 100_000)
    document = {"phone": OLGA, "locality": "x" * 60_000}

    for _ in range(3):
        shop.wallet.post("/v1/card/anonymous", document)

    assert log.counts(heard.app).dropped == 2
    assert recorder_of(shop)._bytes < 100_000


def test_strangers_cannot_fill_the_table(
    shop: Shop, heard: Overheard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "STRANGERS_A_SECOND", 2)
    monkeypatch.setattr(recorder.time, "monotonic", lambda: 7.0)
    stranger = heard.app.test_client()

    answers = {stranger.get("/v1/card/1").status_code for _ in range(5)}

    assert answers == {401}
    assert len(heard.all()) == 2 and log.counts(heard.app).dropped == 3


@pytest.mark.parametrize(
    ("where", "name"),
    [(recorder, "Draft"), (taken.Draft, "mask"), (taken.Draft, "row"), (log, "_headers")],
)
def test_a_mistake_of_ours_loses_a_line_and_no_answer(
    shop: Shop,
    heard: Overheard,
    number: str,
    monkeypatch: pytest.MonkeyPatch,
    log_text: Any,
    where: Any,
    name: str,
) -> None:
    before = len(heard.all())

    def broken(*_: object, **__: object) -> None:
        raise KeyError(OLGA)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, broken)
        assert shop.wallet.get(f"/v1/card/{number}").status_code == 200
        assert len(heard.all()) == before
    assert OLGA not in log_text()

    shop.wallet.get(f"/v1/card/{number}")
    assert len(heard.all()) == before + 1


def test_a_thread_writes_by_itself_and_what_is_left_when_it_is_stopped(
    shop: Shop, heard: Overheard, number: str
) -> None:
    assert heard.all()
    written = log.counts(heard.app).written
    log.start(heard.app)
    try:
        shop.wallet.get(f"/v1/card/{number}")
        give_up_at = time.monotonic() + 20
        while log.counts(heard.app).written == written and time.monotonic() < give_up_at:
            threading.Event().wait(0.01)
        assert log.counts(heard.app).written == written + 1
        shop.wallet.get(f"/v1/card/{number}")
    finally:
        log.stop(heard.app)

    assert log.counts(heard.app).written == written + 2
    assert not any(one.name == "request log" for one in threading.enumerate())


def test_a_call_sends_no_statement_more_than_with_the_log_off(
    make_app: Callable[..., Application],
    make_database: Callable[..., Database],
    clock: Clock,
) -> None:
    sent = []
    for setting in ("on", "off"):
        database = make_database()
        shop = open_shop(lambda **more: make_app(REQUEST_LOG=setting, **more), database)  # noqa: B023
        number = shop.issue(OLGA)
        with recorded(database) as statements:
            data_of(
                shop.till.submit(receipt("R-1", clock.now, money=100), member={"phoneNumber": OLGA})
            )
            shop.till.pay({"externalId": number}, 10)
            shop.till.details({"phoneNumber": OLGA})
            shop.plugin.points(phone=OLGA)
            shop.bonus(number)
        sent.append([statement for statement, _ in statements])

    assert sent[0] == sent[1]
    assert len(sent[0]) > 3


def test_a_batch_is_written_at_once_however_many_rows_it_has(
    shop: Shop, heard: Overheard, number: str
) -> None:
    heard.all()
    for _ in range(20):
        shop.plugin.points(phone=OLGA)
    log.flush(heard.app)
    for _ in range(20):
        shop.plugin.points(phone=OLGA)

    with recorded(shop.database) as statements:
        assert log.flush(heard.app)

    # The counts of the day, and the rows, which PostgreSQL has copied in; the terminal was told of
    # a moment ago.
    assert len(statements) == (1 if shop.database.dialect == "postgresql" else 2)
