"""Ways in which a database stops serving, and comes back when it is told to."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, make_url

T = TypeVar("T")

CHUNK = 65536
_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchall()
print("held", flush=True)
sys.stdin.read()
"""


def at_once(*calls: Callable[[], T]) -> list[T]:
    """What these calls return that all wait for the same thing, and so wait together."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


@contextlib.contextmanager
def held(file: Path, *statements: str) -> Iterator[None]:
    """A SQLite file in which another process has run these statements, and then waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(file), *statements],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield
        finally:
            process.kill()


class Line:
    """A line to a PostgreSQL server that can be cut, and be mended."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self._whole = True
        self._flowing = threading.Event()
        self._flowing.set()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def url(self) -> str:
        """How the server is reached over this line."""
        port = self._listener.getsockname()[1]
        query = {name: text for name, text in self._server.query.items() if name != "host"}
        url: URL = self._server.set(host="127.0.0.1", port=port, query=query)
        return url.render_as_string(hide_password=False)

    def cut(self) -> None:
        """Break whatever is under way; whoever calls now is not answered."""
        self._whole = False
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Serve again."""
        self._whole = True
        self._flowing.set()

    def freeze(self) -> None:
        """Say nothing more, to nobody: the server hangs, or the network swallows what it says."""
        self._flowing.clear()

    def close(self) -> None:
        """Be gone."""
        self._flowing.set()
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        pumps = []
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                self._open.append(caller)
                if not self._whole:
                    continue  # the line is there, and nobody at its other end
                server = self._connected()
                self._open.append(server)
                for ends in ((caller, server), (server, caller)):
                    pumps.append(threading.Thread(target=self._pump, args=ends))
                    pumps[-1].start()
        self.cut()
        for pump in pumps:
            pump.join()
        for end in self._open:
            end.close()

    def _connected(self) -> socket.socket:
        folder, port = self._server.query.get("host"), self._server.port or 5432
        if not folder:
            return socket.create_connection((self._server.host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{folder}/.s.PGSQL.{port}")
        return server

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flowing.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
