"""One line per request: who, which endpoint, how it ended, how long; nobody's data."""

from __future__ import annotations

import logging
import re
import time
from typing import cast

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars

from adapter.core.exchanges import id_at
from adapter.db import Database
from adapter.db.database import utc_now
from adapter.web import exchanges, rehearsal
from adapter.web.logs import is_told, traceback_of
from adapter.web.mount import owner_of

HEADER = "X-Request-ID"
# A letter at least, for digits alone may be a phone or a card; and nothing that ends a line.
_SANE = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Give every request an id, a line in the log, and its place among the exchanges."""

    def begin() -> None:
        database: Database | None = app.extensions.get("database")
        given = request.environ.get("HTTP_X_REQUEST_ID")
        g.began = time.perf_counter()
        g.at = database.clock() if database is not None else utc_now()
        # Our own choice is the exchange's own id, by which it is found without an index.
        g.exchange_id = id_at(g.at)
        g.given_request_id = given if given and _SANE.fullmatch(given) else None
        g.request_id = g.given_request_id or g.exchange_id.hex
        bind_contextvars(request_id=g.request_id)

    def end(response: Response) -> Response:
        if "began" not in g:
            begin()  # the request broke before anything of ours ran
        response.headers[HEADER] = request_id()
        if is_told(logging.INFO):
            _tell(response)
        try:
            exchanges.keep(app, response)
        except Exception as error:  # of whatever kind: it is no reason for a call to fail
            log.error("bug", error=type(error).__qualname__, traceback=traceback_of(error))
        return response

    app.before_request(begin)
    app.after_request(end)


def request_id() -> str:
    """The id under which this request is found in the log; its reply carries it."""
    return cast(str, g.request_id)


def _tell(response: Response) -> None:
    owner = owner_of(request.path)
    caller = g.get("caller")
    log.info(
        "rehearsal" if rehearsal.is_rehearsed() else "request",
        protocol=owner.name if owner else None,
        method=request.method if request.method in _METHODS else "other",
        # Never the path or the query as sent: they hold phones and card numbers.
        rule=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        refusal=g.get("refusal"),
        ms=round((time.perf_counter() - g.began) * 1000, 1),
        program=caller.program.code if caller else None,
        credential=str(caller.credential_id) if caller else None,
    )
