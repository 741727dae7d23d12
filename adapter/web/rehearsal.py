"""A request that is only rehearsed: in this process, by whom we say, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from structlog.contextvars import bound_contextvars

from adapter.core.partners import Caller
from adapter.db import Database


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What stands in for the real things while a request is rehearsed."""

    database: Database  # whose commits are undone in the end
    caller: Caller | None  # who is asking, whatever the request says; nobody knows their secret


_current: ContextVar[Rehearsed | None] = ContextVar("rehearsed", default=None)


@contextmanager
def rehearsing(database: Database, caller: Caller | None) -> Iterator[None]:
    """Have whatever this context asks of an application be rehearsed, and its log lines say so."""
    token = _current.set(Rehearsed(database, caller))
    try:
        with bound_contextvars(rehearsed=True):
            yield
    finally:
        _current.reset(token)


def is_rehearsed() -> bool:
    """Whether this request is one: then nobody outside may hear of it."""
    return _current.get() is not None


def database() -> Database | None:
    """The database of the rehearsal, if this is one."""
    rehearsed = _current.get()
    return rehearsed.database if rehearsed else None


def caller() -> Caller | None:
    """Who asks in the rehearsal, if this is one."""
    rehearsed = _current.get()
    return rehearsed.caller if rehearsed else None
