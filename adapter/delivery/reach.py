"""Who may be called: anybody, or only those whom the whole internet can reach."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class NotPublic(Exception):
    """The address leads to a private network, to this machine, or to nowhere."""


@dataclass(slots=True)
class Call:
    """A call under way, for another thread to see what it goes over."""

    connection: HTTPConnection | None = None

    @property
    def line(self) -> socket.socket | None:
        """What it goes over, once it is connected."""
        return self.connection.sock if self.connection is not None else None


_here = threading.local()


@contextmanager
def seen_by(call: Call) -> Iterator[None]:
    """Have the call made inside be this one's."""
    _here.call = call
    try:
        yield
    finally:
        _here.call = None
        call.connection = None


def session(*, public_only: bool) -> requests.Session:
    """What calls are made with."""
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, _PublicOnly() if public_only else _Anybody())
    return made


class _Seen:
    """A connection that shows itself to whoever watches the call."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        if call := getattr(_here, "call", None):
            call.connection = self
        super().request(*args, **kwargs)  # type: ignore[misc]


class _Connection(_Seen, HTTPConnection):
    """One to anybody."""


class _SecureConnection(_Seen, HTTPSConnection):
    """One to anybody."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Anybody(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


def _checked(line: socket.socket) -> socket.socket:
    # Whom we are connected to is looked at, not what the name resolved to a moment before; nothing
    # has been sent by then.
    address = ip_address(line.getpeername()[0].partition("%")[0])
    if not address.is_global or address.is_multicast:
        line.close()
        raise NotPublic
    return line


class _PublicConnection(_Connection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _PublicSecureConnection(_SecureConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _PublicPool(HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicSecurePool(HTTPSConnectionPool):
    ConnectionCls = _PublicSecureConnection


class _PublicOnly(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        pools = {"http": _PublicPool, "https": _PublicSecurePool}
        self.poolmanager.pool_classes_by_scheme = pools
