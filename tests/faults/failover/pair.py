"""Two PostgreSQL servers, the second of which keeps all that the first one acknowledges."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import URL

from tests.databases import run_folder
from tests.faults.backup.tools import (
    NAME,
    ask,
    documented,
    new_database,
    own_folder,
    shell,
    socket_of,
)
from tests.postgresql import Server, clean_up_after

# As docs/operate.md calls it.
SECOND = "db2"
PATIENCE = 60


class Pair:
    """A primary with a standby; a commit is acknowledged when both have it, if it is synchronous.

    Either is reached under a host of its own: the folder of its socket.
    """

    def __init__(self, primary: Server, folder: Path) -> None:
        self.primary = primary
        self._folder = own_folder(folder)
        copy, _, _ = documented("pg_basebackup --dbname").partition("pg_ctl")
        copy = copy.replace("db1.example", socket_of(primary)).replace("replicator", "postgres")
        shell(copy, self._folder)
        # Of the first one's socket, which lies among its data.
        (self._folder / "data" / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        clean_up_after(run_folder() / "alive", self._folder)
        self.standby = Server(self._folder, durable=True)
        self.standby.start()

    def url(self, *hosts: str, ports: str = "") -> str:
        """How a program reaches whichever of the two takes writes."""
        query = {
            "host": ",".join(hosts or (socket_of(self.primary), socket_of(self.standby))),
            "target_session_attrs": "read-write",
        }
        if ports:
            query["port"] = ports
        url = URL.create("postgresql+psycopg", username="postgres", database=NAME, query=query)
        return url.render_as_string(hide_password=False)

    def be_synchronous(self) -> None:
        """From now on nothing is acknowledged that the standby has not written to its disk."""
        # Said to the primary alone: a standby that waited for one would take no writes if promoted.
        for statement in documented("ALTER SYSTEM SET synchronous_standby_names").splitlines():
            ask(self.primary.url(), statement)
        self.wait_until_synchronous()

    def wait_until_synchronous(self) -> None:
        """Go on once commits are waiting for the standby, and it follows."""
        wait_until(lambda: self.standing() == [("streaming", "sync")])

    def wait_until_followed(self) -> None:
        """Go on once the standby has all that the primary has now."""
        ((reached,),) = ask(self.primary.url(), "SELECT pg_current_wal_lsn()::text")
        has = f"SELECT pg_last_wal_replay_lsn() >= '{reached}'"
        wait_until(lambda: ask(self.standby.url(), has) == [(True,)])

    def standing(self) -> list[tuple[object, ...]]:
        """What the primary says of its standby."""
        return ask(self.primary.url(), "SELECT state, sync_state FROM pg_stat_replication")

    def kill_primary(self) -> None:
        """End the primary in its tracks: every process of it, with signal 9."""
        kill_whole(self.primary)

    def promote(self) -> None:
        """Have the standby take writes, as whoever watches over it does; it takes them then."""
        shell("pg_ctl promote --wait --pgdata=data", self._folder)

    def close(self) -> None:
        """Stop the standby; the primary is whose it was."""
        self.standby.stop(crash=True)


def kill_whole(server: Server) -> None:
    """End every process of a server with signal 9."""
    postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
    everybody = [postmaster, *postmaster.children(recursive=True)]
    for process in everybody:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(everybody, timeout=PATIENCE)


def wait_until(is_so: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Go on once something is so.

    Raises:
        AssertionError: It is not so in time.
    """
    give_up_at = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < give_up_at, f"not so within {within} s"
        time.sleep(0.02)


@contextmanager
def pair_of(primary: Server) -> Iterator[Pair]:
    """The primary with a migrated database, and a standby beside it that is gone in the end."""
    new_database(primary)
    pair = Pair(primary, primary.data.parent / SECOND)
    try:
        yield pair
    finally:
        pair.close()
