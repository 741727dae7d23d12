"""Koshelek's server, as the demo plays it: each call with its form and its effect looked at."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from adapter.demo.calls import Caller, Moves, Reply
from adapter.demo.screen import Screen
from adapter.demo.watch import Watch

CONTENT_TYPE = "application/json; charset=utf-8"


class Wallet(Caller):
    """Calls the partner's server with the partner's credentials."""

    def __init__(self, url: str, login: str, password: str, screen: Screen, watch: Watch) -> None:
        super().__init__(url, screen, watch)
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
        headers = self._headers(password or self._password, has_body=body is not None)
        reply = self.send(method, path, query=query, body=body, headers=headers)
        self.screen.answer(reply.status, reply.shown, reply.seconds)
        self.effects(moves)
        in_form = (
            reply.status == status
            and reply.headers.get("Content-Type") == CONTENT_TYPE
            and all(isinstance(leaf, str) for leaf in _leaves(reply.document))
        )
        self.screen.expected(
            f"{status}, the header Koshelek wants, every value a string",
            in_form,
            seen=(reply.status, reply.headers.get("Content-Type")),
        )
        return reply

    def _headers(self, password: str, *, has_body: bool) -> dict[str, str]:
        # In UTF-8, which the library's own would not be.
        shown = base64.b64encode(f"{self._login}:{password}".encode()).decode()
        headers = {"Accept": "application/json", "Authorization": f"Basic {shown}"}
        return headers | {"Content-Type": CONTENT_TYPE} if has_body else headers


def _readable(query: Mapping[str, str] | None) -> str:
    return "?" + urlencode(query, safe="@:=&") if query else ""


def _leaves(document: Any) -> Iterator[Any]:
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from _leaves(item)
    elif document is not None:
        yield document
