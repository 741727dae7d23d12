"""Statements that every engine has, under names that differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Table, insert, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from adapter.db.base import Base
from adapter.db.driver import copy_in

M = TypeVar("M", bound=Base)
_PLAIN = re.compile(r"-?[0-9]+|[a-z_]+")


def insert_unless_there(
    session: Session, model: type[M], values: dict[str, Any], *, unique: Sequence[str] | None = None
) -> M | None:
    """The row just inserted; nothing where another holds the same `unique` columns, or where it
    meets any unique index if none is named.

    A race is settled by the index itself, in one statement: on PostgreSQL the loser waits for the
    winner's commit and then sees its row.
    """
    return next(iter(insert_those_missing(session, model, [values], unique=unique)), None)


def insert_those_missing(
    session: Session,
    model: type[M],
    rows: Sequence[dict[str, Any]],
    *,
    unique: Sequence[str] | None = None,
) -> Sequence[M]:
    """Those of the rows that were inserted, as `insert_unless_there` would one by one."""
    if not rows:
        return []
    postgres = session.get_bind().dialect.name == "postgresql"
    upsert = postgresql.insert if postgres else sqlite.insert
    statement = upsert(model).on_conflict_do_nothing(index_elements=unique).returning(model)
    if len(rows) == 1:
        return session.scalars(statement.values(rows[0])).all()
    # Beside the statement: of one that has them all in it there is a text for every number.
    return session.scalars(statement, list(rows)).all()


def is_inserted(
    connection: Connection,
    model: type[Base],
    values: dict[str, Any],
    *,
    unique: Sequence[str] | None,
) -> bool:
    """Whether the row was inserted, as by `insert_unless_there`, without an object of it."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = upsert(cast(Table, model.__table__)).values(values)
    inserted = statement.on_conflict_do_nothing(index_elements=unique).returning(constant(1))
    return connection.execute(inserted).first() is not None


def add_up(session: Session, model: type[Base], key: dict[str, Any], **amounts: int) -> None:
    """Add amounts to the counting columns of the row with this key, which is made if missing.

    One statement, so that two who count at once lose nothing.
    """
    postgres = session.get_bind().dialect.name == "postgresql"
    upsert = postgresql.insert if postgres else sqlite.insert
    table = cast(Table, model.__table__)
    statement = upsert(table).values(**key, **amounts)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(key),
            set_={name: table.c[name] + statement.excluded[name] for name in amounts},
        )
    )


def constant(value: int | str) -> ColumnElement[Any]:
    """A value written into the statement itself, not sent beside it.

    A prepared statement is planned for any parameters there may be, and then no partial index
    whose condition holds for this one alone is used.
    """
    text = str(value)
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"{text!r} is no word of ours")
    return literal_column(f"'{text}'" if isinstance(value, str) else text)


def insert_many(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that name the same columns, every one of them, in one statement sent once.

    Given the mapped class, SQLAlchemy would leave out the empty columns of each row, and send as
    many statements as there are kinds of rows in turn.
    """
    if rows:
        session.execute(insert(cast(Table, model.__table__)), rows)


def add_many(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows that name the same columns in the way that costs this engine least."""
    if rows and session.get_bind().dialect.name == "postgresql":
        copy_in(session.connection(), cast(Table, model.__table__), rows)
    else:
        insert_many(session, model, rows)
