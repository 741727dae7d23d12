"""The databases of one run of tests: each engine migrated once, and a copy for every test."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from adapter.db import migrations

# Where the workers of one run meet; they inherit the variable.
FOLDER = "ADAPTER_TEST_FOLDER"
# A server that is there already; its user must be allowed to create databases.
GIVEN_SERVER = "ADAPTER_TEST_POSTGRESQL_URL"
# The isolation that PostgreSQL gives whoever asks for none: `make serializable`.
ISOLATION = "ADAPTER_TEST_ISOLATION"
# A folder in memory, where copying costs least; Docker gives it 64 MiB, which is not enough.
MEMORY = "/dev/shm"
ROOM = 2 * 1024**3


class Run:
    """One run of pytest, all of its workers together."""

    def __init__(self) -> None:
        # Short, because the path of a socket must fit into a hundred bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="adapter-", dir=_memory()))
        os.environ[FOLDER] = str(self.folder)
        self._alive = (self.folder / "alive").open("w")
        fcntl.lockf(self._alive, fcntl.LOCK_EX)

    def end(self) -> None:
        """Leave nothing behind: no server, no database on a given one, no file."""
        with suppress(FileNotFoundError):
            PostgresqlCopies.drop_template(self.folder)
        cleaner = (self.folder / "cleaner").exists()
        self._alive.close()  # which lets the cleaner go to work
        os.environ.pop(FOLDER, None)
        for _ in range(100 if cleaner else 0):
            if not self.folder.exists():
                return
            time.sleep(0.1)
        shutil.rmtree(self.folder, ignore_errors=True)


def _memory() -> str | None:
    """A folder that is kept in memory, if there is one with room for many databases."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return None


def run_folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[FOLDER])


class Copies(Protocol):
    """Where databases of one engine come from."""

    def make(self, place: Path, *, migrated: bool = True) -> str:
        """The URL of a new database; one that is a file lies in the folder `place`."""

    def drop(self, url: str) -> None:
        """Forget a database."""


class SqliteCopies:
    """Copies of one migrated SQLite file."""

    def __init__(self, folder: Path) -> None:
        self.template = folder / "template.db"
        with _once(folder, "sqlite") as first:
            if first:
                migrations.upgrade(f"sqlite:///{self.template}")

    def make(self, place: Path, *, migrated: bool = True) -> str:
        """The URL of a new database in the folder `place`."""
        for number in itertools.count():
            path = place / f"test-{number}.db"
            if not path.exists():
                break
        if migrated:
            shutil.copyfile(self.template, path)
        else:
            path.touch()
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Nothing: the files go with the folder of the test."""

    def close(self) -> None:
        """Nothing is held open."""


class PostgresqlCopies:
    """Copies of one migrated PostgreSQL database.

    Measured on two cores with 23 tables, in memory: CREATE DATABASE with the strategy FILE_COPY
    9 ms, with WAL_LOG 20 ms, DROP DATABASE 4 ms. The same on a disk: 15 to 400 ms, as the disk
    pleases. What comes on top of that is in `tests.shelf`.
    """

    def __init__(self, folder: Path, worker: str) -> None:
        self._prefix = f"test_{folder.name.replace('-', '_').lower()}"
        self._numbers = itertools.count()
        self._worker = worker
        with _once(folder, "postgresql") as first:
            if first:
                self._prepare(folder)
        self._server = make_url((folder / "postgresql.url").read_text())
        self._own = GIVEN_SERVER not in os.environ
        self._admin = _connect(self._server.render_as_string(hide_password=False))

    def make(self, place: Path, *, migrated: bool = True, like: str = "") -> str:
        """The URL of a new database; of a copy of the one at the URL `like`, which nobody has open,
        if there is one.
        """
        name = f"{self._prefix}_{self._worker}_{next(self._numbers)}"
        template = f"{self._prefix}_template" if migrated else "template1"
        if like:
            template = make_url(like).database or ""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        # Cheap where a checkpoint costs nothing, which holds for our own server only.
        self._admin.execute(statement + sql.SQL(" STRATEGY FILE_COPY" if self._own else ""))
        if wanted := os.environ.get(ISOLATION):
            # A copy does not take over what was set for its template.
            self._admin.execute(
                sql.SQL("ALTER DATABASE {} SET default_transaction_isolation = {}").format(
                    sql.Identifier(name), sql.Literal(wanted)
                )
            )
        return self._server.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Forget a database, and break the connections a test left open."""
        name = sql.Identifier(make_url(url).database or "")
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def close(self) -> None:
        """Let go of the server."""
        self._admin.close()

    def _prepare(self, folder: Path) -> None:
        given = os.environ.get(GIVEN_SERVER)
        url = make_url(given or _start_server(folder))
        text = url.render_as_string(hide_password=False)
        with _connect(text) as admin:
            name = sql.Identifier(f"{self._prefix}_template")
            admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        migrations.upgrade(url.set(database=f"{self._prefix}_template"))
        (folder / "postgresql.url").write_text(text)

    @staticmethod
    def drop_template(folder: Path) -> None:
        """Drop what was made on a server that outlives this run.

        Raises:
            FileNotFoundError: No PostgreSQL was asked for in this run.
        """
        url = (folder / "postgresql.url").read_text()
        if GIVEN_SERVER not in os.environ:
            return
        prefix = f"test_{folder.name.replace('-', '_').lower()}_"
        with _connect(url) as admin:
            found = admin.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
            )
            for (name,) in found.fetchall():
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _connect(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


def _start_server(folder: Path) -> str:
    # Imported here, because a given server makes the wheel unnecessary.
    from tests.postgresql import Server, clean_up_after

    (folder / "cleaner").touch()
    clean_up_after(folder / "alive", folder)
    server = Server(folder)
    server.start()
    return server.url()


@contextmanager
def _once(folder: Path, name: str) -> Iterator[bool]:
    """Whether this worker is the first to come; the others wait until it is done."""
    with (folder / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / f"{name}.done"
        yield not done.exists()
        done.touch()
