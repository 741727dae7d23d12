"""The schema's history: bring a database to a revision, or say at which one it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Engine

from adapter.db.database import Database
from adapter.installation import beside


def upgrade(database: str | URL | Engine, revision: str = "head") -> None:
    """Bring the database up to `revision`: wholly, or not at all."""
    with _engine(database) as engine:
        command.upgrade(_config(engine), revision)


def downgrade(database: str | URL | Engine, revision: str) -> None:
    """Bring the database down to `revision`, or to nothing with `base`: wholly, or not at all."""
    with _engine(database) as engine:
        command.downgrade(_config(engine), revision)


def current_revision(database: str | URL | Engine) -> str | None:
    """The revision the database is at; None where nothing has been migrated."""
    # A look must not wait for the writers of a SQLite file.
    with _engine(database) as engine, engine.execution_options(begin="BEGIN").connect() as found:
        return MigrationContext.configure(found).get_current_revision()


@cache
def head_revision() -> str | None:
    """The revision this version of the program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_known(revision: str) -> bool:
    """Whether this version of the program has heard of a revision."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def is_current(database: str | URL | Engine) -> bool:
    """Whether the database is at exactly the revision this version needs."""
    return current_revision(database) == head_revision()


@contextmanager
def _engine(database: str | URL | Engine) -> Iterator[Engine]:
    if isinstance(database, Engine):
        yield database
        return
    url = database if isinstance(database, str) else database.render_as_string(hide_password=False)
    opened = Database(url)
    try:
        yield opened.engine
    finally:
        opened.dispose()


def _config(engine: Engine | None = None) -> Config:
    config = Config()
    folder = str(beside("migrations/env.py").parent)
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = engine
    return config
