"""Koshelek's server, as the demo plays it: real HTTP, each call shown and looked at."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests

from adapter.demo.screen import Screen
from adapter.demo.watch import Change, Watch

TIMEOUT = 10
CONTENT_TYPE = "application/json; charset=utf-8"
Moves = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    text: str
    document: Any

    def at(self, *path: str | int) -> Any:
        """What stands at a place of the document, or nothing."""
        found = self.document
        for key in path:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return None
        return found


class Wallet:
    """Calls the partner's server with the partner's credentials."""

    def __init__(self, url: str, login: str, password: str, screen: Screen, watch: Watch) -> None:
        self.url = url
        self.screen = screen
        self._watch = watch
        self._login, self._password = login, password

    def call(
        self,
        title: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        status: int = 200,
        moves: Moves = (),
        password: str | None = None,
    ) -> Reply:
        """The reply to a call, shown, its form and its effect on the ledger looked at.

        `moves` are the entries that are expected, each by its kind and what it changed.
        """
        self.screen.step(title)
        self.screen.request(method, path + _readable(query), body)
        started = time.monotonic()
        response = self._send(method, path, query, body, password or self._password)
        self.screen.answer(response.status_code, response.text, time.monotonic() - started)
        self.effects(moves)
        reply = Reply(response.status_code, response.text, _document(response.text))
        in_form = (
            response.status_code == status
            and response.headers.get("Content-Type") == CONTENT_TYPE
            and all(isinstance(leaf, str) for leaf in _leaves(reply.document))
        )
        self.screen.expected(
            f"{status}, the header Koshelek wants, every value a string",
            in_form,
            seen=(response.status_code, response.headers.get("Content-Type")),
        )
        return reply

    def expect(self, words: str, truth: object, *, seen: object = None) -> None:
        """Look at one thing more."""
        self.screen.expected(words, bool(truth), seen=seen)

    def effects(self, moves: Moves) -> list[Change]:
        """What moved in the ledger since the last look, shown and compared with `moves`."""
        changes = self._watch.changes()
        self.screen.changes((change.words, change.lots) for change in changes)
        seen = tuple((change.kind, change.amount) for change in changes)
        if moves or seen:
            told = ", ".join(f"{kind} of {amount}" for kind, amount in moves) or "nothing moved"
            self.screen.expected(f"in the ledger: {told}", seen == moves, seen=seen)
        return changes

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        password: str,
    ) -> requests.Response:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        # In UTF-8, which the library's own would not be.
        shown = base64.b64encode(f"{self._login}:{password}".encode()).decode()
        headers = {"Accept": "application/json", "Authorization": f"Basic {shown}"}
        if content is not None:
            headers["Content-Type"] = CONTENT_TYPE
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
        return response


def _readable(query: Mapping[str, str] | None) -> str:
    return "?" + urlencode(query, safe="@:=&") if query else ""


def _document(text: str) -> Any:
    if text.isdigit():
        return text  # a reserved number is its digits and nothing else
    try:
        return json.loads(text)
    except ValueError:
        return None


def _leaves(document: Any) -> Iterator[Any]:
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from _leaves(item)
    elif document is not None:
        yield document
