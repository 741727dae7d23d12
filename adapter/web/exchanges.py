"""The request log: what of each exchange with a platform is kept, and by whom it is written."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from flask import Flask, Response, g, request

from adapter.db import Database
from adapter.web import rehearsal
from adapter.web.masking import LONGEST_BODY, MASK
from adapter.web.mount import owner_of
from adapter.web.protocol import Protocol
from adapter.web.recorder import Counts, Recorder
from adapter.web.taken import Taken

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))
# What a tuple, its objects and its headers take besides the bytes of the bodies.
_OVERHEAD = 2048


def install(app: Flask, database: Database, *, with_bodies: bool = True) -> None:
    """Have an application keep its exchanges, in this database; a server has to `start` it."""
    app.extensions["exchanges"] = Recorder(database, with_bodies=with_bodies)


def start(app: object) -> None:
    """Write what this process keeps from now on, by a thread of its own; called after a fork."""
    if recorder := _recorder(app):
        recorder.start()


def stop(app: object) -> None:
    """Write what is left, since this process ends."""
    if recorder := _recorder(app):
        recorder.stop()


def flush(app: object) -> bool:
    """Whether all that was kept so far is written now."""
    recorder = _recorder(app)
    return recorder is None or recorder.flush()


def counts(app: object) -> Counts:
    """How many exchanges of this process were taken, written, and dropped."""
    recorder = _recorder(app)
    return recorder.counts if recorder else Counts()


def keep(app: Flask, response: Response) -> None:
    """Leave an exchange to be written, if it was a platform's and the log is on."""
    recorder = _recorder(app)
    if recorder is None or rehearsal.is_rehearsed():
        return
    asked = request._get_current_object()  # type: ignore[attr-defined]
    owner = owner_of(asked.path)
    if not isinstance(owner, Protocol):
        return
    caller = g.get("caller")
    body: bytes | int = b""
    reply: bytes | int = b""
    if recorder.with_bodies:
        # Only what the view has read: nobody waits here for what was refused unread.
        body = _bounded(asked.__dict__.get("_cached_data") or b"")
        if not (response.direct_passthrough or response.is_streamed):
            reply = _bounded(response.get_data())
    taken = Taken(
        owner,
        asked.method if asked.method in _METHODS else "other",
        asked.url_rule.rule if asked.url_rule else None,
        asked.view_args or {},
        asked.query_string,
        _headers(asked.environ, owner),
        body,
        reply,
        response.status_code,
        g.get("refusal"),
        g.at,
        int((time.perf_counter() - g.began) * 1e6),
        caller,
        g.get("place"),
        g.exchange_id,
        g.given_request_id,
        g.get("touched"),
    )
    size = _OVERHEAD + len(taken.query)
    size += sum(len(one) for one in (body, reply) if isinstance(one, bytes))
    recorder.take(taken, size)


def _recorder(app: object) -> Recorder | None:
    found: Recorder | None = getattr(app, "extensions", {}).get("exchanges")
    return found


def _bounded(data: bytes) -> bytes | int:
    return data if len(data) <= LONGEST_BODY else len(data)


def _headers(environ: dict[str, Any], protocol: Protocol) -> dict[str, str]:
    """The headers worth keeping, by their names."""
    names = _variables(protocol.open_fields, protocol.secret_headers)
    # Of what proves who somebody is nothing goes further than this, not even within the process.
    secret = protocol.secret_headers
    return {
        name: MASK if name in secret else environ[variable]
        for variable, name in names
        if variable in environ
    }


@lru_cache(maxsize=64)
def _variables(names: frozenset[str], secret: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Where WSGI keeps the headers of these names."""
    headers = sorted(name for name in names if "-" in name) + list(secret)
    own = {"content-type": "CONTENT_TYPE"}
    return tuple((own.get(n, "HTTP_" + n.upper().replace("-", "_")), n) for n in headers)
