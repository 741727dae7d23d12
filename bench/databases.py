"""Databases of each engine that keep what they commit; nothing of them is left afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from adapter.db import Database, migrations
from bench import shop
from tests.postgresql import Server

ENGINES = ("sqlite", "postgresql")
# As a server has it that is there for this alone; what is not named stays as it comes.
SETTINGS = """
shared_buffers = 1GB
max_wal_size = 4GB
autovacuum = on
"""


class Engine:
    """One engine, and the databases that were made on it."""

    def __init__(self, name: str, folder: Path, server: Server | None) -> None:
        self.name = name
        self.programs = server._server.bin_path if server else None
        self._folder = folder
        self._server = server
        self._shops: dict[int, str] = {}

    def make(self, name: str) -> str:
        """The URL of a new database, with our tables in it."""
        if self._server is None:
            url = f"sqlite:///{self._folder / name}.db"
        else:
            _execute(self._server.url(), f"CREATE DATABASE {name}")
            url = self._server.url(name)
        database = Database(url)
        migrations.upgrade(database.engine)
        database.dispose()
        return url

    def shop(self, members: int) -> str:
        """The URL of the database with one program and so many members, which scenarios share."""
        if members not in self._shops:
            url = self._shops[members] = self.make(f"shop_{members}")
            shop.open_shop(url)
            shop.enrol_all(url, members)
            self.settle(url)
        return self._shops[members]

    def settle(self, url: str) -> int:
        """The bytes a database takes, once all that was written has come to rest."""
        if self._server is None:
            _execute(url, "PRAGMA wal_checkpoint(TRUNCATE)", "ANALYZE")
            return Path(url.removeprefix("sqlite:///")).stat().st_size
        _execute(url, "VACUUM (ANALYZE)", "CHECKPOINT")
        return count(url, "SELECT pg_database_size(current_database())")


@contextmanager
def running(name: str) -> Iterator[Engine]:
    """An engine, stopped and swept away for certain on leaving."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if name == "sqlite":
            yield Engine(name, Path(folder), None)
            return
        server = Server(Path(folder), durable=True)
        with (server.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        server.start()
        try:
            yield Engine(name, Path(folder), server)
        finally:
            server.stop()


def count(url: str, query: str) -> int:
    """The one number a query answers."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = int(connection.execute(text(query)).scalar_one())
    engine.dispose()
    return found


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
