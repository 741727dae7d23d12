"""Somebody who is told things: a real HTTP server on a port of its own, and what it was told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# In the place of a status: no answer at all, or a good one once the test says `speak`.
SILENCE, LATE = 0, 1


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """What the body says."""
        return json.loads(self.body)

    def is_signed_with(self, shown: str) -> bool:
        """Whether the signature is right, reckoned as the specification tells a receiver to."""
        key = base64.b64decode(shown.removeprefix("whsec_"))
        signed = b".".join(
            [
                self.headers["webhook-id"].encode(),
                self.headers["webhook-timestamp"].encode(),
                self.body,
            ]
        )
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{mac}" in self.headers["webhook-signature"].split(" ")


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a line that somebody keeps open is nothing to wait for


class Receiver:
    """Answers with `answers` in their order, and with 204 when none is left."""

    def __init__(self, *, keeps_lines: bool = False) -> None:
        self.lines = 0  # that were opened to it
        self._version = "HTTP/1.1" if keeps_lines else "HTTP/1.0"
        self.received: list[Received] = []
        self.answers: deque[int] = deque()
        self.arrived = threading.Semaphore(0)
        self.speak = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is reached, with something in the address that nobody else should see."""
        return f"http://127.0.0.1:{self._server.server_port}/hooks?token=of-the-receiver"

    def close(self) -> None:
        """Answer whoever still waits, and be gone."""
        self.speak.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = self._version

            def setup(self) -> None:
                receiver.lines += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, body))
                status = receiver.answers.popleft() if receiver.answers else 204
                receiver.arrived.release()
                if status in (SILENCE, LATE):
                    receiver.speak.wait()
                    if status == SILENCE:
                        return
                    status = 204
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
