"""A till of the retailer's, as the demo plays it: each call with its envelope and its effect."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from adapter.demo.calls import Caller, Headers, Moves, Reply
from adapter.demo.screen import Screen
from adapter.demo.watch import Watch

BRANCH, POS = "BR001", "BR001-1"
KEY = "x-api-key"


class Till(Caller):
    """Calls the partner's server as one terminal of one shop."""

    def __init__(self, url: str, key: str, screen: Screen, watch: Watch) -> None:
        headers = {
            KEY: key,
            "x-branch-id": BRANCH,
            "x-pos-id": POS,
            "x-source-type": "POS",
            "x-source-name": "Kassa 3.2",
        }
        super().__init__(url, screen, watch, headers=headers, proof=KEY)

    def call(
        self,
        title: str,
        where: str,
        body: Any,
        *,
        moves: Moves = (),
        headers: Headers | None = None,
    ) -> Reply:
        """The answer to a call that succeeds, its envelope and its effect looked at."""
        reply = self._exchange(title, where, body, headers)
        self.effects(moves)
        document = reply.document if isinstance(reply.document, dict) else {}
        data = document.get("data")
        mirrored = isinstance(data, dict) and data.items() <= document.items()
        in_form = reply.status == 200 and document.get("status") == "success" and mirrored
        self.expect("success; what is under data stands beside it too", in_form, seen=reply.text)
        told = reply.at("data", "newBalance", "points")
        told = reply.at("data", "member", "points") if told is None else told
        self.balance(moves, told, written=attrgetter("minor"))
        return reply

    def refused(
        self,
        title: str,
        where: str,
        body: Any,
        *,
        code: str,
        status: int = 200,
        path: str | None = None,
        headers: Headers | None = None,
    ) -> Reply:
        """The answer to a call that is refused, and moves nothing."""
        reply = self._exchange(title, where, body, headers)
        self.effects(())
        error = reply.at("error") or {}
        seen = (reply.status, reply.at("status"), error.get("code"), error.get("path"))
        blamed = f", and blames {path}" if path else ""
        words = f"refused with {code}{blamed}"
        self.expect(words, seen == (status, "error", code, path), seen=reply.text)
        return reply

    def _exchange(self, title: str, where: str, body: Any, headers: Headers | None) -> Reply:
        reply = self.ask(title, "POST", f"/v1/{where}", body=body, headers=headers)
        good = reply.at("status") == "success"
        self.screen.answer(reply.status, _unmirrored(reply), reply.seconds, is_good=good)
        return reply


def _unmirrored(reply: Reply) -> Any:
    """The answer without what it says twice: everybody has a screen of some size only."""
    document = reply.document
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        return reply.shown
    return {key: value for key, value in document.items() if key not in document["data"]}
