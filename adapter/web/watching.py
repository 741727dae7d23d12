"""The pages for those who watch: alive, ready, and what was counted."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from werkzeug.exceptions import NotFound

from adapter.core import runs
from adapter.db.errors import is_unavailable
from adapter.db.migrations import current_revision, head_revision, is_known
from adapter.web import metrics
from adapter.web.gauges import Gauges
from adapter.web.work import database, reading


@dataclass(frozen=True, slots=True)
class Watched:
    """What the process was told of its watchers."""

    needs_worker: bool = False
    token: str = ""


def install(app: Flask, watched: Watched) -> None:
    """Add the pages to an application whose database is there."""
    app.extensions["watched"] = watched
    app.extensions["gauges"] = Gauges(app.extensions["database"])
    metrics.install(app, app.extensions["database"])
    app.add_url_rule("/healthz", view_func=alive)
    app.add_url_rule("/readyz", view_func=ready)
    app.add_url_rule("/metrics", view_func=counted)


def alive() -> Response:
    """The process answers; nothing is said about the database."""
    return jsonify(status="ok")


def ready() -> tuple[Response, int]:
    """Whether this process can serve, and which part of the whole is not as it should be.

    Tables of a later version are no reason to be taken out of service: while a new version is
    rolled out, the old one goes on with them.
    """
    try:
        tables, worker = _tables(), ""
        if tables in ("current", "later"):
            worker = _worker()
    except Exception as error:
        if not is_unavailable(error):
            raise
        return jsonify(status="database unavailable"), 503
    if not worker:
        return jsonify(status="not migrated"), 503
    parts = {"database": "ok", "migrations": tables, "worker": worker}
    if worker == "alive":
        return jsonify(status="ok", **parts), 200
    needed = _watched().needs_worker
    return jsonify(status="no worker" if needed else "degraded", **parts), 503 if needed else 200


def counted() -> Response:
    """What was counted, in the text that Prometheus reads.

    Raises:
        NotFound: No token is set, so there is no such page.
    """
    token = _watched().token
    if not token:
        raise NotFound
    given = request.environ.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
    if not hmac.compare_digest(given, f"Bearer {token}".encode()):
        reply = jsonify(error="unauthorized")
        reply.status_code, reply.headers["WWW-Authenticate"] = 401, "Bearer"
        return reply
    text = generate_latest(metrics.registry()) + generate_latest(_gauges())
    return Response(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _tables() -> str:
    # Only a look: on SQLite it must not wait for whoever is writing.
    revision = current_revision(database().engine.execution_options(begin="BEGIN"))
    if revision == head_revision():
        return "current"
    return "later" if revision is not None and not is_known(revision) else "earlier"


def _worker() -> str:
    with reading() as work:
        beats = runs.heartbeats(work, kind=runs.WORKER)
        if not beats:
            return "missing"
        return "alive" if runs.is_alive(work, beats[0]) else "silent"


def _gauges() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_extension("gauges"))
    return registry


def _watched() -> Watched:
    watched: Watched = _extension("watched")
    return watched


def _extension(name: str) -> Any:
    return current_app.extensions[name]
