"""The application: a database, the protocols that are on, and two pages for those who watch it."""

from __future__ import annotations

from flask import Response, jsonify

from adapter.config import Config
from adapter.db import Database
from adapter.db.errors import is_unavailable
from adapter.db.migrations import is_current
from adapter.web import credentials, logs, mount, overload, throttle
from adapter.web.application import Application
from adapter.web.work import database as current_database


def create_app(config: Config, *, database: Database | None = None) -> Application:
    """The WSGI application that serves every enabled protocol.

    Raises:
        ConfigError: No secret key is given, and none can be kept.
    """
    logs.configure(config.log_level)
    app = Application("adapter")
    app.extensions["database"] = database or Database(
        config.database_url,
        serving=True,
        pool_size=config.pool_size,
        sqlite_synchronous=config.sqlite_synchronous,
    )
    credentials.install(
        app, credentials.CredentialCache(config.secret_key, throttle=config.throttle())
    )
    if config.trusted_proxies:
        throttle.trust_proxies(app, config.trusted_proxies)
    overload.install(app, seconds=config.longest_wait_ms / 1000)
    app.add_url_rule("/healthz", view_func=alive)
    app.add_url_rule("/readyz", view_func=ready)
    for served in config.protocols:
        if served.enabled:
            mount.mount(
                app,
                served.protocol,
                settings=served.settings,
                root=served.root,
                prefix=served.prefix,
            )
    return app


def alive() -> Response:
    """The process answers; nothing is said about the database."""
    return jsonify(status="ok")


def ready() -> tuple[Response, int]:
    """Whether the database can be reached and has the tables this version needs."""
    # Only a look: on SQLite it must not wait for whoever is writing.
    engine = current_database().engine.execution_options(begin="BEGIN")
    try:
        current = is_current(engine)
    except Exception as error:
        if not is_unavailable(error):
            raise
        return jsonify(status="database unavailable"), 503
    return (jsonify(status="ok"), 200) if current else (jsonify(status="not migrated"), 503)
