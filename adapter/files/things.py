"""What a table is made of: things of one or several rows, and what is wrong with them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from marshmallow import ValidationError

from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.files.csvfile import Row
from adapter.files.seen import Key
from adapter.programfile.given import GivenMember
from adapter.programfile.heads import Head
from adapter.programfile.member_schemas import Member

Cells = dict[str, object]
ABOUT_ALL = ""  # the column of a fault that no single one has
_OF_THE_WHOLE = "_schema"  # marshmallow's word for the same
# What a table says in other words than a program file.
_IN_A_TABLE = {
    "must be true or false": "must be yes or no",
    'must be a number written as text, such as "12.5"': "must be a number such as 12.5",
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that is wrong: in which row, in which column, and what."""

    row: int
    column: str
    what: str
    value: str = ""  # what stands there, where it is nothing personal

    def __str__(self) -> str:
        where = f"row {self.row}"
        if self.column:
            where += f", column {self.column}"
        if self.value:
            where += f", value {self.value[:60]!r}"
        return f"{where}: {self.what}"


class Faulty(Exception):
    """A thing that cannot be done; nothing of it is."""

    def __init__(self, *faults: RowFault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


@dataclass(slots=True)
class Thing:
    """What one row tells of, or several that belong together, in our words."""

    rows: Sequence[Row]
    given: GivenMember
    member_id: uuid.UUID | None = None  # whose it is, once that is known

    @property
    def number(self) -> int:
        """Its first row."""
        return self.rows[0].number

    def fault(self, column: str, what: str) -> Faulty:
        """A fault of its first row."""
        return Faulty(RowFault(self.number, column, what))


@dataclass(slots=True)
class Counts:
    """What became of the rows of a file: each of them is counted once."""

    added: int = 0
    known: int = 0  # there already: brought in line, or left as they are
    faulty: int = 0  # left undone

    @property
    def rows(self) -> int:
        """How many there were."""
        return self.added + self.known + self.faulty

    @property
    def told(self) -> dict[str, int]:
        """All of them, for whoever asks."""
        return {"rows": self.rows, **asdict(self)}


@dataclass(frozen=True)
class Kind:
    """One kind of table."""

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    open_columns: frozenset[str]  # whose values may be told in a log
    # Rows of one thing stand together: those with the same key. None: each row is one.
    key: Callable[[Mapping[str, str]], tuple[str, ...]] | None
    read: Callable[[Sequence[Row]], Thing]
    # What only one thing of a file may be called, by the column that says so.
    names: Callable[[Thing], Mapping[str, Key]]
    # Which of these cannot be, for what the database knows; those that can know whose they are.
    check: Callable[[Work, Head, Sequence[Thing]], Iterator[tuple[Thing, Faulty]]]
    # How many rows tell of what was not there.
    write: Callable[[Work, Head, Sequence[Thing]], int]
    rows: Callable[[Work, ProgramTerms], Iterator[Cells]]


def given_of(
    rows: Sequence[Row],
    document: Mapping[str, Any],
    place_of: Callable[[Sequence[Any]], tuple[int, str]],
) -> GivenMember:
    """A document of the program file's form, read as a load reads it; `place_of` says in which of
    the rows, and in which column, a part of it stands.

    Raises:
        Faulty: Something is wrong with it.
    """
    try:
        found: GivenMember = _SHAPE.load(dict(document))
    except ValidationError as error:
        faults = []
        for path, what in _flat((), error.messages):
            index, column = place_of(path)
            row = rows[index]
            what = _IN_A_TABLE.get(what, what)
            faults.append(RowFault(row.number, column, what, row.cells.get(column, "")))
        raise Faulty(*faults) from None
    return found


_SHAPE = Member()


def _flat(path: tuple[Any, ...], messages: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(path if key == _OF_THE_WHOLE else (*path, key), inner)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(path, inner)
    else:
        yield path, str(messages)


def told(cells: Mapping[str, str], *names: str) -> dict[str, str]:
    """The cells of these columns that are not empty."""
    return {name: cells[name] for name in names if cells.get(name)}


def yes_or_no(cell: str) -> object:
    """What a cell says in a word; anything else as it stands, to be refused."""
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    return words.get(cell.strip().lower(), cell)
