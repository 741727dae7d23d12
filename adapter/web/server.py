"""What gunicorn itself says where a request never reached the application: plain, and of nobody."""

from __future__ import annotations

import json
import logging
import os
import socket
from datetime import UTC, datetime
from typing import Any

from gunicorn import util
from gunicorn.config import Config
from gunicorn.glogging import Logger

from adapter.web.logs import traceback_of

TOLD = ("request_id", "status")  # what a line of ours may carry besides its words
_BODY = b'{"error": "the request cannot be read"}'


class Log(Logger):
    """gunicorn's log without the requests it quotes, which may hold phones and passwords; one JSON
    object a line, as the application's own.
    """

    def setup(self, cfg: Config) -> None:
        """Write lines as the application does."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(_AsJson())

    def debug(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Nothing: gunicorn's own lines of this severity quote paths, and the log level is ours."""

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log a warning; one about a request that cannot be read is said with its answer."""
        if not str(msg).startswith("Invalid request"):
            super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log what broke, but not at which address."""
        if str(msg).startswith("Error handling request"):
            msg, args = "a request broke before it was answered", ()
        super().exception(msg, *args, **kwargs)


class _AsJson(logging.Formatter):
    """A line as the application writes its own: no values in tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"event": record.getMessage(), "logger": record.name}
        line |= {name: getattr(record, name) for name in TOLD if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = traceback_of(record.exc_info[1])
        line |= {"pid": record.process, "level": record.levelname.lower()}
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps(line, ensure_ascii=False)


def answer_plainly(_arbiter: object, _worker: object) -> None:
    """As a `post_fork` hook: have a worker answer with JSON where gunicorn has a page."""
    util.write_error = write_error


def write_error(sock: socket.socket, status_int: int, reason: str, mesg: str) -> None:
    """Answer a request that cannot be read, without repeating any of it; its id is in the log."""
    # Only here, for the library asks when it is imported where the workers count.
    from adapter.web.metrics import UNREADABLE

    request_id = os.urandom(16).hex()
    UNREADABLE.labels(str(status_int)).inc()
    line = {"request_id": request_id, "status": status_int}
    logging.getLogger("gunicorn.error").warning("a request could not be read", extra=line)
    head = (
        f"HTTP/1.1 {status_int} {reason}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(_BODY)}\r\n"
        f"X-Request-ID: {request_id}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode("ascii") + _BODY)
