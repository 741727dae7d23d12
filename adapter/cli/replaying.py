"""Exchanges tried once more: rehearsed here, or sent for real somewhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests as http

from adapter.cli.answering import record
from adapter.cli.endings import CouldNotRun, Finding
from adapter.cli.exchange_screen import print_replayed, replayed_facts
from adapter.cli.output import print_json, say
from adapter.core.exchanges import Exchange
from adapter.db import Database, Work
from adapter.web.application import Application
from adapter.web.protocol import Protocol
from adapter.web.refilling import Refilled, fill_from, members_in, refilled
from adapter.web.replay import NotKept, protocol_of, replay

ANSWER_SECONDS = 30


def rehearse_all(app: Application, chosen: Sequence[Exchange], *, as_json: bool) -> None:
    """Print what each would be answered and would do now.

    Raises:
        Finding: Some would be answered differently, or cannot be replayed.
    """
    differ = 0

    def rehearse(exchange: Exchange) -> dict[str, Any]:
        nonlocal differ
        again = replay(app, exchange)
        differ += not again.is_same
        if not as_json:
            print_replayed(again)
        return replayed_facts(again)

    lost = _each(chosen, rehearse, as_json=as_json)
    found = {"would be answered differently": differ, "could not be replayed": lost}
    if differ or lost:
        raise Finding(*(f"{n} of {len(chosen)} {words}" for words, n in found.items() if n))


def send_all(
    app: Application,
    database: Database,
    chosen: Sequence[Exchange],
    url: str,
    headers: dict[str, str],
    *,
    as_json: bool,
) -> None:
    """Send each to another server, with these headers, and print what that answers.

    Raises:
        Finding: Some cannot be replayed.
        CouldNotRun: The server did not answer; nothing is sent after that.
    """

    def send(exchange: Exchange) -> dict[str, Any]:
        to = {"host": urlsplit(url).hostname}
        request, protocol = taken_out(app, database, exchange, "request.send", to)
        secret = protocol.secret_headers
        kept = {name: text for name, text in request.headers.items() if name not in secret}
        try:
            answer = http.request(
                request.method,
                url.rstrip("/") + request.path,
                headers=kept | headers,
                data=request.body,
                timeout=ANSWER_SECONDS,
                allow_redirects=False,
            )
        except http.RequestException as error:
            # What comes after it may rest on it.
            raise CouldNotRun(
                f"{url} does not answer: {type(error).__name__}",
                f"{exchange.id}: whether it was done there is not known; none was sent after it",
            ) from None
        if not as_json:
            say(f"{exchange.id}: {exchange.status} then, {answer.status_code} now", style="bold")
            for line in answer.text.splitlines():
                say(line)
        return {"id": str(exchange.id), "status": answer.status_code, "response": answer.text}

    if lost := _each(chosen, send, as_json=as_json):
        raise Finding(f"{lost} of {len(chosen)} could not be replayed")


def taken_out(
    app: Application,
    database: Database,
    exchange: Exchange,
    action: str,
    told: Mapping[str, Any] | None = None,
) -> tuple[Refilled, Protocol]:
    """The request of an exchange with what is a member's filled in, and its protocol; that
    somebody took it is in the trail.

    Raises:
        NotKept: Too little was kept of it, or its protocol is not served.
    """

    def take(work: Work) -> tuple[Refilled, Protocol]:
        request = refilled(exchange, fill_from(work, exchange))
        protocol = protocol_of(app, exchange)
        about = {"members": sorted(map(str, members_in(exchange)))} | dict(told or {})
        record(work, action, "request", exchange.id, exchange.program_id, after=about)
        return request, protocol

    return database.run(take)


def _each(
    chosen: Sequence[Exchange], again: Callable[[Exchange], dict[str, Any]], *, as_json: bool
) -> int:
    """How many of these could not be made again; each of them is named, and the rest is done."""
    told, lost = [], 0
    try:
        for exchange in chosen:
            try:
                told.append(again(exchange))
            except NotKept as reason:
                lost += 1
                told.append({"id": str(exchange.id), "not_replayable": str(reason)})
                if not as_json:
                    say(f"{exchange.id}: not replayable: {reason}", style="bold")
    finally:
        # What was done is told, also where the rest could not be.
        if as_json:
            print_json(told)
    return lost
