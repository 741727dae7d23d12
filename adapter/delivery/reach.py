"""Who may be called: anybody, or only those whom the whole internet can reach."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class NotPublic(Exception):
    """The address leads to a private network, to this machine, or to nowhere."""


def session(*, public_only: bool) -> requests.Session:
    """What calls are made with."""
    made = requests.Session()
    if public_only:
        for scheme in ("http://", "https://"):
            made.mount(scheme, _PublicOnly())
    return made


def _checked(line: socket.socket) -> socket.socket:
    # Whom we are connected to is looked at, not what the name resolved to a moment before; nothing
    # has been sent by then.
    address = ip_address(line.getpeername()[0].partition("%")[0])
    if not address.is_global or address.is_multicast:
        line.close()
        raise NotPublic
    return line


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _PublicOnly(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
