"""A line of our own between a client and a server, which breaks just where it hurts."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url

from tests.faults.wires import Http, Postgresql, Request, Wire

CHUNK = 65536
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Moment(Enum):
    """When a line breaks, seen from a request on it."""

    BEFORE = "before the request was sent on"
    SENT = "after it was sent on, and nobody waited for what comes of it"
    DONE = "after it was answered, and nothing of the answer was passed on"
    HALF = "in the middle of its answer"


def shuffled(chance: Random, rounds: int) -> list[Moment]:
    """Each moment so many times, in any order."""
    moments = list(Moment) * rounds
    chance.shuffle(moments)
    return moments


class Cut(Exception):
    """The line breaks now."""


@dataclass
class _Trap:
    """A cut that waits for its request."""

    left: int
    moment: Moment
    commits: bool
    sprung: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """A line that passes everything on until it is told otherwise; close it at the end.

    Made by `to_database` and `to_server`. `url` is how clients reach the server through it. `delay`
    seconds are waited before each request is passed on; while `is_cut`, nobody gets through.
    `seen` counts the requests that write.
    """

    def __init__(
        self,
        wire: Callable[[], Wire],
        connect: Callable[[], Coroutine[Any, Any, Streams]],
        url: Callable[[int], str],
    ) -> None:
        self.delay = 0.0
        self.is_cut = False
        self.cuts = 0
        self.seen = 0
        self._wire = wire
        self._connect = connect
        self._traps: list[_Trap] = []
        self._lines: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        self._ready.wait()
        self.url = url(self._port)

    def trap(self, nth: int, moment: Moment, *, commits: bool = False) -> threading.Event:
        """Cut the line of the n-th request from now on that writes, whoever's it is; the event
        returned is set when that has happened.

        With `commits` only those requests count that are a COMMIT of something, or commit by
        themselves.
        """
        trap = _Trap(nth, moment, commits)
        self._loop.call_soon_threadsafe(self._traps.append, trap)
        return trap.sprung

    def cut(self) -> None:
        """Break all lines, and let nobody through until it is mended."""
        self.is_cut = True
        self._loop.call_soon_threadsafe(self._break_all)

    def mend(self) -> None:
        """Let everybody through again."""
        self.is_cut = False

    def close(self) -> None:
        """Break all lines and be gone."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._closing = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**24)
        self._port: int = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._closing.wait()
        server.close()
        self._break_all()
        if self._lines:
            await asyncio.wait(self._lines)

    def _break_all(self) -> None:
        for line in self._lines:
            line.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        try:
            if not self.is_cut:
                with contextlib.suppress(OSError, asyncio.CancelledError):
                    await self._serve((reader, writer))
        finally:
            writer.close()
            self._lines.discard(line)

    async def _serve(self, client: Streams) -> None:
        server = await self._connect()
        line = _Line(self, self._wire(), client, server)
        ways = [asyncio.ensure_future(way) for way in (line.requests(), line.answers())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            ended = await asyncio.gather(*ways, return_exceptions=True)
            self.cuts += any(isinstance(end, Cut) for end in ended)
            # What was sent on is flushed: a server reads it before it sees the line break.
            server[1].close()

    def moment_for(self, request: Request) -> Moment | None:
        """When this request has its line cut, if it does."""
        self.seen += request.writes
        for trap in self._traps:
            if request.commits if trap.commits else request.writes:
                trap.left -= 1
        due = next((trap for trap in self._traps if trap.left <= 0), None)
        if due is None:
            return None
        self._traps.remove(due)
        due.sprung.set()
        return due.moment


class _Line:
    """One connection, in both directions."""

    def __init__(self, proxy: Proxy, wire: Wire, client: Streams, server: Streams) -> None:
        self._proxy = proxy
        self._wire = wire
        self._from_client, self._to_client = client
        self._from_server, self._to_server = server
        self._withheld: Moment | None = None

    async def requests(self) -> None:
        """Pass on what the client says, until one of them has no more to say."""
        while data := await self._from_client.read(CHUNK):
            for request in self._wire.requests(data):
                moment = self._proxy.moment_for(request)
                if moment is Moment.BEFORE:
                    raise Cut
                if moment in (Moment.DONE, Moment.HALF):
                    self._withheld = moment
                if self._proxy.delay:
                    await asyncio.sleep(self._proxy.delay)
                self._to_server.write(request.data)
                await self._to_server.drain()
                if moment is Moment.SENT:
                    raise Cut

    async def answers(self) -> None:
        """Pass on what the server says; an answer that is withheld is read to its end first."""
        held = b""
        while data := await self._from_server.read(CHUNK):
            if self._withheld is None:
                self._to_client.write(data)
                await self._to_client.drain()
                continue
            held += data
            if self._wire.is_answer(held):
                if self._withheld is Moment.HALF:
                    self._to_client.write(held[: len(held) // 2])
                    await self._to_client.drain()
                raise Cut


@contextmanager
def to_database(database_url: str) -> Iterator[Proxy]:
    """A line to the PostgreSQL server of a database; `url` is the database's through it."""
    database = make_url(database_url)
    query = {name: text for name, text in database.query.items() if name != "host"}
    folder, port = database.query.get("host"), database.port or 5432

    async def connect() -> Streams:
        if folder:
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(database.host, port)

    def url(own: int) -> str:
        through = database.set(host="127.0.0.1", port=own, query=query)
        return through.render_as_string(hide_password=False)

    with contextlib.closing(Proxy(Postgresql, connect, url)) as proxy:
        yield proxy


@contextmanager
def to_server(base_url: str) -> Iterator[Proxy]:
    """A line to an HTTP server; `url` is the server's through it."""
    server = urlsplit(base_url)

    async def connect() -> Streams:
        return await asyncio.open_connection(server.hostname, server.port)

    with contextlib.closing(Proxy(Http, connect, lambda own: f"http://127.0.0.1:{own}")) as proxy:
        yield proxy
