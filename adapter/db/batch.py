"""Rows to be written together, all of them or none: on PostgreSQL by one statement.

What a unit of work adds and moves on is gathered here and sent at once (docs/decisions/0015). A
row that is moved on has a version, and is written only if that is still the one that was read; if
any of them is not, nothing of the batch is written.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import (
    CTE,
    JSON,
    Select,
    Table,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from adapter.db.base import Base
from adapter.db.driver import Execute

_POSTGRESQL = cast(Any, postgresql.psycopg).dialect()
_SQLITE = cast(Any, sqlite.pysqlite).dialect()

Row = Mapping[str, Any]
VERSION, SEEN = "version", "version_seen"


class Overtaken(Exception):
    """A row is no longer as it was read: another unit of work moved it on meanwhile."""


class How(Enum):
    """What is done with the rows of one step."""

    MOVE = "move"  # by their id, where the version is the one that was seen
    INSERT = "insert"
    UPDATE = "update"  # by their id
    COUNT = "count"  # added to the row with this key, which is made if missing


@dataclass(eq=False)
class Step:
    """What is done with rows of one table. There is one for each: see `_step`."""

    how: How
    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...] = ("id",)
    added: tuple[str, ...] = ()  # the columns that are added to, not set


@cache
def _step(
    how: How,
    model: type[Base],
    columns: tuple[str, ...],
    key: tuple[str, ...] = ("id",),
    added: tuple[str, ...] = (),
) -> Step:
    return Step(how, cast(Table, model.__table__), columns, key, added)


class Batch:
    """What is to be written, in the order in which rows refer to each other."""

    def __init__(self) -> None:
        self._rows: dict[Step, dict[Any, Row]] = {}
        self._new: dict[Any, dict[str, Any]] = {}  # those to be inserted that have an id, by it
        self._seen: dict[Any, int] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    @property
    def moves(self) -> int:
        """How many rows are to be moved on."""
        return len(self._seen)

    def insert(self, model: type[Base], *rows: Row) -> None:
        """Add new rows, each whole: columns left out get no default of the mapped class."""
        for row in rows:
            new = dict(row)
            self._put(_step(How.INSERT, model, tuple(new)), None, new)
            if "id" in new:
                self._new[new["id"]] = new

    def update(
        self, model: type[Base], row: Row, *, adding: Mapping[str, int] | None = None
    ) -> None:
        """Have the row with this id have these values, and so much more in the columns added to;
        always the same columns of a table, for one statement touches a row once.
        """
        added = adding or {}
        if new := self._new.get(row["id"]):
            new.update(row, **{name: new[name] + amount for name, amount in added.items()})
            return
        step = _step(How.UPDATE, model, (*row, *added), added=tuple(added))
        self._put(step, row["id"], {**row, **self._sums(step, row["id"], added)})

    def move_on(self, model: type[Base], row: Row, *, seen: int) -> None:
        """Have the row with this id have these values and this version, if its version is `seen`
        when the batch is sent; moved on again, the first version seen is what counts.
        """
        if new := self._new.get(row["id"]):
            new.update(row)
            return
        told = {**row, SEEN: self._seen.setdefault(row["id"], seen)}
        self._put(_step(How.MOVE, model, tuple(told)), row["id"], told)

    def add_up(self, model: type[Base], key: Row, amounts: Mapping[str, int]) -> None:
        """Add amounts to the counting columns of the row with this key, made if missing."""
        step = _step(How.COUNT, model, (*key, *amounts), tuple(key), tuple(amounts))
        place = tuple(key.values())
        self._put(step, place, {**key, **self._sums(step, place, amounts)})

    def _sums(self, step: Step, place: Any, amounts: Mapping[str, int]) -> dict[str, int]:
        before = self._rows.get(step, {}).get(place, {})
        return {name: amount + before.get(name, 0) for name, amount in amounts.items()}

    def _put(self, step: Step, key: Any, row: Row) -> None:
        rows = self._rows.setdefault(step, {})
        rows[len(rows) if key is None else key] = row

    def send(self, dialect: str, execute: Execute) -> None:
        """Write all of it, and have nothing more to be written.

        Raises:
            Overtaken: A row that was to be moved on had been moved on before.
        """
        rows, self._rows, self._new, self._seen = self._rows, {}, {}, {}
        steps = _in_order(tuple(rows))
        if dialect == "postgresql":
            values = {f"rows_{n}": _as_json(rows[step]) for n, step in enumerate(steps)}
            moved = sum(len(rows[step]) for step in steps if step.how is How.MOVE)
            if execute(_together(steps), values) != moved:
                raise Overtaken
            return
        for step in steps:
            text, convert = _alone(step)
            many = [convert(row) for row in rows[step].values()]
            if execute(text, many) != len(many) and step.how is How.MOVE:
                raise Overtaken


@lru_cache(maxsize=256)
def _in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """These steps, rows before those that refer to them; but first what is moved on, for if that
    was overtaken nothing else has to be undone.
    """
    places = {table: place for place, table in enumerate(Base.metadata.sorted_tables)}
    return tuple(sorted(steps, key=lambda step: (step.how is not How.MOVE, places[step.table])))


# PostgreSQL: the rows of each step as one JSON document, so that the text is the same for any
# number of them, and there is little for the driver to convert.


def _as_json(rows: Mapping[Any, Row]) -> str:
    return _encode(list(rows.values()))


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; give it a time zone")
        return str(value.astimezone(UTC))
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} does not fit in a row")


_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_plain
).encode


@lru_cache(maxsize=256)
def _together(steps: tuple[Step, ...]) -> str:
    """One statement that does all the steps, and whose row count is that of the rows moved on.

    None is done unless every row that is to be moved on is.
    """
    parts: list[CTE] = []
    held: list[Select[Any]] = []
    for number, step in enumerate(steps):
        given = _given(step, number)
        if step.how is How.MOVE:
            part = _moved(step, given).cte(f"step_{number}")
            held.append(select(part.c.id))
        else:
            part = _done(step, given, held).cte(f"step_{number}")
        parts.append(part)
    found: Any = select(literal_column("0")).where(literal_column("false"))
    if held:
        found = held[0] if len(held) == 1 else held[0].union_all(*held[1:])
    return str(found.add_cte(*parts).compile(dialect=_POSTGRESQL))


def _given(step: Step, number: int) -> Any:
    """The rows of a step, out of their document, as a table."""
    document = bindparam(f"rows_{number}", type_=Text).cast(JSON)
    if SEEN not in step.columns:
        like: Any = literal_column(f"NULL::{step.table.name}")
        return func.json_populate_recordset(like, document).table_valued(*step.columns)
    types = {name: step.table.c[name.removesuffix("_seen")].type for name in step.columns}
    return (
        func.json_to_recordset(document)
        .table_valued(*(column(name, types[name]) for name in step.columns))
        .render_derived(with_types=True)
    )


def _moved(step: Step, given: Any) -> Any:
    table = step.table
    return (
        update(table)
        .values(_values(step, given.c))
        .where(table.c.id == given.c.id, table.c[VERSION] == given.c[SEEN])
        .returning(table.c.id)
    )


def _done(step: Step, given: Any, held: Sequence[Select[Any]]) -> Any:
    table = step.table
    if step.how is How.UPDATE:
        changed = update(table).values(_values(step, given.c)).where(table.c.id == given.c.id)
        return changed.where(*_if_all(held))
    # By their names alone: the driver reads only short texts once and for all.
    names: list[Any] = [literal_column(name) for name in step.columns]
    rows = select(*names).select_from(given).where(*_if_all(held))
    if step.how is How.INSERT:
        return insert(table).from_select(step.columns, rows, include_defaults=False)
    added = postgresql.insert(table).from_select(step.columns, rows, include_defaults=False)
    return added.on_conflict_do_update(
        index_elements=list(step.key), set_=_values(step, added.excluded)
    )


def _if_all(held: Sequence[Select[Any]]) -> Iterator[Any]:
    for part in held:
        yield part.exists()


def _values(step: Step, given: Any) -> dict[str, Any]:
    """What the columns of a row become, by what is given of them."""
    names = [name for name in step.columns if name not in (*step.key, SEEN)]
    before = {name: step.table.c[name] for name in step.added}
    return {name: before[name] + given[name] if name in before else given[name] for name in names}


# SQLite: the engine is in the process, and one statement a step costs little.


@lru_cache(maxsize=256)
def _alone(step: Step) -> tuple[str, Callable[[Row], list[Any]]]:
    """The statement of one step for one row, and what makes its values of a row."""
    table = step.table
    values = {name: _bound(table, name) for name in step.columns}
    statement: Any
    if step.how in (How.MOVE, How.UPDATE):
        statement = update(table).where(table.c.id == values["id"]).values(_values(step, values))
        if step.how is How.MOVE:
            statement = statement.where(table.c[VERSION] == values[SEEN])
    else:
        statement = sqlite.insert(table).values(values)
        if step.how is How.COUNT:
            statement = statement.on_conflict_do_update(
                index_elements=list(step.key), set_=_values(step, statement.excluded)
            )
    compiled: Any = statement.compile(dialect=_SQLITE)
    names = [_name(bind) for bind in compiled.positiontup]
    converters = [
        compiled.binds[bind].type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
        for bind in compiled.positiontup
    ]
    pairs = list(zip(names, converters, strict=True))

    def convert(row: Row) -> list[Any]:
        return [to(row[name]) if to else row[name] for name, to in pairs]

    return str(compiled), convert


def _bound(table: Table, name: str) -> Any:
    return bindparam(f"new_{name}", type_=table.c[name.removesuffix("_seen")].type)


def _name(bind: str) -> str:
    return bind.removeprefix("new_")
