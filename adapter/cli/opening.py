"""The settings and the database a command works with, or the reason why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import click
import structlog
from sqlalchemy import URL, inspect, make_url

from adapter.cli import later
from adapter.cli.endings import CouldNotRun
from adapter.cli.output import say
from adapter.config import Config
from adapter.core import partners
from adapter.db import Database, migrations


class Schema(Enum):
    """How the tables in a database stand to what this version needs."""

    ABSENT = "there is no such file"
    EMPTY = "empty"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "of a newer version"
    FOREIGN = "somebody else's"


ADVICE = {
    Schema.ABSENT: "the database does not exist yet: run adapter db upgrade, or adapter load FILE",
    Schema.EMPTY: "the database is empty: run adapter db upgrade, or adapter load FILE",
    Schema.BEHIND: "the database is behind this version: back it up and run adapter db upgrade",
    Schema.AHEAD: "the database was migrated by a newer version: install that version",
    Schema.FOREIGN: "the database holds tables that are not ours: name another in database_url",
}
OTHER_KEY = (
    "the secret key is not the one that this database's credentials were made with: "
    "set ADAPTER_SECRET_KEY to that key, or end all it made with adapter credentials rekey"
)

log = structlog.get_logger()


def configuration() -> Config:
    """The settings, from the file the command line names if it does.

    Raises:
        ConfigError: They cannot be used.
    """
    return Config.from_environ(file=click.get_current_context().find_object(Path))


@contextmanager
def opened(
    config: Config, *, create: bool = False, serving: bool = False, goes_on: bool = False
) -> Iterator[Database]:
    """The configured database with the tables this version needs.

    With `create` an empty database is given its tables: there is nothing to lose. With `serving`
    no wait is longer than seconds, for whoever tries again anyway. Who `goes_on` is content with
    tables of a newer version that only added to ours, for it may be on its way to replace us.

    Raises:
        CouldNotRun: It has not, and what to do about it.
    """
    if not create and is_absent(make_url(config.database_url)):
        raise CouldNotRun(ADVICE[Schema.ABSENT])
    database = connect(config, serving=serving)
    try:
        state = schema_of(database)
        if create and state in (Schema.ABSENT, Schema.EMPTY):
            migrations.upgrade(database.engine)
            say(f"The database was empty and has its tables now: {shown(database)}", stderr=True)
        elif state is Schema.AHEAD and goes_on:
            _go_on(database)
        elif state is not Schema.CURRENT:
            raise CouldNotRun(ADVICE[state])
        yield database
    finally:
        database.dispose()


def _go_on(database: Database) -> None:
    if faults := list(later.obstacles(database)):
        raise CouldNotRun(ADVICE[Schema.AHEAD], *faults)
    revision = migrations.current_revision(database.engine)
    log.warning("the tables are of a newer version: end the upgrade soon", revision=revision)


def connect(config: Config, *, serving: bool = False) -> Database:
    """The configured database, whatever is in it."""
    return Database(
        config.database_url,
        serving=serving,
        pool_size=config.pool_size,
        sqlite_synchronous=config.sqlite_synchronous,
    )


def schema_of(database: Database) -> Schema:
    """How the database's tables stand to what this version needs."""
    if is_absent(database.url):
        return Schema.ABSENT
    revision = migrations.current_revision(database.engine)
    if revision is None:
        looking = database.engine.execution_options(begin="BEGIN")
        with looking.connect() as connection:
            return Schema.FOREIGN if inspect(connection).get_table_names() else Schema.EMPTY
    if revision == migrations.head_revision():
        return Schema.CURRENT
    return Schema.BEHIND if migrations.is_known(revision) else Schema.AHEAD


def is_absent(url: URL) -> bool:
    """Whether this is a SQLite file that is not there; connecting would make it."""
    path = sqlite_file(url)
    return path is not None and not path.exists()


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite database; none where it is of another kind, or in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return None if str(url.database).startswith("file:") else Path(str(url.database))


def shown(database: Database) -> str:
    """The database's address, without its password."""
    known = database.url.difference_update_query(["password", "sslpassword"])
    return known.render_as_string(hide_password=True)


def require_key(config: Config, database: Database) -> None:
    """Go on only with the key that the database's credentials were made with.

    Raises:
        CouldNotRun: It is another.
    """
    mark = partners.mark(config.secret_key)
    if not database.run(lambda work: partners.check_key(work, mark)):
        raise CouldNotRun(OTHER_KEY)
