"""gunicorn, started from any folder, with the configuration that comes with the program."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import closing
from pathlib import Path

from adapter.cli.endings import CouldNotRun
from adapter.installation import beside


def command(bind: str, *, workers: int | None = None) -> list[str]:
    """What to run for the application to be served at an address: `host:port` or `fd://N`."""
    # -P and a file instead of a module: no name of the present folder stands in for ours.
    arguments = [sys.executable, "-P", str(Path(__file__).with_name("launch.py"))]
    arguments += ["--config", str(beside("gunicorn.conf.py")), "--bind", bind]
    return arguments + (["--workers", str(workers)] if workers else [])


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to an address as gunicorn would bind it; port 0 is any that is free.

    Raises:
        CouldNotRun: The port is in use, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen()
    except OSError as error:
        bound.close()
        reason = "is in use" if port_is_taken(error) else f"cannot be used: {error.strerror}"
        raise CouldNotRun(f"port {port} of {host} {reason}") from error
    return bound


def port_is_taken(error: OSError) -> bool:
    """Whether somebody else listens there."""
    return error.errno == errno.EADDRINUSE


def require_free(host: str, port: int) -> None:
    """Go on only if the port can be listened at.

    Raises:
        CouldNotRun: It cannot.
    """
    with closing(listening(host, port)):
        pass


def become(arguments: list[str]) -> None:
    """Replace this process, so that signals reach gunicorn itself."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(arguments[0], arguments)  # noqa: S606  # nosec B606
