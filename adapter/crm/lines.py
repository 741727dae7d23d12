"""Calls to one host, each over within its time whatever the other side does.

A time-out of `requests` begins anew with every byte that comes, and none ends the search for a
name. So a call is made by a thread of its own, which its caller leaves when the time is over; the
line it talks through is then cut, and the thread is free again.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import requests

from adapter.delivery import reach

T = TypeVar("T")

THREADS = 8  # for each program: so many strangers are asked for at once


@dataclass(slots=True)
class Call:
    """One call under way, and the line it goes through."""

    line: socket.socket | None = None
    is_cut: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, line: socket.socket | None) -> None:
        """Go through this line from now on."""
        with self._lock:
            self.line = line
            if self.is_cut:
                _cut(line)

    def cut(self) -> None:
        """Have whoever waits on the line wait no longer."""
        with self._lock:
            self.is_cut = True
            _cut(self.line)


class Lines:
    """Threads that call one host, each through a kept line of its own."""

    def __init__(self, *, public_only: bool) -> None:
        self._public_only = public_only
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="crm")
        self._here = threading.local()

    def start(self, made: Callable[[requests.Session], T]) -> tuple[Future[T], Call]:
        """The call, made as soon as a thread is free, and what cuts it."""
        call = Call()
        return self._threads.submit(self._make, call, made), call

    def close(self) -> None:
        """Make no more calls."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _make(self, call: Call, made: Callable[[requests.Session], T]) -> T:
        if not hasattr(self._here, "session"):
            self._here.session, self._here.line = self._session(), None
        self._here.call = call
        call.takes(self._here.line)
        return made(self._here.session)

    def _session(self) -> requests.Session:
        session = reach.session(public_only=self._public_only)
        # What a file of the user's says of passwords is for the user.
        session.auth = _unchanged
        for scheme in ("http", "https"):
            manager = cast(Any, session.get_adapter(f"{scheme}://")).poolmanager
            pools = dict(manager.pool_classes_by_scheme)
            pools[scheme] = self._telling(pools[scheme])
            manager.pool_classes_by_scheme = pools
        return session

    def _telling(self, pool: Any) -> Any:
        """The same kind of pool, whose connections tell the call which line it goes through."""
        here = self._here

        class Connection(pool.ConnectionCls):
            def connect(self) -> None:
                super().connect()
                here.line = self.sock
                here.call.takes(self.sock)

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _cut(line: socket.socket | None) -> None:
    if line is not None:
        with suppress(OSError):  # it is over already
            # Not the method of a line with TLS, which would first say goodbye.
            socket.socket.shutdown(line, socket.SHUT_RDWR)
