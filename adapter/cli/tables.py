"""`adapter import`, and `adapter export` of one table: members, cards, balances, sales as CSV."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

import click
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from adapter import files
from adapter.cli.answering import who
from adapter.cli.endings import CouldNotRun, Finding
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, console, print_facts, print_json, say
from adapter.db import Database
from adapter.files import Counts, Import, NotATable, RowFault, Writer
from adapter.files.importing import Told

KINDS = click.Choice(list(files.KINDS))
SHOWN = 20  # faults on the screen; the error file has all of them
DELIMITERS = {",": ",", ";": ";", "tab": "\t"}
delimited = click.option(
    "--delimiter", type=click.Choice(list(DELIMITERS)), help="What parts the cells."
)


@click.command("import")
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--program", "code", required=True, metavar="CODE", help="The program's code.")
@click.option("--dry-run", is_flag=True, help="Do it all and undo it: nothing is changed.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the rows that were not done, to be mended and imported again.",
)
@delimited
@as_json
def import_(
    kind: str,
    file: Path,
    code: str,
    dry_run: bool,
    errors: Path | None,
    delimiter: str | None,
    as_json: bool,
) -> None:
    """Take a table of members, cards, balances or transactions (CSV) into a program.

    What has a fault is left undone, and named with its row and column; all else is done. The same
    file again changes nothing, so one that was interrupted is simply imported again.
    """
    if errors is not None and errors.resolve() == file.resolve():
        raise click.UsageError("--errors must be another file than the one that is read")
    with opened(configuration()) as database:
        counts, told = _imported(
            database, kind, file, code=code, dry_run=dry_run, errors=errors, delimiter=delimiter
        )
    facts = counts.told | ({"dry_run": True} if dry_run else {})
    if as_json:
        print_json(facts)
    else:
        print_facts((name.replace("_", " "), count) for name, count in facts.items())
        if dry_run:
            say("Nothing was changed: this was a dry run.")
    if counts.faulty:
        raise Finding(*told)


def _imported(
    database: Database,
    kind: str,
    file: Path,
    *,
    code: str,
    dry_run: bool,
    errors: Path | None,
    delimiter: str | None,
) -> tuple[Counts, list[str]]:
    table, said = files.KINDS[kind], _Said()
    try:
        with _readable(file) as stream, _errors(errors, table) as wrong, _progress(file) as told:
            counts = Import(
                database,
                table,
                program=code,
                errors=wrong,
                fault=said.add,
                told=told,
                actor=who(),
            ).run(stream, dry_run=dry_run, delimiter=DELIMITERS.get(delimiter or ""))
    except NotATable as error:
        raise Finding(f"{file.name}: {error}", "nothing was imported") from error
    except OSError as error:
        raise CouldNotRun(f"{error.filename or file}: {error.strerror or error}") from error
    return counts, said.lines(counts, errors)


class _Said:
    """The first faults, for the screen."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = 0

    def add(self, fault: RowFault) -> None:
        if len(self._lines) < SHOWN:
            self._lines.append(str(fault))
        else:
            self._more += 1

    def lines(self, counts: Counts, errors: Path | None) -> list[str]:
        lines = [*self._lines]
        if self._more:
            lines.append(f"and {self._more} more")
        where = f"; they are in {errors}" if errors else ""
        return [*lines, f"{counts.faulty} rows were left undone{where}"]


@contextmanager
def _errors(path: Path | None, kind: files.Kind) -> Iterator[Writer | None]:
    if path is None:
        yield None
        return
    # It holds what the table holds: people.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(
        os.open(path, flags, 0o600), "w", encoding="utf-8", errors="surrogateescape", newline=""
    ) as out:
        writer = Writer(out, files.columns_of_errors(kind))
        try:
            yield writer
        finally:
            # An empty one would be taken for news; what is no file, such as a pipe, is not ours.
            if not writer.rows and path.is_file():
                path.unlink()


@contextmanager
def _readable(file: Path) -> Iterator[IO[bytes]]:
    """A file that can be read twice: what comes through a pipe is kept aside until it is done."""
    with file.open("rb") as stream:
        if stream.seekable():
            yield stream
            return
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(stream, kept)
            kept.seek(0)
            yield kept


@contextmanager
def _progress(file: Path) -> Iterator[Told]:
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda done, rows: None
        return
    columns = (TextColumn("{task.fields[rows]} rows"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as bar:
        task = bar.add_task("", total=file.stat().st_size, rows=0)
        yield lambda done, rows: bar.update(task, completed=done, rows=rows)


@contextmanager
def _counter(*, is_apart: bool) -> Iterator[Callable[[int], object]]:
    """A bar that moves as long as rows come, where they do not come between: how many there are is
    known when all are written.
    """
    screen = console(stderr=True)
    if not (screen.is_terminal and is_apart):
        yield lambda rows: None
        return
    columns = (TextColumn("{task.completed} rows"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda rows: bar.update(task, completed=rows)


def export_table(
    database: Database, kind: str, code: str, output: Path | None, delimiter: str | None
) -> None:
    """Write one table of a program to a file, or to standard output."""
    chosen = DELIMITERS.get(delimiter or "", ",")

    def write(out: TextIO) -> None:
        with _counter(is_apart=output is not None or not sys.stdout.isatty()) as told:
            files.export(
                database, out, files.KINDS[kind], program=code, delimiter=chosen, told=told
            )

    if output is None:
        # As bytes: a terminal's own encoding and line ends are none of the table's.
        stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        write(stdout)
        stdout.flush()
        stdout.detach()
        return
    with replacing(output) as out:
        write(out)


@contextmanager
def replacing(output: Path) -> Iterator[TextIO]:
    """A draft beside the file, for you alone: the file is replaced whole, or not at all.

    Raises:
        CouldNotRun: It cannot be written.
    """
    try:
        handle, draft = tempfile.mkstemp(dir=output.resolve().parent, prefix=output.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                yield file
            Path(draft).replace(output)
        except BaseException:
            Path(draft).unlink()
            raise
    except OSError as error:
        raise CouldNotRun(f"{output} cannot be written: {error.strerror}") from error
