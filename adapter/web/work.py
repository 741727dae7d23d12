"""Units of work and readings of the application's own database, and whom they were about."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import current_app, g

from adapter.core.cards import NAMED, Card
from adapter.core.ledger import WRITTEN, Entry
from adapter.core.members import Identity, Member
from adapter.db import Database, Glance, Work
from adapter.web import rehearsal

__all__ = [
    "Glance",
    "Touched",
    "Work",
    "about",
    "database",
    "glance",
    "light_work",
    "reading",
    "touched",
    "unit_of_work",
]


class Touched:
    """Whom the units of work of one request met, and what those that were committed wrote.

    As little as that: whatever else they held is free when they end.
    """

    __slots__ = ("met", "named", "rows", "written")

    def __init__(self) -> None:
        self.written: list[tuple[uuid.UUID, uuid.UUID]] = []  # entries, and whose they are
        self.named: list[tuple[uuid.UUID, str, str]] = []  # member, what it is of them, its text
        self.rows: list[Member | Identity | Card] = []  # what sessions knew of people
        self.met: list[uuid.UUID] = []  # whose the other rows were


def database() -> Database:
    """The database of the application that answers this request."""
    return rehearsal.database() or cast(Database, current_app.extensions["database"])


@contextmanager
def unit_of_work() -> Iterator[Work]:
    """Everything done inside commits together on leaving; a view opens one, once."""
    with database().unit_of_work() as work, _noted(work):
        yield work
    _note_entries(work)


@contextmanager
def light_work() -> Iterator[Work]:
    """A unit of work that takes no locks the first time, for views that are asked many times a
    second; where that cannot be, the view is run again, and it is one like any other.
    """
    is_first = not g.get("locks_needed", False)
    g.locks_needed = True
    if not is_first:
        with unit_of_work() as work:
            yield work
        return
    with database().attempt() as work, _noted(work):
        yield work
    _note_entries(work)


@contextmanager
def reading() -> Iterator[Work]:
    """A consistent look at the rows, which cannot commit."""
    with database().reading() as work, _noted(work):
        yield work


def glance() -> Glance:
    """A look by single statements, for views that need no more than one."""
    return database().glance()


def about(member_id: uuid.UUID, **known: str | None) -> None:
    """Tell whom this request is about, and what of them it may name, where only a glance knows."""
    told = touched().named
    told += [(member_id, name, text) for name, text in known.items() if text]


def touched() -> Touched:
    """What the units of work of this request have held so far."""
    found: Touched | None = g.get("touched")
    if found is None:
        found = g.touched = Touched()
    return found


def _note_entries(work: Work) -> None:
    written: list[Entry] = work.kept.get(WRITTEN, [])
    if written:
        told = touched().written
        told += [(entry.id, entry.member_id) for entry in written]


class _noted:
    """Notes whom a unit of work was about when it is left, however that comes about."""

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, *_: object) -> None:
        found = touched()
        if meant := self._work.kept.get(NAMED):
            member_id, ways = meant
            found.named += [(member_id, name, text) for name, text in ways]
        for row in self._work.seen():
            if isinstance(row, Member | Identity | Card):
                found.rows.append(row)
            elif owner := row.__dict__.get("member_id"):
                found.met.append(owner)
