"""One line per request: who, which endpoint, how it ended, how long; nobody's data."""

from __future__ import annotations

import logging
import os
import re
import time
from typing import cast

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars

from adapter.web.logs import is_told
from adapter.web.mount import owner_of

HEADER = "X-Request-ID"
# A letter at least, for digits alone may be a phone or a card; and nothing that ends a line.
_SANE = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Give every request an id and a line in the log."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """The id under which this request is found in the log; its reply carries it."""
    return cast(str, g.request_id)


def _begin() -> None:
    given = request.environ.get("HTTP_X_REQUEST_ID")
    chosen = given if given and _SANE.fullmatch(given) else os.urandom(16).hex()
    g.began, g.request_id = time.perf_counter(), chosen
    bind_contextvars(request_id=chosen)


def _end(response: Response) -> Response:
    if "began" not in g:
        _begin()  # the request broke before anything of ours ran
    response.headers[HEADER] = request_id()
    if is_told(logging.INFO):
        _tell(response)
    return response


def _tell(response: Response) -> None:
    owner = owner_of(request.path)
    caller = g.get("caller")
    log.info(
        "request",
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
