"""The application as a process manager and its operators see it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Blueprint, Response
from marshmallow import Schema

from adapter.app import create_app
from adapter.config import Config
from adapter.db import Database, migrations
from adapter.web.protocol import API_KEY, Protocol

# A port where nobody listens.
NOWHERE = "postgresql+psycopg://u:p@127.0.0.1:1/none"


@dataclass(frozen=True)
class JaySettings:
    """Nothing to choose."""


def make_jay():
    blueprint = Blueprint("jay", __name__)
    blueprint.get("/v1/jay")(lambda: Response("jay", mimetype="text/plain"))
    return Protocol(
        name="jay",
        title="Jay",
        blueprint=blueprint,
        roots=("/v1/jay",),
        refuse=lambda error: Response("jay: no", 418, mimetype="text/plain"),
        settings=JaySettings,
        credential_settings=Schema,
        credential=API_KEY,
    )


@pytest.fixture
def environ(tmp_path):
    return {"ADAPTER_DATABASE_URL": f"sqlite:///{tmp_path}/app.db", "ADAPTER_SECRET_KEY": "k" * 32}


@pytest.fixture
def make_client(environ):
    made = []

    def make(**changes):
        config = Config.from_environ(environ | changes, protocols=(make_jay(),))
        app = create_app(config)
        made.append(app.extensions["database"])
        return app.test_client()

    yield make
    for database in made:
        database.dispose()


def test_a_process_is_alive_without_a_database(make_client):
    reply = make_client(ADAPTER_DATABASE_URL=NOWHERE).get("/healthz")

    assert (reply.status_code, reply.data) == (200, b'{"status": "ok"}')


def test_it_is_not_ready_without_a_database(make_client):
    reply = make_client(ADAPTER_DATABASE_URL=NOWHERE).get("/readyz")

    assert (reply.status_code, reply.json) == (503, {"status": "database unavailable"})


def test_it_is_not_ready_before_the_migrations_and_is_after_them(make_client, environ):
    client = make_client()
    before = client.get("/readyz")
    database = Database(environ["ADAPTER_DATABASE_URL"])

    migrations.upgrade(database.engine)

    database.dispose()
    after = client.get("/readyz")
    assert (before.status_code, before.json) == (503, {"status": "not migrated"})
    parts = {"database": "ok", "migrations": "current", "worker": "missing"}
    assert (after.status_code, after.json) == (200, {"status": "degraded", **parts})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_our_own_pages_are_plain_json_in_every_way(make_client, path):
    reply = make_client().post(path)

    assert (reply.status_code, reply.json) == (405, {"error": "method not allowed"})
    assert "GET" in reply.allow


@pytest.mark.parametrize(
    ("changes", "root", "prefixed"),
    [
        ({}, 200, 200),
        ({"ADAPTER_JAY_ROOT": "no"}, 404, 200),
        ({"ADAPTER_JAY_PREFIX": ""}, 200, 404),
        ({"ADAPTER_JAY_ENABLED": "no"}, 404, 404),
    ],
)
def test_protocols_are_served_where_the_configuration_says(make_client, changes, root, prefixed):
    client = make_client(**changes)

    assert client.get("/v1/jay").status_code == root
    assert client.get("/jay/v1/jay").status_code == prefixed
    assert client.get("/v1/jay/none").status_code == (418 if root == 200 else 404)


def test_there_are_no_files_pages_or_cookies(make_client):
    client = make_client()

    for path in ("/static/x", "/favicon.ico", "/v1/jay", "/healthz"):
        reply = client.get(path)
        assert "Set-Cookie" not in reply.headers
        assert "html" not in reply.content_type


def test_a_database_may_be_given(environ):
    config = Config.from_environ(environ, protocols=())
    database = Database(config.database_url)

    app = create_app(config, database=database)

    assert app.extensions["database"] is database
