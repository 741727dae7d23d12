"""A disk without room: what writes is refused, what was acknowledged stays, and it goes on again.

On SQLite a file system of a few MiB is filled where we may mount one, and files are kept from
growing in any case. A server does not live through the latter: it has its tests where we may mount.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from adapter.db import migrations
from tests.databases import run_folder
from tests.faults.backup.tools import ask, new_database, own_folder
from tests.faults.failover.pair import wait_until
from tests.faults.outages.disks import FULL_BY, Disk, Mounted, may_mount, mounted
from tests.faults.outages.house import House
from tests.postgresql import Server
from tests.protocols.callers import postgresql_only, sqlite_only

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture(params=FULL_BY)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A disk that can be full, by whatever is possible here."""
    with FULL_BY[request.param](tmp_path / "disk", 8) as disk:
        yield disk


@pytest.fixture
def real_disk() -> Iterator[Mounted]:
    """A file system with room for a server. Ask for it first: it must outlive the server."""
    place = Path(tempfile.mkdtemp(prefix="adapter-", dir=run_folder().parent))
    place.chmod(0o755)  # the server is not ours
    with mounted(place / "disk", 160) as disk:
        yield disk
    shutil.rmtree(place)


@sqlite_only
def test_a_full_disk_under_a_file(disk: Disk, make_house: Callable[..., House]) -> None:
    url = f"sqlite:///{disk.folder}/adapter.db"
    migrations.upgrade(url)
    house = make_house(url)
    with house.selling():
        house.journal.wait_for(20)
        disk.fill()
        house.is_refused()
        disk.make_room()
        house.journal.wait_for(20)

    house.assert_serves()
    house.assert_agrees()


if may_mount():

    @postgresql_only
    def test_a_full_disk_under_the_tables_of_a_server(
        real_disk: Mounted, server: Server, make_house: Callable[..., House]
    ) -> None:
        tables = own_folder(real_disk.folder / "tables")
        ask(server.url(), f"CREATE TABLESPACE small LOCATION '{tables}'")
        house = make_house(new_database(server, more="TABLESPACE small"))
        with house.selling():
            house.journal.wait_for(20)
            real_disk.fill()
            house.is_refused()
            real_disk.make_room()
            house.journal.wait_for(20)

        house.assert_serves()
        house.assert_agrees()

    @postgresql_only
    def test_a_full_disk_under_the_log_of_a_server(
        real_disk: Mounted,
        make_server: Callable[..., Server],
        make_house: Callable[..., House],
    ) -> None:
        """It ends rather than acknowledge what it cannot keep; somebody must start it again."""
        server = make_server(real_disk.folder)
        house = make_house(new_database(server))
        with house.selling():
            house.journal.wait_for(20)
            real_disk.fill()
            wait_until(lambda: has_no_room_for_a_log(server))
            house.is_refused()
            real_disk.make_room()
            server.stop(crash=True)
            server.start()
            house.journal.wait_for(20)

        house.assert_serves()
        house.assert_agrees()


def has_no_room_for_a_log(server: Server) -> bool:
    """Whether the server ends when it is to begin another file of its log."""
    try:
        ask(server.url(), "SELECT pg_switch_wal()")
    except psycopg.OperationalError:
        return True
    return False
