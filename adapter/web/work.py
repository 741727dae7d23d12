"""Units of work and readings of the application's own database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

from flask import current_app, g

from adapter.db import Database, Glance, Work

__all__ = ["Glance", "Work", "database", "glance", "light_work", "reading", "unit_of_work"]


def database() -> Database:
    """The database of the application that answers this request."""
    return cast(Database, current_app.extensions["database"])


def unit_of_work() -> AbstractContextManager[Work]:
    """Everything done inside commits together on leaving; a view opens one, once."""
    return database().unit_of_work()


@contextmanager
def light_work() -> Iterator[Work]:
    """A unit of work that takes no locks the first time, for views that are asked many times a
    second; where that cannot be, the view is run again, and it is one like any other.
    """
    is_first = not g.get("locks_needed", False)
    g.locks_needed = True
    with database().attempt() if is_first else unit_of_work() as work:
        yield work


def reading() -> AbstractContextManager[Work]:
    """A consistent look at the rows, which cannot commit."""
    return database().reading()


def glance() -> Glance:
    """A look by single statements, for views that need no more than one."""
    return database().glance()
