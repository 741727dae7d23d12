"""An exchange rehearsed: the same request, now, and how its answer and its effects differ."""

from __future__ import annotations

import contextvars
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from adapter.core import exchanges, ledger
from adapter.core.exchanges import Effect, Exchange
from adapter.db.rehearsal import Rehearsal, rehearsal_of
from adapter.web import json as exact
from adapter.web.masking import Masker, Opened, opened
from adapter.web.mount import owner_of
from adapter.web.protocol import Protocol
from adapter.web.refilling import (
    NotKept,
    Refilled,
    fill_from,
    members_in,
    refilled,
    with_stand_in,
)
from adapter.web.rehearsal import rehearsing

__all__ = ["Difference", "NotKept", "Replayed", "differences", "protocol_of", "replay"]
ABSENT = "(absent)"
NOTHING = Opened(())


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two answers differ."""

    path: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the same request would be answered now, and would do; nothing of it was done."""

    exchange: Exchange
    status: int
    body: str | None  # masked as the recorded one is
    differences: list[Difference]
    did: list[Effect]
    would_do: list[Effect]
    missing: list[str]  # where the request had something that is not known any more

    @property
    def is_same(self) -> bool:
        """Whether status and answer are as they were."""
        return not self.differences


def replay(app: Flask, exchange: Exchange) -> Replayed:
    """The exchange rehearsed in this application, in a transaction that is rolled back.

    Raises:
        NotKept: Too little was kept of it.
    """
    with rehearsal_of(app.extensions["database"]) as database:
        with database.reading() as work:
            request = refilled(exchange, fill_from(work, exchange))
            caller = exchanges.caller_of(work, exchange)
            did = exchanges.effects(work, entries_of(exchange))
        protocol = protocol_of(app, exchange)
        request = with_stand_in(request, protocol, caller.name if caller else "")
        with rehearsing(database, caller):
            # In a context of its own: what asks for the rehearsal may be a request itself.
            status, data = contextvars.copy_context().run(_answer, app, request)
        written = [entry for kept in database.done for entry in kept.get(ledger.WRITTEN, ())]
        met = members_in(exchange) | {entry.member_id for entry in written}
        with database.reading() as work:
            would_do = exchanges.effects(work, [entry.id for entry in written])
        body = _masked(database, protocol, data, met)
    return Replayed(
        exchange=exchange,
        status=status,
        body=body,
        differences=[
            *_status_difference(exchange.status, status),
            *differences(
                _parsed(exchange.response_body),
                _parsed(body),
                fresh=opened(protocol.fresh_replies),
            ),
        ],
        did=did,
        would_do=would_do,
        missing=request.missing,
    )


def protocol_of(app: Flask, exchange: Exchange) -> Protocol:
    """The protocol an exchange was of.

    Raises:
        NotKept: This application does not serve it, or not there.
    """
    with app.app_context():
        found = owner_of((exchange.rule or "").partition("<")[0].rstrip("/"))
    if not isinstance(found, Protocol) or found.name != exchange.protocol:
        raise NotKept(f"{exchange.protocol} is not served at this address")
    return found


def entries_of(exchange: Exchange) -> list[uuid.UUID]:
    """The ids of the entries an exchange wrote."""
    return [uuid.UUID(one) for one in json.loads(exchange.entries or "[]")]


def differences(
    was: Any, now: Any, *, fresh: Opened = NOTHING, path: str = "", name: str = ""
) -> Iterator[Difference]:
    """Where two documents differ but for fields that both have and that are `fresh` each time.

    `path` says where in an answer they stand, `name` below which field.
    """
    if isinstance(was, dict) and isinstance(now, dict):
        passed = fresh.below(name) & was.keys() & now.keys()
        for key in dict.fromkeys((*was, *now)):
            if key not in passed:
                inner = f"{path}.{key}" if path else str(key)
                sides = was.get(key, ABSENT), now.get(key, ABSENT)
                yield from differences(*sides, fresh=fresh, path=inner, name=key)
    elif isinstance(was, list) and isinstance(now, list):
        for at in range(max(len(was), len(now))):
            before, after = (side[at] if at < len(side) else ABSENT for side in (was, now))
            inner = f"{path}.{at}" if path else str(at)
            yield from differences(before, after, fresh=fresh, path=inner, name=name)
    elif was != now:
        yield Difference(path or "body", _said(was), _said(now))


def _answer(app: Flask, request: Refilled) -> tuple[int, bytes]:
    builder = EnvironBuilder(
        request.path,
        method=request.method,
        headers=[*request.headers.items()],
        data=request.body or b"",
    )
    if request.body is None:
        builder.content_type = request.headers.get("content-type")
    try:
        environ = builder.get_environ()
    finally:
        builder.close()
    parts, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return int(status.partition(" ")[0]), b"".join(parts)


def _masked(
    database: Rehearsal, protocol: Protocol, data: bytes, members: set[uuid.UUID]
) -> str | None:
    known: exchanges.Known = {}
    with database.reading() as work:
        for found in exchanges.known_of(work, members).values():
            known |= found
    names = opened(protocol.open_fields, protocol.open_replies)
    return Masker(names, known).body(data)


def _status_difference(was: int, now: int) -> Iterator[Difference]:
    if was != now:
        yield Difference("status", str(was), str(now))


def _parsed(body: str | None) -> Any:
    return exact.parse(body) if body else None


def _said(value: Any) -> str:
    return value if isinstance(value, str) else exact.dumps(value)
