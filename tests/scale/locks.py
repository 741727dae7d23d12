"""The rows that a unit of work keeps from others, as another connection finds them locked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import event, make_url

from adapter.db import Database
from tests.scale import tables

# `FOR UPDATE` is in the way of every lock there is, those of foreign keys among them. What a unit
# of work has inserted is nobody else's to see, and nobody waits for it.
_LOCKED = """
SELECT to_jsonb(one) FROM {table} AS one
WHERE ctid <> ALL (ARRAY(SELECT ctid FROM {table} FOR UPDATE SKIP LOCKED))
"""
_ROOM = "SELECT member_id FROM {parent} WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Locked:
    """A row that was there before, and that others wait for now."""

    table: str
    member_id: uuid.UUID | None
    row: dict[str, Any]


@contextmanager
def locks_at_commit(database: Database) -> Iterator[list[Locked]]:
    """What every unit of work inside has locked in the moment before it commits."""
    plain = make_url(database.url).set(drivername="postgresql")
    seen: list[Locked] = []
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as other:

        def look(_connection: Any) -> None:
            for table in (*tables.HOT, *tables.SETTINGS, *tables.MEETING_PLACES):
                rows = other.execute(_LOCKED.format(table=table)).fetchall()
                seen.extend(Locked(table, _owner(other, table, row), row) for (row,) in rows)

        event.listen(database.engine, "commit", look)
        try:
            yield seen
        finally:
            event.remove(database.engine, "commit", look)


def _owner(other: psycopg.Connection, table: str, row: dict[str, Any]) -> uuid.UUID | None:
    said = row.get(tables.HOT.get(table, ""))
    if parent := tables.REACHED.get(table):
        found = other.execute(_ROOM.format(parent=parent), [said]).fetchone()
        said = found and found[0]
    return uuid.UUID(str(said)) if said else None


def lock_faults(seen: list[Locked]) -> Iterator[str]:
    """What others would wait for who have nothing to do with the member."""
    for one in seen:
        if one.table in tables.SETTINGS:
            if one.table not in {parent for _, parent in tables.SHARED_PARENTS}:
                yield f"a row of {one.table} is locked, which all members share"
        elif one.table in {*tables.HOT} - tables.MAY_BE_NOBODYS and one.member_id is None:
            yield f"a row of {one.table} is locked that is nobody's"
    owners = {one.member_id for one in seen if one.member_id is not None}
    if len(owners) > 1:
        yield f"rows of {len(owners)} members are locked at once"
