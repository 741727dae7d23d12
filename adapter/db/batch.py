"""Rows to be written together, all of them or none: on PostgreSQL by one statement.

What a unit of work adds and moves on is gathered here and sent at once (docs/decisions/0015). A
row that is moved on has a version, and is written only if that is still the one that was read; if
any of them is not, nothing of the batch is written.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    LINE_UP = "line up"  # inserted, each numbered by the row that counts its line


@dataclass(eq=False)
class Step:
    """What is done with rows of one table. There is one for each: see `_step`."""

    how: How
    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...] = ("id",)
    added: tuple[str, ...] = ()  # the columns that are added to, not set
    first: tuple[str, ...] = ()  # the columns that only a row just made gets
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Where the rows of a line are counted: rows whose column `of` is the id of a row of `table`
    have in `number` what that row's column of the same name came to by them.
    """

    table: Table
    of: str
    number: str


@cache
def _step(
    how: How,
    model: type[Base],
    columns: tuple[str, ...],
    key: tuple[str, ...] = ("id",),
    added: tuple[str, ...] = (),
    first: tuple[str, ...] = (),
    line: Line | None = None,
) -> Step:
    return Step(how, cast(Table, model.__table__), columns, key, added, first, line)


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

    def add_up(
        self,
        model: type[Base],
        key: Row,
        amounts: Mapping[str, int],
        *,
        first: Row | None = None,
    ) -> None:
        """Add amounts to the counting columns of the row with this key, made if missing; only then
        it has the values of `first`.
        """
        made = first or {}
        step = _step(
            How.COUNT, model, (*key, *amounts, *made), tuple(key), tuple(amounts), tuple(made)
        )
        place = tuple(key.values())
        self._put(step, place, {**key, **self._sums(step, place, amounts), **made})

    def line_up(
        self, model: type[Base], row: Row, *, of: str, number: str, lines: type[Base], first: Row
    ) -> None:
        """Add a new row at the end of its line, the one of `lines` that its column `of` names, made
        with the values of `first` if missing. Its `number` is what the line's own column of that
        name comes to: one more than the row before it, in whatever order they commit.
        """
        self.add_up(lines, {"id": row[of]}, {number: 1}, first=first)
        line = Line(cast(Table, lines.__table__), of, number)
        told = {**row, number: 0}
        self._put(_step(How.LINE_UP, model, tuple(told), line=line), None, told)

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
        for step in steps:
            if step.how is How.COUNT:
                # Several meet here: in one order, so that no two ever wait in a circle.
                rows[step] = dict(sorted(rows[step].items()))
            elif step.line is not None:
                _number_from_the_end(rows[step].values(), step.line)
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
    was overtaken nothing else has to be undone, and last what is counted before.
    """
    places = {table: place for place, table in enumerate(Base.metadata.sorted_tables)}

    def place(step: Step) -> tuple[bool, bool, int]:
        return step.how is not How.MOVE, step.how is How.LINE_UP, places[step.table]

    return tuple(sorted(steps, key=place))


def _number_from_the_end(rows: Collection[Row], line: Line) -> None:
    """Give each row how far behind the end of its line it will be, as a number below one."""
    behind: dict[Any, int] = {}
    for row in reversed(list(rows)):
        place = behind.get(row[line.of], 0)
        behind[row[line.of]] = place + 1
        cast(dict[str, Any], row)[line.number] = -place


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
    if isinstance(value, date):
        return value.isoformat()
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
    counted: dict[Table, CTE] = {}
    lines = {step.line.table: step.line.number for step in steps if step.line}
    for number, step in enumerate(steps):
        given = _given(step, number)
        if step.how is How.MOVE:
            part = _moved(step, given).cte(f"step_{number}")
            held.append(select(part.c.id))
        elif step.line is not None:
            part = _lined_up(step, given, counted[step.line.table]).cte(f"step_{number}")
        elif step.table in lines:
            table = step.table
            done = _done(step, given, held).returning(table.c.id, table.c[lines[table]])
            part = counted[table] = done.cte(f"step_{number}")
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
    if SEEN in step.columns:
        types = {name: step.table.c[name.removesuffix("_seen")].type for name in step.columns}
        read = func.json_to_recordset(document)
        rows = read.table_valued(*(column(name, types[name]) for name in step.columns))
        rows = rows.render_derived(with_types=True)
    else:
        like: Any = literal_column(f"NULL::{step.table.name}")
        rows = func.json_populate_recordset(like, document).table_valued(*step.columns)
    if step.how not in (How.MOVE, How.UPDATE):
        return rows
    # To the planner every document holds a hundred rows, for which it would rather read a table of
    # ten thousand from end to end. Of a limit that it does not know it supposes a tenth.
    return select(rows).limit(func.json_array_length(document)).subquery()


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


def _lined_up(step: Step, given: Any, counted: CTE) -> Any:
    # Where a row that is moved on was overtaken no line was counted, and none of its rows is new.
    line = cast(Line, step.line)
    values = [
        given.c[name] + counted.c[name] if name == line.number else given.c[name]
        for name in step.columns
    ]
    rows = select(*values).select_from(given.join(counted, counted.c.id == given.c[line.of]))
    return insert(step.table).from_select(step.columns, rows, include_defaults=False)


def _if_all(held: Sequence[Select[Any]]) -> Iterator[Any]:
    for part in held:
        yield part.exists()


def _values(step: Step, given: Any) -> dict[str, Any]:
    """What the columns of a row become, by what is given of them."""
    names = [name for name in step.columns if name not in (*step.key, *step.first, SEEN)]
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
        if step.line is not None:
            counting, number = step.line.table, step.line.number
            last = select(counting.c[number]).where(counting.c.id == values[step.line.of])
            values[number] = last.scalar_subquery() + values[number]
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
