"""What the platforms' sides have in common: calls over real HTTP, and what each of them moved."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import requests

from adapter.core.amounts import Amount
from adapter.demo.people import Person
from adapter.demo.screen import Screen
from adapter.demo.watch import Change, Watch

TIMEOUT = 10
# Entries of the ledger as they are expected: each by its kind, and by how much more or less may be
# spent after it.
Moves = tuple[tuple[str, str], ...]
Headers = Mapping[str, str]


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
    """Somebody who calls the partner's server, before the eyes of whoever watches.

    `headers` go with every call; what `proof` is the name of is not for everybody's eyes.
    """

    content_type = "application/json"

    def __init__(
        self, url: str, screen: Screen, watch: Watch, *, headers: Headers, proof: str
    ) -> None:
        self.url = url
        self.screen = screen
        self.watch = watch
        self.headers = headers
        self._proof = proof

    def introduce(self) -> None:
        """Show once what goes with every call."""
        told = [f"{name}: {value}" for name, value in self.headers.items() if name != self._proof]
        self.screen.console.print()
        self.screen.note(f"with every call {self._proof} and {', '.join(told)}")

    def serve(self, person: Person | None) -> None:
        """From now on it is this person's balance that is kept an eye on, or nobody's."""
        self.watch.follow(person)

    def expect(self, words: str, truth: object, *, seen: object = None) -> None:
        """Look at one thing more."""
        self.screen.expected(words, bool(truth), seen=seen)

    def effects(self, moves: Moves) -> list[Change]:
        """What moved in the ledger since the last look, shown and compared with `moves`."""
        changes = self.watch.changes()
        self.screen.changes(changes)
        seen = tuple((change.kind, change.amount) for change in changes)
        if moves or seen:
            told = ", ".join(map(_worded, moves)) or "nothing moved"
            self.screen.expected(f"in the ledger: {told}", seen == moves, seen=seen)
        return changes

    def balance(
        self, moves: Moves, told: object = None, *, written: Callable[[Amount], object] = str
    ) -> None:
        """Whoever is served has what they had, and `moves`; `told` is the same as it is written."""
        followed = self.watch.followed
        if followed is None:
            return
        followed.points += sum(Decimal(amount) for _, amount in moves)
        now = self.watch.available(followed.person.phone)
        as_told = told in (None, written(now))
        words = f"{followed.person.first_name} has {now} points now"
        words += "" if told is None else f", told as {told}"
        self.expect(words, now.whole == followed.points and as_told, seen=(str(now), told))

    def ask(
        self,
        title: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Headers | None = None,
    ) -> Reply:
        """The reply to a request that is shown before it is sent; `headers` replace the usual."""
        self.screen.step(title)
        told = "?" + urlencode(query, safe="@:=&") if query else ""
        self.screen.request(method, path + told, body)
        for name, value in (headers or {}).items():
            self.screen.note(f"{name}: {'another' if name == self._proof else value}")
        return self.send(method, path, query=query, body=body, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Headers | None = None,
    ) -> Reply:
        """The reply to one request."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        about = {} if content is None else {"Content-Type": self.content_type}
        started = time.monotonic()
        with requests.Session() as session:
            # No proxy and no .netrc stands between two processes of one machine.
            session.trust_env = False
            response = session.request(
                method,
                self.url + path,
                params=query,
                data=content,
                headers={**about, **self.headers, **(headers or {})},
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


def _worded(move: tuple[str, str]) -> str:
    kind, amount = move
    return kind if amount == "0" else f"{kind} of {amount}"


def _document(text: str) -> Any:
    if text.isdigit():
        return text  # a reserved number is its digits and nothing else
    try:
        return json.loads(text)
    except ValueError:
        return None
