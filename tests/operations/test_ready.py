"""/readyz: which part of the whole is as it should be, and whom a load balancer may send to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from adapter.core import runs
from tests.statements import recorded

WELL = {"database": "ok", "migrations": "current"}


def beat(database):
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER)


def asked(app):
    reply = app.test_client().get("/readyz")
    return reply.status_code, reply.json


def test_with_a_worker_it_is_ready_and_well(make_app, database):
    beat(database)

    assert asked(make_app()) == (200, {"status": "ok", **WELL, "worker": "alive"})


@pytest.mark.parametrize(
    ("needed", "status", "words"), [("no", 200, "degraded"), ("yes", 503, "no worker")]
)
def test_without_a_worker_it_serves_unless_told_that_it_needs_one(
    make_app, database, clock, needed, status, words
):
    app = make_app(READY_NEEDS_WORKER=needed)
    before = asked(app)
    beat(database)
    clock.advance(runs.FRESH + timedelta(seconds=1))

    after = asked(app)

    assert before == (status, {"status": words, **WELL, "worker": "missing"})
    assert after == (status, {"status": words, **WELL, "worker": "silent"})


def test_another_kind_of_process_is_no_worker(make_app, database):
    with database.unit_of_work() as work:
        runs.beat(work, kind="gardener")

    assert asked(make_app())[1]["worker"] == "missing"


def test_tables_of_a_later_version_keep_nobody_from_serving(make_app, database):
    """While a new version is rolled out, its migrations are there before its processes are."""
    beat(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert asked(make_app()) == (200, {"status": "ok", **WELL, "migrations": "later"} | ALIVE)


ALIVE = {"worker": "alive"}


def test_tables_of_an_earlier_version_do(make_app, database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))

    assert asked(make_app()) == (503, {"status": "not migrated"})


def test_it_looks_and_writes_nothing(make_app, database):
    app = make_app()

    with recorded(database) as sent:
        asked(app)

    assert sent
    assert [sql for sql, _ in sent if not sql.lstrip().upper().startswith("SELECT")] == []
