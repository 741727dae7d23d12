"""Tables as CSV: read whatever a spreadsheet saves, written so that none runs what is in a cell."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import IO, TextIO

DELIMITERS = ",;\t"
BLOCK = 64 * 1024
# What an error file has behind the columns of the table; left out of account when it is read.
SAID = ("row", "column", "fault")
NOT_UTF_8 = "is not UTF-8: save the table as UTF-8 and import it again"

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
# A spreadsheet takes what begins so for a formula; a mark in front of it makes it a text.
_FORMULA = re.compile(r"'* *[=+\-@\t\r\n]")
_MARKED = re.compile(r"'+ *[=+\-@\t\r\n]")


class NotATable(Exception):
    """A file that has not the form of the table it is said to be."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, its cells by column, what ails its form, and
    the cells for which there is no column.
    """

    number: int
    cells: dict[str, str]
    ailment: str = ""
    surplus: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """A CSV file under way."""

    columns: tuple[str, ...]
    delimiter: str
    rows: Iterator[Row] = field(repr=False)
    text: TextIOWrapper = field(repr=False)  # to be detached: its end would close the file


def safe(value: object) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers. `plain` undoes it."""
    text = "" if value is None else str(value)
    if not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def plain(cell: str) -> str:
    """The text that `safe` made a cell of."""
    return cell[1:] if _MARKED.match(cell) else cell


def opened(
    stream: IO[bytes],
    *,
    known: Sequence[str],
    required: Iterable[str],
    delimiter: str | None = None,
) -> Table:
    """The table in a binary stream: UTF-8, with or without a mark in front.

    Raises:
        NotATable: Its header is not one of this table, or not all of it is UTF-8.
    """
    is_utf_8 = _is_utf_8(stream)
    # What is no UTF-8 must not end the reading: its row is told.
    text = TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    first = text.readline(64 * 1024)
    if not first.strip():
        raise NotATable("the file is empty")
    if _has_bytes(first):
        raise NotATable(f"row 1 {NOT_UTF_8}")
    chosen = delimiter or max(DELIMITERS, key=first.count)
    header = next(csv.reader([first], delimiter=chosen))
    columns = tuple(plain(name).strip().lower() for name in header)
    _check(columns, known, required)
    rows = _rows(csv.reader(text, delimiter=chosen, strict=True), columns)
    if not is_utf_8:
        # Whoever mended some rows of it would have two encodings in one table.
        where = next((f"row {row.number}" for row in rows if row.ailment == NOT_UTF_8), "the file")
        raise NotATable(f"{where} {NOT_UTF_8}")
    return Table(columns, chosen, rows, text)


def _is_utf_8(stream: IO[bytes]) -> bool:
    """Whether all that follows in a stream is UTF-8.

    Raises:
        NotATable: It is marked as being something else.
    """
    start = stream.tell()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        block = stream.read(BLOCK)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise NotATable(f"the file is UTF-16, and {NOT_UTF_8}")
        while block:
            decoder.decode(block)
            block = stream.read(BLOCK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(start)
    return True


def _check(columns: Sequence[str], known: Sequence[str], required: Iterable[str]) -> None:
    strange = [name for name in columns if name not in known and name not in SAID]
    missing = [name for name in required if name not in columns]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    faults = [f"there is no column {name!r} in this table" for name in strange]
    faults += [f"the column {name} is missing" for name in missing]
    faults += [f"the column {name} is there twice" for name in twice]
    if faults:
        raise NotATable("; ".join(faults))


def _rows(reader: Iterator[list[str]], columns: Sequence[str]) -> Iterator[Row]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, {}, f"cannot be read: {error}")
            continue
        if not any(cells):
            continue
        told = {name: plain(cell) for name, cell in zip(columns, cells, strict=False)}
        for name in SAID:
            told.pop(name, None)
        surplus = tuple(plain(cell) for cell in cells[len(columns) :])
        yield Row(number, told, _ailment(cells, columns), surplus)


def _ailment(cells: Sequence[str], columns: Sequence[str]) -> str:
    if any(map(_has_bytes, cells)):
        return NOT_UTF_8
    if len(cells) != len(columns):
        return f"has {len(cells)} cells where the header has {len(columns)}"
    return ""


def _has_bytes(text: str) -> bool:
    """Whether there is something in it that was no UTF-8."""
    return not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text)


class Writer:
    """Writes rows of a table, each cell made safe."""

    def __init__(self, out: TextIO, columns: Sequence[str], *, delimiter: str = ",") -> None:
        self._write = csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow
        self._columns = columns
        self.rows = 0
        self._write(columns)

    def row(self, cells: dict[str, object], *, surplus: Sequence[str] = ()) -> None:
        """One row; a column that is not given is empty, and what has none comes behind them all."""
        self._write([*(safe(cells.get(name)) for name in self._columns), *map(safe, surplus)])
        self.rows += 1
