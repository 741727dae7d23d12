"""A till of the retailer's, as the demo plays it: each call with its envelope and its effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapter.demo.calls import Caller, Moves, Reply
from adapter.demo.people import Person
from adapter.demo.screen import Screen
from adapter.demo.watch import Watch

BRANCH, POS = "BR001", "BR001-1"
UNTOLD = ("x-api-key", "Content-Type")
Headers = Mapping[str, str]


@dataclass(slots=True)
class Served:
    """Who stands at the till, and the points they should have by now."""

    person: Person
    points: Decimal


class Till(Caller):
    """Calls the partner's server as one terminal of one shop."""

    def __init__(self, url: str, key: str, screen: Screen, watch: Watch) -> None:
        super().__init__(url, screen, watch)
        self.headers = {
            "x-api-key": key,
            "x-branch-id": BRANCH,
            "x-pos-id": POS,
            "x-source-type": "POS",
            "x-source-name": "Kassa 3.2",
            "Content-Type": "application/json",
        }
        self._served: Served | None = None

    def introduce(self) -> None:
        """Show once what goes with every call."""
        told = {name: value for name, value in self.headers.items() if name not in UNTOLD}
        self.screen.console.print()
        self.screen.note("with every call x-api-key and " + ", ".join(map(": ".join, told.items())))

    def serve(self, person: Person | None) -> None:
        """From now on it is this person's balance that is kept an eye on, or nobody's."""
        self._served = None
        if person is not None:
            self._served = Served(person, self.watch.available(person.phone).whole)

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
        reply = self._exchange(title, where, body, headers or {})
        self.effects(moves)
        document = reply.document if isinstance(reply.document, dict) else {}
        data = document.get("data")
        mirrored = isinstance(data, dict) and data.items() <= document.items()
        in_form = reply.status == 200 and document.get("status") == "success" and mirrored
        self.expect("success; what is under data stands beside it too", in_form, seen=reply.text)
        self._balance(reply, moves)
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
        reply = self._exchange(title, where, body, headers or {})
        self.effects(())
        error = reply.at("error") or {}
        seen = (reply.status, reply.at("status"), error.get("code"), error.get("path"))
        blamed = f", and blames {path}" if path else ""
        words = f"refused with {code}{blamed}"
        self.expect(words, seen == (status, "error", code, path), seen=reply.text)
        return reply

    def _exchange(self, title: str, where: str, body: Any, headers: Headers) -> Reply:
        self.screen.step(title)
        self.screen.request("POST", f"/v1/{where}", body)
        for name in headers:
            told = "another" if name == "x-api-key" else headers[name]
            self.screen.note(f"{name}: {told}")
        reply = self.send("POST", f"/v1/{where}", body=body, headers={**self.headers, **headers})
        good = reply.at("status") == "success"
        self.screen.answer(reply.status, _unmirrored(reply), reply.seconds, is_good=good)
        return reply

    def _balance(self, reply: Reply, moves: Moves) -> None:
        served = self._served
        if served is None:
            return
        served.points += sum(Decimal(amount) for _, amount in moves)
        now = self.watch.available(served.person.phone)
        told = reply.at("data", "newBalance", "points")
        as_told = told in (None, now.minor)
        words = f"{served.person.name} has {now} points now"
        words += "" if told is None else f", told as {told}"
        self.expect(words, now.whole == served.points and as_told, seen=(str(now), told))


def _unmirrored(reply: Reply) -> Any:
    """The answer without what it says twice: everybody has a screen of some size only."""
    document = reply.document
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        return reply.shown
    return {key: value for key, value in document.items() if key not in document["data"]}
