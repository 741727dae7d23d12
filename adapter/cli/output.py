"""What commands print: tables for people, JSON for machines, both fit for a pipe."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeVar

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapter.core.support import moment, money

__all__ = [
    "as_json",
    "console",
    "moment",
    "money",
    "print_facts",
    "print_json",
    "print_table",
    "say",
    "spelt",
    "stacked",
]

F = TypeVar("F", bound=Callable[..., Any])

# Where nobody tells how wide a line may be.
WIDTH = 100

# What drives a terminal, and what turns the direction of writing: a till may send either.
_STEERING = (
    *range(0x20),
    *range(0x7F, 0xA0),
    *(0x061C, 0x200E, 0x200F),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_SPELT = {one: f"\\x{one:02x}" if one < 0x100 else f"\\u{one:04x}" for one in _STEERING}
# JSON spells those below by itself, and has line ends of its own.
_SPELT_IN_JSON = {one: f"\\u{one:04x}" for one in _STEERING if one >= 0x20}

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def console(*, stderr: bool = False) -> Console:
    """A console on the present stdout or stderr; without colours where that is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        # A terminal that knows no Cyrillic gets escapes, not an exception.
        stream.reconfigure(errors="backslashreplace")
    width = None if stream.isatty() else WIDTH
    return Console(file=stream, width=width, highlight=False, emoji=False, markup=False)


def spelt(text: object) -> str:
    """A text in one line that is only read: what would steer the terminal is an escape."""
    return str(text).translate(_SPELT)


def stacked(first: object, *more: object) -> Text:
    """A cell of a table: what it is about, and what else is known of it in lines below."""
    cell = Text(spelt(first))
    for line in filter(None, more):
        cell.append(f"\n{spelt(line)}", style="dim")
    return cell


def say(text: str = "", *, style: str = "", stderr: bool = False) -> None:
    """Print a line, folded only by the terminal itself."""
    console(stderr=stderr).print(Text(spelt(text), style=style), soft_wrap=True)


def print_json(document: Any, *, indent: int | None = 2) -> None:
    """Print a document with its letters as they are, but for those that steer a terminal."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, default=str)
    click.echo(text.translate(_SPELT_IN_JSON))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[str] = (),
    whole: Iterable[str] = (),
) -> None:
    """Print rows below headings; columns in `right` are numbers, those in `whole` not folded."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        justify: Literal["right", "left"] = "right" if column in right else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(spelt(cell)) for cell in row))
    console().print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one pair a line; what is empty is left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        if value not in (None, ""):
            grid.add_row(Text(name, style="bold"), Text(spelt(value)))
    console().print(grid)
