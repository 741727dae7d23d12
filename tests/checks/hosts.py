"""Hosts in memory for a check to be pointed at: in process, over HTTP, and several faults at once.

A host answers a `Request` with a `Reply`; a wrong one is a subclass that changes some methods.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from requests.structures import CaseInsensitiveDict

from adapter.checks import Client, Outcome, Report

Wrong = tuple[type[Any], set[str]]

_TOGETHER = 12  # wrong hosts in one: enough to be quick, few enough to tell who is to blame


@dataclass
class Request:
    method: str
    path: str
    headers: Any
    body: bytes = b""
    query: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Answers = Callable[[Request], Reply]


def answers_of(app: Flask) -> Answers:
    """What an application answers, without a socket in between."""

    def answer(request: Request) -> Reply:
        response = app.test_client().open(
            request.path,
            method=request.method,
            headers=list(request.headers.items()),
            data=request.body,
            query_string=request.query,
        )
        return Reply(response.status_code, response.data, dict(response.headers))

    return answer


@contextlib.contextmanager
def in_process(answer: Answers) -> Iterator[None]:
    """While it lasts, every check talks to this, which is many times faster than a network."""

    def exchange(
        client: Client, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        path, _, query = (urlsplit(client.url).path + target).partition("?")
        request = Request(method, path, CaseInsensitiveDict(headers), body or b"", query)
        reply = answer(request)
        content = b"" if method == "HEAD" else reply.body
        return reply.status, CaseInsensitiveDict(reply.headers), content

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_exchange", exchange)
        yield


@contextlib.contextmanager
def serving(answer: Answers) -> Iterator[str]:
    """The base URL at which it answers over real HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = urlsplit(self.path)
            request = Request(self.command, target.path, self.headers, body, target.query)
            reply = answer(request)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            """A test has no use for a line per request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def faults(report: Report) -> set[str]:
    """The clauses found broken, without those which only sum up others."""
    return {fault.clause.id for fault in report.faults(strict=True) if fault.clause.check}


def untested(report: Report) -> set[str]:
    """The clauses that were not looked at."""
    return {r.clause.id for r in report.results if r.outcome is Outcome.NOT_TESTED}


def collection() -> tuple[list[Wrong], Callable[..., Callable[[type[Any]], type[Any]]]]:
    """An empty list of wrong hosts, and the decorator that puts one in it with what it breaks.

    The clauses are given in one text; those that only sum up others are left out.
    """
    wrong: list[Wrong] = []

    def breaks(clauses: str) -> Callable[[type[Any]], type[Any]]:
        def note(host: type[Any]) -> type[Any]:
            wrong.append((host, set(clauses.split())))
            return host

        return note

    return wrong, breaks


def together(wrong: list[Wrong], base: type[Any]) -> list[Any]:
    """The wrong hosts as parameters of a test, in groups that change and break different things."""
    groups: list[list[Wrong]] = []
    for one in wrong:
        for group in groups:
            if len(group) < _TOGETHER and not any(_clash(one, other, base) for other in group):
                group.append(one)
                break
        else:
            groups.append([one])
    names = ["+".join(host.__name__ for host, _ in group) for group in groups]
    return [pytest.param(group, id=name) for group, name in zip(groups, names, strict=True)]


def assert_found_out(group: list[Wrong], play: Callable[[Any], Report]) -> None:
    """Fail unless the check finds broken what these hosts break, and nothing else.

    One host with all of their faults shows them in one run. Where they hide each other each half
    is looked at, down to the single host, whose own clauses must then be found exactly.
    """
    hosts, clauses = zip(*group, strict=True)
    several = type("".join(host.__name__ for host in hosts), hosts, {})
    found, broken = faults(play(several())), set().union(*clauses)
    if len(group) == 1 or found == broken:
        assert found == broken
        return
    half = len(group) // 2
    assert_found_out(group[:half], play)
    assert_found_out(group[half:], play)


def _clash(one: Wrong, other: Wrong, base: type[Any]) -> bool:
    # One that hides what others break says so: to find that out costs a run for every half.
    if any(getattr(host, "alone", False) for host, _ in (one, other)):
        return True
    return bool(one[1] & other[1] or _changed(one[0], base) & _changed(other[0], base))


def _changed(host: type[Any], base: type[Any]) -> set[str]:
    """The names of what is not as it is in the base; whole answers can be changed one by one."""
    own = [kind for kind in host.__mro__ if issubclass(kind, base) and kind is not base]
    return {name for kind in own for name in vars(kind) if name[:2] != "__" and name != "answer"}
