"""How Alembic reaches the database: through the engine it is handed, or the configured one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, Engine, MetaData, text

# Any number that is always the same: it names the lock, nothing else.
LOCK = 20_417_733


def run() -> None:
    """Run what the command asks for, in one transaction: all of its steps, or none."""
    engine, metadata = _asked_for()
    with engine.connect() as connection, _one_at_a_time(connection):
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            # SQLite changes most things of a table only by making it anew.
            render_as_batch=connection.dialect.name == "sqlite",
        )
        context.run_migrations()


def _asked_for() -> tuple[Engine, MetaData | None]:
    handed = context.config.attributes
    if handed.get("connection") is not None:
        return handed["connection"], handed.get("target_metadata")
    # The command line of Alembic, which writes new revisions. Only here is the application needed.
    from adapter import core
    from adapter.config import Config
    from adapter.db import Base, Database

    for area in pkgutil.iter_modules(core.__path__):
        importlib.import_module(f"adapter.core.{area.name}")
    return Database(Config.from_environ().database_url).engine, Base.metadata


@contextmanager
def _one_at_a_time(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        with _without_foreign_keys(connection), connection.begin():
            yield
            _check_foreign_keys(connection)
        return
    with connection.begin():
        # Two upgrades at once wait for each other here; the second finds nothing left to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    # A table that is made anew is dropped in between, with all that refers to it. SQLite ignores
    # the switch within a transaction, so it is thrown on the driver's connection, before any.
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise RuntimeError(f"the migration leaves rows that refer to nothing in: {tables}")


run()
