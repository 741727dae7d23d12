"""`adapter backup`: a SQLite database copied while it is written to, and the copy looked over."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine, NullPool, create_engine, exc, make_url

from adapter.cli.endings import BadSettings, CouldNotRun, Finding
from adapter.cli.opening import ADVICE, Schema, configuration, connect, schema_of
from adapter.cli.output import as_json, console, print_json, say
from adapter.db import Database, migrations

NOT_SQLITE = (
    "adapter backup copies SQLite only: back up PostgreSQL with pg_dump or pg_basebackup, as "
    "docs/operate.md says"
)
# 4 MiB of ordinary pages: between two such steps Ctrl-C is heard and the bar moves on.
PAGES_A_STEP = 1024

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was found whole: where it is, and of what moment."""

    file: str
    size: int
    revision: str
    taken_at: datetime


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@as_json
def backup(file: Path, force: bool, as_json: bool) -> None:
    """Copy a SQLite database to FILE while it is served; no writer waits for it.

    The copy is of one moment, is looked over and is on the disk before it bears its name. It is
    full of personal data, and for you alone.
    """
    config = configuration()
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite":
        raise BadSettings(NOT_SQLITE)
    if url.database in (None, "", ":memory:"):
        raise BadSettings("the database is in memory: there is nothing to copy")
    database = connect(config)
    try:
        state = schema_of(database)
        # One that is behind can be backed up: that is what to do before db upgrade.
        if state not in (Schema.CURRENT, Schema.BEHIND):
            raise CouldNotRun(ADVICE[state])
        with _progress() as tell:
            copy = copied(database, file, force=force, tell=tell)
    except OSError as error:
        raise CouldNotRun(f"{file} cannot be written: {error.strerror or error}") from error
    finally:
        database.dispose()
    if as_json:
        print_json(asdict(copy))
    else:
        say(
            f"{file} holds all that was committed by {copy.taken_at:%Y-%m-%d %H:%M:%S} UTC: "
            f"{copy.size} bytes, at revision {copy.revision}, found whole."
        )


def copied(
    database: Database, file: Path, *, force: bool = False, tell: Tell = lambda done, total: None
) -> Copy:
    """The copy, under its name only once it is whole: whatever goes wrong, `file` is as it was.

    Raises:
        BadSettings: There is such a file, and it is not to be replaced.
        CouldNotRun: The copy could not be made.
        Finding: It is not sound, and was not kept.
        OSError: There is no room, or no right to write.
    """
    _require_free(database, file, force=force)
    folder = file.absolute().parent
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{file.name}.")
    os.close(handle)
    draft = Path(name)
    try:
        taken_at = _copy(database, draft, tell)
        revision = _look_over(draft)
        _to_disk(draft)
        size = draft.stat().st_size
        _require_free(database, file, force=force)
        draft.replace(file)
        _to_disk(folder)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return Copy(str(file), size, revision, taken_at)


def _require_free(database: Database, file: Path, *, force: bool) -> None:
    with _driver(database) as source:
        (_, _, own), *_ = source.execute("PRAGMA database_list")
    if file.exists() and own and file.samefile(own):
        raise BadSettings(f"{file} is the database itself")
    if file.exists() and not force:
        raise BadSettings(f"{file} exists already and was left as it is: --force replaces it")
    for beside in (Path(f"{file}-wal"), Path(f"{file}-journal")):
        if beside.exists():
            raise BadSettings(f"{beside} would be taken for a part of the copy: move it away first")


def _copy(database: Database, draft: Path, tell: Tell) -> datetime:
    """The moment of which the copy is."""
    with _driver(database) as source, closing(sqlite3.connect(draft)) as target:
        try:
            # What is written here is thrown away if the machine goes down, and synced once if not.
            target.execute("PRAGMA journal_mode=OFF")
            target.execute("PRAGMA synchronous=OFF")
            # One snapshot for all steps. Without it each write of another process would begin the
            # copy anew, and a busy shop would never see it end. No writer waits for a snapshot.
            source.execute("BEGIN")
            taken_at = database.clock()
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(
                target,
                pages=PAGES_A_STEP,
                progress=lambda _status, left, total: tell(total - left, total),
            )
        except sqlite3.Error as error:
            raise CouldNotRun(f"the copy could not be made: {error}") from error
    return taken_at


@contextmanager
def _driver(database: Database) -> Iterator[sqlite3.Connection]:
    with closing(database.engine.raw_connection()) as pooled:
        yield cast(sqlite3.Connection, pooled.driver_connection)


def _look_over(draft: Path) -> str:
    """The revision of a copy that is whole.

    Raises:
        Finding: It is not.
    """
    # Immutable: looking must not leave a log and an index of it beside the file.
    address = f"{draft.as_uri()}?immutable=1"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
    )
    try:
        faults, revision = _faults(engine), migrations.current_revision(engine)
    except exc.DatabaseError as error:
        faults, revision = [str(error.orig)], None
    if not faults and revision is not None and migrations.is_known(revision):
        return revision
    raise Finding(
        *(f"the copy is not sound: {fault}" for fault in faults or [f"its revision is {revision}"]),
        "it was not kept; the database may be damaged itself: try PRAGMA integrity_check on it",
    )


def _faults(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        said = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    return [str(fault) for fault in said if fault != "ok"]


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _progress() -> Iterator[Tell]:
    """What a copy tells of its progress; a bar on a terminal, silence in a pipe."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda done, total: None
        return
    columns = (TextColumn("copied"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("copied", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
