"""Who came too late to be served: refused in the vendor's words before any work is done."""

from __future__ import annotations

import threading
from math import inf

from flask import Flask, request

from adapter.core.errors import Unavailable
from adapter.web.mount import owner_of

_this_thread = threading.local()


class Overloaded(Unavailable):
    """More requests wait than can be served in time."""


def install(app: Flask, *, seconds: float) -> None:
    """Let a request wait so long for its turn, where the server can tell how long it waited."""
    app.extensions["longest_wait"] = seconds
    app.before_request(_refuse)


def longest_wait(app: object) -> float:
    """How many seconds a request may wait for its turn in an application."""
    found: float = getattr(app, "extensions", {}).get("longest_wait", inf)
    return found


def refuse_here() -> None:
    """From now on, refuse whatever a vendor asks in this thread; our own pages still answer."""
    _this_thread.refuses = True


def refuses_here() -> bool:
    """Whether this thread refuses what vendors ask, and is to be kept from long work."""
    found: bool = getattr(_this_thread, "refuses", False)
    return found


def _refuse() -> None:
    if refuses_here() and owner_of(request.path):
        raise Overloaded("too many requests are waiting")
