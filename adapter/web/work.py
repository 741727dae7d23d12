"""Units of work and readings of the application's own database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from flask import current_app

from adapter.db import Database, Glance, Work

__all__ = ["Glance", "Work", "database", "glance", "reading", "unit_of_work"]


def database() -> Database:
    """The database of the application that answers this request."""
    return cast(Database, current_app.extensions["database"])


def unit_of_work() -> AbstractContextManager[Work]:
    """Everything done inside commits together on leaving; a view opens one, once."""
    return database().unit_of_work()


def reading() -> AbstractContextManager[Work]:
    """A consistent look at the rows, which cannot commit."""
    return database().reading()


def glance() -> Glance:
    """A look by single statements, for views that need no more than one."""
    return database().glance()
