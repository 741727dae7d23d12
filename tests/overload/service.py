"""A server as it is run, with a gate in it, and clients that send what they like, bytes and all."""

from __future__ import annotations

import fcntl
import os
import re
import select
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from adapter.installation import beside
from tests.protocols.house import SECRET_KEY

ROOT = Path(__file__).parents[2]
PATIENCE = 60
THREADS = 2
_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")


class Service:
    """A running server of one worker with two threads, and the gate that can hold them."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.port = 0
        self.process = process
        self._folder = folder
        self._connections: list[socket.socket] = []

    @property
    def log(self) -> str:
        """All that was logged so far."""
        return (self._folder / "server.log").read_text()

    def connect(self, sent: bytes = b"") -> socket.socket:
        """A connection on which this was sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self._connections.append(connection)
        connection.sendall(sent)
        return connection

    def hang_up(self) -> None:
        """Close every connection, each of them tidily."""
        while self._connections:
            self._connections.pop().close()

    def get(self, path: str) -> int:
        """The status of a page, asked for on a connection of its own."""
        client = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            client.request("GET", path)
            answer = client.getresponse()
            answer.read()
            return answer.status
        finally:
            client.close()

    @contextmanager
    def all_threads_held(self) -> Iterator[list[socket.socket]]:
        """Inside, every thread is at the gate; afterwards those who asked can read their answer."""
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield [self._held() for _ in range(THREADS)]
        # Whoever still stood there when the lock is taken again would be held a second time.
        wait_until(lambda: not list(self._folder.glob("at-the-gate-*")))

    def _held(self) -> socket.socket:
        """The connection of a request that stands at the gate; one that was too late asks again."""
        name = f"at-the-gate-{uuid.uuid4().hex}"
        connection = self.connect(request(f"/gate/{name}"))
        stands = (self._folder / name).exists
        wait_until(lambda: stands() or _can_be_read(connection))
        return connection if stands() else self._held()


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[Service]:
    """gunicorn with the checked-in settings; it is gone afterwards, whatever happened."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(beside("gunicorn.conf.py")), *arguments]
    command += ["--worker-tmp-dir", str(folder), "tests.overload.gate:app"]
    environ = {name: text for name, text in os.environ.items() if not name.startswith("ADAPTER_")}
    environ |= {
        # The kernel chooses a port that is free, and gunicorn says which.
        "ADAPTER_BIND": "127.0.0.1:0",
        "ADAPTER_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        # Whatever the machine has to do besides.
        "ADAPTER_LONGEST_WAIT_MS": "20000",
        "ADAPTER_SECRET_KEY": SECRET_KEY,
        "ADAPTER_THREADS": str(THREADS),
        "GATE": str(folder),
        "PYTHONPATH": str(ROOT),
        "WEB_CONCURRENCY": "1",
    }
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=environ | settings, stderr=log) as process,
    ):
        service = Service(folder, process)
        try:
            wait_until(lambda: process.poll() is not None or _answers(service))
            assert process.poll() is None, service.log
            yield service
        finally:
            service.hang_up()
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def request(path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: shop", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """The status and the body of the next answer on a connection; what follows stays unread."""
    reader = connection.makefile("rb", buffering=0)
    status = int(reader.readline().split()[1])
    length = 0
    while line := reader.readline().strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    body = b""
    while len(body) < length:
        body += reader.read(length - len(body))
    return status, body


def wait_until(condition) -> None:
    """Go on as soon as something holds."""
    give_up_at = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up_at, "it did not come to that"
        time.sleep(0.01)


def _can_be_read(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0])


def _answers(service: Service) -> bool:
    found = _LISTENING.search(service.log)
    if not found:
        return False
    service.port = int(found[1])
    try:
        return service.get("/healthz") == 200
    except (OSError, HTTPException):
        return False
