"""Houses to be struck, and servers that may be stopped without anybody else noticing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from adapter.db import Database
from tests.databases import run_folder
from tests.faults.outages.house import House, house_of
from tests.postgresql import Server, clean_up_after


@pytest.fixture
def make_house(
    make_database: Callable[..., Database],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., House]]:
    """A function that opens a house in the empty database at a URL.

    `through` is another URL by which the application reaches it; all else is told to its Database.
    """
    # Where no settings file of a developer's lies about.
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:

        def make(url: str, *, through: str | None = None, **options: Any) -> House:
            serving = Database(through or url, serving=True, **options)
            stack.callback(serving.dispose)
            return stack.enter_context(house_of(make_database(url, **options), serving))

        yield make


@pytest.fixture
def make_server() -> Iterator[Callable[..., Server]]:
    """A function that starts one more PostgreSQL of the test's own, in a folder if it is told one.

    It is killed at most, and the machine is not: what it writes need not reach a disk to be there.
    """
    servers = []

    def make(folder: Path | None = None) -> Server:
        folder = folder or Path(tempfile.mkdtemp(prefix="adapter-", dir=run_folder().parent))
        clean_up_after(run_folder() / "alive", folder)
        servers.append(Server(folder, durable=True))
        servers[-1].start()
        return servers[-1]

    yield make
    for server in servers:
        server.stop(crash=True)
        shutil.rmtree(server.data.parent, ignore_errors=True)  # a mounted one cannot go


@pytest.fixture
def server(make_server: Callable[[], Server]) -> Server:
    """A PostgreSQL of the test's own, to be stopped and started."""
    return make_server()
