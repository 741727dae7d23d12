"""What gunicorn itself says where a request never reached the application: plain, and of nobody."""

from __future__ import annotations

import socket
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger

_BODY = b'{"error": "the request cannot be read"}'


class Log(Logger):
    """gunicorn's log without the requests it quotes, which may hold phones and passwords."""

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log a warning; of a request that cannot be read, only that there was one."""
        if str(msg).startswith("Invalid request"):
            msg, args = "a request could not be read", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log what broke, but not at which address."""
        if str(msg).startswith("Error handling request"):
            msg, args = "a request broke before it was answered", ()
        super().exception(msg, *args, **kwargs)


def answer_plainly(_arbiter: object, _worker: object) -> None:
    """As a `post_fork` hook: have a worker answer with JSON where gunicorn has a page."""
    util.write_error = write_error


def write_error(sock: socket.socket, status_int: int, reason: str, mesg: str) -> None:
    """Answer a request that cannot be read, without repeating any of it."""
    head = (
        f"HTTP/1.1 {status_int} {reason}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(_BODY)}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode("ascii") + _BODY)
