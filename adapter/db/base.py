"""The declarative base of every mapped class, and how constraints are named."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import MetaData, inspect
from sqlalchemy.orm import ClassManager, DeclarativeBase, class_mapper
from uuid_utils.compat import uuid7

# One name a constraint, the same on every engine, so that a migration can find it again.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of ours."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


M = TypeVar("M", bound=Base)


def object_of(model: type[M], **values: Any) -> M:
    """The object of a row with these columns, in no session, as if it had been read.

    The constructor would tell the ORM of each of them, which takes several times as long.
    """
    made = cast(M, _manager(model).new_instance())
    made.__dict__.update(values)
    return made


@cache
def _manager(model: type[Base]) -> ClassManager[Any]:
    return class_mapper(model).class_manager


def values_of(row: Base) -> dict[str, Any]:
    """The columns of a row with their values, whether or not a session knows it."""
    given = dict(row.__dict__)
    del given["_sa_instance_state"]
    names = columns_of(type(row))
    return given if len(given) == len(names) else {name: given.get(name) for name in names}


@cache
def columns_of(model: type[Base]) -> tuple[str, ...]:
    """The names of a table's columns, in their order."""
    return tuple(column.key for column in inspect(model).local_table.c)


def new_id() -> uuid.UUID:
    """A fresh UUIDv7: unique without asking the database, and growing with time."""
    return uuid7()
