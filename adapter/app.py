"""The application: a database, the protocols that are on, and two pages for those who watch it."""

from __future__ import annotations

from adapter import admin, apidocs
from adapter.config import Config
from adapter.db import Database
from adapter.web import (
    credentials,
    enquiry,
    exchanges,
    logs,
    metrics,
    mount,
    overload,
    throttle,
    watching,
)
from adapter.web.application import Application
from adapter.web.watching import Watched


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
        app,
        credentials.CredentialCache(
            config.secret_key,
            throttle=config.throttle(),
            quota=throttle.Quota(config.requests_per_minute),
        ),
    )
    if config.request_log:
        exchanges.install(app, app.extensions["database"], with_bodies=config.request_log_bodies)
    if config.trusted_proxies:
        throttle.trust_proxies(app, config.trusted_proxies, config.trusted_headers)
    enquiry.install(app, config.enquiries(app.extensions["database"], told=metrics.count_lookup))
    overload.install(app, seconds=config.longest_wait_ms / 1000)
    watching.install(
        app, Watched(needs_worker=config.ready_needs_worker, token=config.metrics_token)
    )
    for served in config.protocols:
        if served.enabled:
            mount.mount(
                app,
                served.protocol,
                settings=served.settings,
                root=served.root,
                prefix=served.prefix,
            )
    if config.console:
        console = admin.ConsoleSettings.of(
            config.secret_key,
            secure_cookies=config.secure_cookies,
            rate_limits=config.rate_limits,
        )
        admin.install(app, console)
    documented = [
        apidocs.Shown(served.protocol, served.root, served.prefix)
        for served in config.protocols
        if served.enabled
    ]
    (apidocs.install if config.docs_pages else apidocs.keep)(app, documented)
    return app
