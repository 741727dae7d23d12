"""What the platforms' sides have in common: calls over real HTTP, and what each of them moved."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from adapter.demo.screen import Screen
from adapter.demo.watch import Change, Watch

TIMEOUT = 10
# Entries of the ledger as they are expected: each by its kind and what it changed.
Moves = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and after how long."""

    status: int
    headers: Mapping[str, str]
    text: str
    document: Any
    seconds: float

    @property
    def shown(self) -> Any:
        """What people are shown of it: the document, or whatever came instead."""
        return self.text if self.document is None else self.document

    def at(self, *path: str | int) -> Any:
        """What stands at a place of the document, or nothing."""
        found = self.document
        for key in path:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return None
        return found


class Caller:
    """Somebody who calls the partner's server, before the eyes of whoever watches."""

    def __init__(self, url: str, screen: Screen, watch: Watch) -> None:
        self.url = url
        self.screen = screen
        self.watch = watch

    def expect(self, words: str, truth: object, *, seen: object = None) -> None:
        """Look at one thing more."""
        self.screen.expected(words, bool(truth), seen=seen)

    def effects(self, moves: Moves) -> list[Change]:
        """What moved in the ledger since the last look, shown and compared with `moves`."""
        changes = self.watch.changes()
        self.screen.changes(changes)
        seen = tuple((change.kind, change.amount) for change in changes)
        if moves or seen:
            told = ", ".join(f"{kind} of {amount}" for kind, amount in moves) or "nothing moved"
            self.screen.expected(f"in the ledger: {told}", seen == moves, seen=seen)
        return changes

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Reply:
        """The reply to one request."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        started = time.monotonic()
        with requests.Session() as session:
            # No proxy and no .netrc stands between two processes of one machine.
            session.trust_env = False
            response = session.request(
                method,
                self.url + path,
                params=query,
                data=content,
                headers=headers,
                timeout=TIMEOUT,
            )
        response.encoding = "utf-8"
        return Reply(
            response.status_code,
            response.headers,
            response.text,
            _document(response.text),
            time.monotonic() - started,
        )


def _document(text: str) -> Any:
    if text.isdigit():
        return text  # a reserved number is its digits and nothing else
    try:
        return json.loads(text)
    except ValueError:
        return None
