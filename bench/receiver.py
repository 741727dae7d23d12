"""A receiver of webhooks in a process of its own, which answers 204 and remembers when."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver:
    """Where it is, and what it has received."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self.url = f"http://127.0.0.1:{line.recv()}/events"

    def arrivals(self) -> list[float]:
        """When each request since the last question came, in seconds."""
        self._line.send("arrivals")
        found: list[float] = self._line.recv()
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver, gone on leaving."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Receiver(ours)
    finally:
        ours.send("end")
        process.join()


class _Line(asyncio.Protocol):
    def __init__(self, arrivals: list[float]) -> None:
        self._arrivals = arrivals
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._unread[:end])
            whole = end + 4 + int(found[1] if found else 0)
            if len(self._unread) < whole:
                return
            self._unread = self._unread[whole:]
            self._arrivals.append(time.perf_counter())
            self._transport.write(ANSWER)  # type: ignore[attr-defined]


def _serve(line: Connection) -> None:
    asyncio.run(_until_told(line))


async def _until_told(line: Connection) -> None:
    arrivals: list[float] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Line(arrivals), "127.0.0.1", 0)
    line.send(server.sockets[0].getsockname()[1])
    over = asyncio.Event()

    def told() -> None:
        if line.recv() == "end":
            over.set()
        else:
            line.send(list(arrivals))
            arrivals.clear()

    loop.add_reader(line.fileno(), told)
    await over.wait()
    server.close()
