"""Calling the same receivers again and again, over lines that stay open, and never for long."""

from __future__ import annotations

import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import requests

from adapter.delivery import posting, reach, signing
from adapter.delivery.letters import CONSOLE, Letter
from adapter.delivery.posting import NotDelivered

WHOLE_CALL = 15.0  # seconds for all of it, however slowly the answer drips
LOOKS = 0.5  # seconds between two looks for calls that take longer
MOST_READ = 64 * 1024  # bytes of an answer, to keep the line; more, and it is hung up
MOST_LINES = 32


class Caller:
    """One who calls, from one thread; `hang_up` is for another."""

    def __init__(self, *, public_only: bool) -> None:
        self._public_only = public_only
        self._lines: OrderedDict[str, tuple[requests.Session, Any, dict[str, Any]]] = OrderedDict()
        self._deadline: float | None = None
        self._is_cut = False
        self._call = reach.Call()
        self._changing = threading.Lock()

    def tell(self, letter: Letter, *, secret: bytes, at: datetime) -> None:
        """Have the receiver say that it has the letter.

        Raises:
            Gone: It says that it wants none.
            NotDelivered: It says anything else, or nothing in time.
        """
        if letter.address == CONSOLE:
            posting.show(letter)
            return
        try:
            status = self._answer(letter, secret, at)
        except (requests.RequestException, reach.NotPublic, OSError) as error:
            raise NotDelivered(type(error).__name__) from None
        finally:
            with self._changing:
                self._deadline = None
        posting.judge(status)

    def _answer(self, letter: Letter, secret: bytes, at: datetime) -> int:
        session, plain, settings = self._line(letter.address)
        request = plain.copy()
        request.body = letter.body
        request.headers["Content-Length"] = str(len(letter.body))
        request.headers.update(
            signing.headers(secret, message_id=letter.id, at=at, body=letter.body)
        )
        with self._changing:
            self._deadline, self._is_cut = time.monotonic() + WHOLE_CALL, False
        with (
            reach.seen_by(self._call),
            session.send(
                request, timeout=posting.SECONDS, allow_redirects=False, **settings
            ) as answer,
        ):
            if self._is_cut:
                # What came by then passes for an answer, if it was enough for a status.
                raise NotDelivered("TooSlow")
            with suppress(Exception):  # what it says besides the status is nothing to us
                answer.raw.read(MOST_READ, decode_content=False)
            return answer.status_code

    def _line(self, address: str) -> tuple[requests.Session, Any, dict[str, Any]]:
        if address in self._lines:
            self._lines.move_to_end(address)
            return self._lines[address]
        session = reach.session(public_only=self._public_only)
        try:
            plain = session.prepare_request(
                requests.Request("POST", address, headers=posting.HEADERS)
            )
        except requests.RequestException:
            session.close()
            raise
        settings = session.merge_environment_settings(plain.url, {}, True, None, None)
        self._lines[address] = session, plain, dict(settings)
        if len(self._lines) > MOST_LINES:
            self._lines.popitem(last=False)[1][0].close()
        return self._lines[address]

    def hang_up(self) -> None:
        """End the call under way if it takes too long."""
        with self._changing:
            if self._deadline is None or time.monotonic() <= self._deadline:
                return
            self._is_cut = True
            line = self._call.line
            if line is not None:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give up every line."""
        while self._lines:
            self._lines.popitem()[1][0].close()


class Callers:
    """Those who call from several threads, watched by one more."""

    def __init__(self, *, public_only: bool) -> None:
        self._public_only = public_only
        self._calling: list[Caller] = []

    @contextmanager
    def caller(self) -> Iterator[Caller]:
        """One more of them."""
        caller = Caller(public_only=self._public_only)
        self._calling.append(caller)
        try:
            yield caller
        finally:
            self._calling.remove(caller)
            caller.close()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Have whoever takes too long inside hang up."""
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(LOOKS):
            for caller in tuple(self._calling):
                caller.hang_up()
