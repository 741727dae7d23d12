"""A partner's CRM: a real HTTP server that answers as the test has it answer."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.delivery.receiver import Received

ANNA = {
    "phone": "+7 900 555-01-42",
    "email": "Anna@example.com",
    "first_name": "Анна",
    "last_name": "Ёлкина",
    "birth_date": "1990-01-31",
    "gender": "F",
    "consents": {"sms": True, "email": False},
}
PHONE = "79005550142"

Answer = Callable[[BaseHTTPRequestHandler], None]


class Register:
    """Answers every question with `answer`; `asked` is what it was asked, in order."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._scheme = "https" if tls else "http"
        self.asked: list[Received] = []
        self.answer: Answer = said(404)
        self.arrived = threading.Semaphore(0)
        self.speak = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/loyalty"

    def knows(self, document: Any) -> None:
        """Have it answer with a document."""
        self.answer = said(200, document)

    def close(self) -> None:
        """Answer whoever still waits, and be gone."""
        self.speak.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        register = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                headers["from"] = str(self.client_address[1])
                register.asked.append(Received(self.path, headers, body))
                register.arrived.release()
                with suppress(OSError):  # who asked has gone
                    register.answer(self)

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of who hung up."""


def said(status: int, document: Any = None, *, body: bytes | None = None, **headers: str) -> Answer:
    """This answer, whole and at once."""
    if body is None:
        body = b"" if document is None else json.dumps(document).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def silent(register: Register) -> Answer:
    """No answer, until the test says `speak`; then there is nobody."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        register.speak.wait()
        said(404)(handler)

    return answer


def late(register: Register, document: Any) -> Answer:
    """This document, once the test says `speak`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        register.speak.wait()
        said(200, document)(handler)

    return answer


def dripping(register: Register, head: bytes) -> Answer:
    """An answer that comes a byte at a time, each well within any time-out, and never ends."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while not register.speak.wait(0.02):
            handler.wfile.write(b" ")

    return answer
