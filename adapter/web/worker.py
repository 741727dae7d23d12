"""gunicorn's threads, kept for requests that have arrived whole and come in time.

The thread workers of gunicorn read requests in the threads that answer them, so a handful of slow
senders would hold them all. Here the worker's own loop reads, and a thread gets what is complete.
"""

from __future__ import annotations

import errno
import gc
import socket
import struct
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any, NamedTuple

from gunicorn.config import Config
from gunicorn.errors import ConfigError
from gunicorn.glogging import Logger
from gunicorn.http import RequestParser
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from adapter.web import exchanges, overload
from adapter.web.arrivals import Arrival

# From the first byte, or from the connection, to the last byte of a request.
ARRIVAL_SECONDS = 10
# For one step of sending a reply to whoever does not take it.
SEND_SECONDS = 5
# How long we listen on after our last word, so that it is not lost with what still comes.
LINGER_SECONDS = 2.0
# Of all requests together that are still arriving; whoever sends on beyond that is cut off.
LARGEST_ARRIVALS = 64 * 1024 * 1024
# While somebody waits for a thread, the clock is looked at this often.
TICK = 0.05
_CHUNK = 64 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_ALIVE = b"GET /healthz"


class Inbox(Unreader):
    """What a parser reads from: bytes that are there, never the socket."""

    def __init__(self) -> None:
        super().__init__()
        self.ran_dry = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Nothing: no more will come, and what follows on the wire is no part of this request."""
        self.ran_dry = True
        return b""


class Connection(TConn):
    """A client's connection, and the request that is arriving on it."""

    worker: Worker
    sock: socket.socket

    def __init__(self, worker: Worker, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(worker.cfg, sock, client, server)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        self.worker = worker
        self.parser = RequestParser(worker.cfg, iter(()), client)
        self.inbox = self.parser.unreader = Inbox()
        self.arrival = Arrival()
        self.held = 0  # bytes of a request that is not answered yet
        self.invited = False
        self.queue: deque[Any] | None = None  # in which of the worker's queues it stands
        # What gunicorn would otherwise see to when a thread takes the connection up.
        self.initialized = self.data_ready = True

    def close(self, graceful: bool = False) -> None:
        """Be gone, at once or when the client has had time to read our last word."""
        if graceful and self._is_told():
            self.worker.linger(self)
        else:
            super().close()

    def _is_told(self) -> bool:
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True


class Waiting(NamedTuple):
    """A request that was given to the threads, and since when it has waited for one."""

    since: float
    conn: Connection
    future: Future[bool]


class Worker(ThreadWorker):
    """A worker whose threads neither wait for a client nor serve what came too late."""

    @classmethod
    def check_config(cls, cfg: Config, log: Logger) -> None:
        """Refuse what this worker does not do.

        Raises:
            ConfigError: TLS is asked for.
        """
        if cfg.is_ssl:
            raise ConfigError("TLS must end in front of this server")
        super().check_config(cfg, log)

    def init_process(self) -> None:
        """Prepare what gunicorn's own worker does not have, and run."""
        self.held = 0
        self.waiting: deque[Waiting] = deque()
        self.arriving: deque[Connection] = deque()
        self.lingering: deque[Connection] = deque()
        # The one thread that is always free: it refuses, and it says that the process lives.
        self.porter = ThreadPoolExecutor(1, initializer=overload.refuse_here)
        super().init_process()

    def is_parent_alive(self) -> bool:
        """Whether there is a master; without one, what is under way is finished, and no more.

        gunicorn's own worker would go on keeping connections, and the port, for a while.
        """
        is_there = bool(super().is_parent_alive())
        self.alive = self.alive and is_there
        return is_there

    def load_wsgi(self) -> None:
        """Load the application, and ask it how long a request may wait."""
        super().load_wsgi()
        self.longest_wait = overload.longest_wait(self.wsgi)
        exchanges.start(self.wsgi)
        # What is there now stays: going through it for garbage would stop all threads for long.
        gc.collect()
        gc.freeze()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection in; a thread hears of it when a request has arrived on it."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        self.enqueue_req(Connection(self, sock, client, listener.getsockname()))

    def enqueue_req(self, conn: Any) -> None:
        """Have the connection's next request answered as soon as it is whole."""
        conn.arrival, conn.invited = Arrival(), False
        ahead = conn.inbox.take_buffered()
        if ahead:
            conn.sock.setblocking(False)
        if not (ahead and self._add(conn, ahead)) and not self._receive(conn):
            self._list(conn, self.arriving, ARRIVAL_SECONDS)

    def on_pending_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Take in what has come of a request."""
        self._receive(conn)

    def handle(self, conn: Any) -> bool:
        """In a thread: answer, and say whether the connection can be used again."""
        # What was not read of an incomplete request would be taken for the next one.
        return super().handle(conn) and not conn.inbox.ran_dry

    def finish_request(self, conn: Any, fs: Future[bool]) -> None:
        """Wait for the next request, or hang up."""
        self._settle(conn)
        super().finish_request(conn, fs)

    def linger(self, conn: Connection) -> None:
        """Listen on for a while, so that our last word is not lost with what still comes."""
        # gunicorn does this too, and lets everybody else wait meanwhile.
        conn.sock.setblocking(False)
        self.nr_conns += 1
        self._list(conn, self.lingering, LINGER_SECONDS)

    def wait_for_and_dispatch_events(self, timeout: float | None) -> None:
        """One turn of the loop."""
        super().wait_for_and_dispatch_events(TICK if self.waiting else timeout)
        self._refuse_the_late()

    def murder_pending(self) -> None:
        """Cut off who takes too long, be it to send or to hang up."""
        now = time.monotonic()
        if not self.alive:
            for conn in self.arriving:
                conn.timeout = min(_end(conn), now + LINGER_SECONDS)
        for queue in (self.arriving, self.lingering):
            while queue and _end(queue[0]) <= now:
                self._drop(queue[0])

    def _make_room(self) -> None:
        """Cut off now who would be the next to be cut off."""
        queues: tuple[deque[Any], ...] = (self.arriving, self.keepalived_conns, self.lingering)
        if first := min((queue[0] for queue in queues if queue), key=_end, default=None):
            first.timeout = 0.0
            self.murder_keepalived()
            self.murder_pending()

    def _receive(self, conn: Connection) -> bool:
        """Whether the connection need not be listened to any more."""
        try:
            data = conn.sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        if conn.queue is self.lingering:
            return bool(data) or self._drop(conn)
        return self._add(conn, data) if data else self._drop(conn)

    def _add(self, conn: Connection, data: bytes) -> bool:
        conn.held += len(data)
        self.held += len(data)
        if conn.arrival.add(data):
            self._unlist(conn)
            conn.inbox.unread(conn.arrival.data)
            if conn.arrival.data.startswith(_ALIVE):
                self._give(self.porter, conn)
            else:
                future = self._give(self.tpool, conn)
                self.waiting.append(Waiting(time.monotonic(), conn, future))
            return True
        if self.held > LARGEST_ARRIVALS:
            return self._drop(conn)
        if not conn.invited and conn.arrival.wants_invitation():
            conn.invited = True
            with suppress(OSError):
                conn.sock.send(_CONTINUE)
        return False

    def _give(self, pool: ThreadPoolExecutor, conn: Connection) -> Future[bool]:
        future = pool.submit(self.handle, conn)
        future.add_done_callback(partial(self._done, conn))
        return future

    def _done(self, conn: Connection, future: Future[bool]) -> None:
        # Called by the thread that answered. Whoever was cancelled has gone to the porter.
        if not future.cancelled():
            self.method_queue.defer(self.finish_request, conn, future)

    def _refuse_the_late(self) -> None:
        """Hand to the porter who has waited too long; threads take up whoever came first."""
        now = time.monotonic()
        while self.waiting:
            since, conn, future = self.waiting[0]
            taken_up = future.running() or future.done()
            if not taken_up and now - since < self.longest_wait:
                return
            self.waiting.popleft()
            if not taken_up and future.cancel():
                self._give(self.porter, conn)

    def _list(self, conn: Connection, queue: deque[Any], seconds: float) -> None:
        conn.timeout = time.monotonic() + seconds
        conn.queue = queue
        queue.append(conn)
        callback = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, callback)

    def _unlist(self, conn: Connection) -> None:
        if conn.queue is not None:
            self.poller.unregister(conn.sock)
            conn.queue.remove(conn)
            conn.queue = None

    def _drop(self, conn: Connection) -> bool:
        self._unlist(conn)
        self._settle(conn)
        self.nr_conns -= 1
        conn.close()
        return True

    def _settle(self, conn: Connection) -> None:
        self.held -= conn.held
        conn.held = 0


def _end(conn: TConn) -> float:
    return conn.timeout or 0.0
