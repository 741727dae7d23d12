"""Clients that hold a connection open and send a byte now and then."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.protocols.fidelizacion.till import HEADERS

# Often enough that no connection is ever idle for as long as a server waits for the next byte.
BETWEEN_BYTES = 0.25
_BODY = b'{"member": {"phoneNumber": "+34600000000"}, "transaction": {}}'


class Slow:
    """So many clients at once, of whom `open` hold a connection now."""

    def __init__(self, base_url: str, number: int) -> None:
        self.open = 0
        self._url = urlsplit(base_url)
        self._number = number
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._all_open = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slow clients", daemon=True)

    def start(self) -> None:
        """Begin, and wait until all of them have connected once."""
        self._thread.start()
        assert self._all_open.wait(60), f"{self.open} of {self._number} could connect"

    def stop(self) -> None:
        """Hang up."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        clients = [asyncio.create_task(self._dribble(number)) for number in range(self._number)]
        await self._stopping.wait()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _dribble(self, number: int) -> None:
        while True:  # whoever is hung up on calls again
            with contextlib.suppress(OSError):
                await self._call(number)
            await asyncio.sleep(BETWEEN_BYTES)

    async def _call(self, number: int) -> None:
        reader, writer = await asyncio.open_connection(self._url.hostname, self._url.port)
        self.open += 1
        if self.open == self._number:
            self._all_open.set()
        answer = asyncio.ensure_future(reader.read())
        try:
            at_once, rest = _request(in_body=number % 2 == 1)
            writer.write(at_once)
            for place in range(len(rest)):
                writer.write(rest[place : place + 1])
                done, _ = await asyncio.wait([answer], timeout=BETWEEN_BYTES)
                if done:  # hung up on, perhaps after a word
                    return
        finally:
            self.open -= 1
            answer.cancel()
            writer.close()


def _request(*, in_body: bool) -> tuple[bytes, bytes]:
    """What is sent at once, and what is sent byte by byte: of the head, or of the body."""
    lines = [f"{name}: {text}" for name, text in HEADERS.items()]
    head = "\r\n".join(
        ["POST /v1/transaction HTTP/1.1", "Host: slow", f"Content-Length: {len(_BODY)}", *lines]
    ).encode()
    return (head + b"\r\n\r\n", _BODY) if in_body else (b"", head)


@contextmanager
def slow_clients(base_url: str, number: int) -> Iterator[Slow]:
    """So many slow clients, for as long as the block lasts."""
    slow = Slow(base_url, number)
    slow.start()
    try:
        yield slow
    finally:
        slow.stop()
