"""`adapter load` and `adapter export`: programs as files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, TextIO

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from adapter import programfile
from adapter.cli.answering import record, who
from adapter.cli.endings import CouldNotRun, Finding
from adapter.cli.opening import configuration, opened, require_key
from adapter.cli.output import as_json, console, print_facts, print_json, print_table, say
from adapter.cli.tables import KINDS, delimited, export_table, replacing
from adapter.config import Config
from adapter.core import programs
from adapter.db import Database, Work
from adapter.programfile import FileFaults, Report
from adapter.protocols import PROTOCOLS

Tell = Callable[[int, int | None], None]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Do it all and undo it: nothing is changed.")
@as_json
def load(file: str, dry_run: bool, as_json: bool) -> None:
    """Make the database agree with a program file; - reads it from standard input.

    Everything is looked at before anything is written; every fault is named with its place. An
    empty database is given its tables. Secrets made for credentials are shown once.
    """
    config = configuration()
    source = sys.stdin.buffer if file == "-" else Path(file)
    with opened(config, create=True) as database:
        require_key(config, database)
        done = load_file(config, database, source, dry_run=dry_run)
    if as_json:
        print_json(asdict(done))
    else:
        _print(done)


def load_file(
    config: Config, database: Database, source: Path | IO[Any], *, dry_run: bool = False
) -> Report:
    """What loading a program file did, its progress shown on a terminal.

    Raises:
        Finding: The file has faults, each named with its place; nothing was written.
        CouldNotRun: The file cannot be read.
    """
    try:
        with _progress() as tell:
            return programfile.load(
                database,
                source,
                pepper=config.secret_key,
                protocols=PROTOCOLS,
                progress=tell,
                dry_run=dry_run,
                actor=who(),
            )
    except FileFaults as error:
        raise Finding(*str(error).splitlines(), "nothing was loaded") from error
    except OSError as error:
        raise CouldNotRun(f"the file cannot be read: {error.strerror or error}") from error


@click.command()
@click.argument("kind", type=KINDS, required=False)
@click.option("--program", "code", metavar="CODE", help="Only this program.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, for you alone: it is full of personal data.  [default: stdout]",
)
@delimited
def export(kind: str | None, code: str | None, output: Path | None, delimiter: str | None) -> None:
    """Write programs as a file that `adapter load` reads; no secret is in it, and the audit says
    who took it.

    With KIND write one table of one program, as CSV that `adapter import` reads.
    """
    if kind is None and delimiter is not None:
        raise click.UsageError("--delimiter is for a table: name a KIND")
    if kind is not None and code is None:
        raise click.UsageError("a table is of one program: name it with --program")
    with opened(configuration()) as database:
        database.run(lambda work: _record(work, kind or "program file", code))
        if kind is not None and code is not None:
            export_table(database, kind, code, output, delimiter)
        elif output is None:
            _write(database, sys.stdout, code)
        else:
            _write_file(database, output, code)
    if output is not None:
        say(f"{output} is written.", stderr=True)


def _record(work: Work, kind: str, code: str | None) -> None:
    program_id = programs.by_code(work, code).id if code else None
    record(work, "file.export", "file", None, program_id, after={"kind": kind})


def _write_file(database: Database, output: Path, code: str | None) -> None:
    with replacing(output) as file:
        _write(database, file, code)


def _write(database: Database, out: TextIO, code: str | None) -> None:
    programfile.export(database, out, program=code, protocols=PROTOCOLS)


@contextmanager
def _progress() -> Iterator[Tell]:
    """What a load tells of its progress; a bar on a terminal, silence in a pipe."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as bar:
        looking = bar.add_task("looked at", total=None)
        writing = bar.add_task("written", total=None, visible=False)

        def tell(done: int, total: int | None) -> None:
            # How many there are is known when all were looked at.
            if total is None:
                bar.update(looking, completed=done)
            else:
                bar.update(writing, completed=done, total=total, visible=True)

        yield tell


def _print(done: Report) -> None:
    facts = {name: count for name, count in asdict(done).items() if isinstance(count, int)}
    facts.pop("dry_run", None)
    print_facts((name.replace("_", " "), count) for name, count in facts.items())
    for remark in done.remarks:
        say(f"note: {remark}", style="yellow")
    if done.secrets:
        say()
        rows = [(made.program, made.protocol, made.name, made.secret) for made in done.secrets]
        print_table(("program", "protocol", "name", "secret"), rows)
        say("The secrets are shown this once; only their digests are kept.", style="yellow")
    if done.dry_run:
        say("Nothing was changed: this was a dry run.")
