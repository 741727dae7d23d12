"""Koshelek's server, as the demo plays it: each call with its form and its effect looked at."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from adapter.demo.calls import Caller, Moves, Reply
from adapter.demo.screen import Screen
from adapter.demo.watch import Watch

CONTENT_TYPE = "application/json; charset=utf-8"
AUTHORIZATION = "Authorization"


class Wallet(Caller):
    """Calls the partner's server with the partner's credentials."""

    content_type = CONTENT_TYPE

    def __init__(self, url: str, login: str, password: str, screen: Screen, watch: Watch) -> None:
        headers = {"Accept": "application/json", AUTHORIZATION: _basic(login, password)}
        super().__init__(url, screen, watch, headers=headers, proof=AUTHORIZATION)
        self._login = login

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
        headers = {AUTHORIZATION: _basic(self._login, password)} if password else None
        reply = self.ask(title, method, path, query=query, body=body, headers=headers)
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
        self.balance(moves, reply.at("card", "bonus", "available"))
        return reply


def _basic(login: str, password: str) -> str:
    # In UTF-8, which the library's own would not be.
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


def _leaves(document: Any) -> Iterator[Any]:
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from _leaves(item)
    elif document is not None:
        yield document
