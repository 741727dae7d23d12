"""The commands of docs/operate.md, line by line, while the shop is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from adapter.db import Database
from tests.faults.backup.tools import (
    NAME,
    ask,
    documented,
    new_database,
    own_folder,
    shell,
    socket_of,
)
from tests.faults.host import Host
from tests.faults.journal import Journal
from tests.faults.reckoning import assert_agree
from tests.faults.shop import Shop, open_shop
from tests.faults.terminal import selling
from tests.postgresql import Server
from tests.protocols.callers import postgresql_only

Command = Callable[..., Result]


@pytest.fixture
def place(server: Server) -> Path:
    """A folder for dumps and copies, on the disk of the server."""
    return own_folder(server.data.parent / "backups")


@dataclass
class Day:
    """A shop that sold while its database was copied, and what was acknowledged before: before the
    copies were made, and before the archive had the last of its log.
    """

    shop: Shop
    copied: Journal
    archived: Journal


@pytest.fixture
def assert_holds(
    adapter: Command, make_database: Callable[..., Database]
) -> Callable[[str, Shop, Journal], None]:
    """A function that fails unless a restored database is sound, and has all that it must."""

    def look(url: str, shop: Shop, before: Journal) -> None:
        for command in (("db", "check"), ("ledger", "verify")):
            said = adapter(url, *command)
            assert said.exit_code == 0, said.output
        assert_agree(make_database(url), shop, before)

    return look


@pytest.fixture
def busy(
    make_database: Callable[..., Database],
    until_now: Callable[[Journal], Journal],
    tmp_path: Path,
) -> Callable[..., Day]:
    """A function that does something, and later something else, while a shop sells."""

    def busy(url: str, copy: Callable[[], None], archive: Callable[[], None]) -> Day:
        shop, journal = open_shop(make_database(url)), Journal()
        with Host(url, tmp_path) as host, selling(host.url, shop, journal):
            journal.wait_for(40)
            copied = until_now(journal)
            copy()
            journal.wait_for(40)
            archived = until_now(journal)
            archive()
        return Day(shop, copied, archived)

    return busy


@postgresql_only
def test_what_was_copied_under_load_is_restored_on_other_servers(
    server: Server,
    place: Path,
    make_server: Callable[..., Server],
    busy: Callable[..., Day],
    assert_holds: Callable[[str, Shop, Journal], None],
) -> None:
    """From a dump, from a base backup and its archive, and from a base backup alone."""
    archive = own_folder(place / "archive")
    settings = documented("# postgresql.conf: an archive").replace("/archive", str(archive))
    with (server.data / "postgresql.conf").open("a") as file:
        file.write(settings)
    server.stop()
    server.start()
    copy = documented("pg_dump") + documented("pg_basebackup --host")

    def leave_it_to_the_archive() -> None:
        ((last,),) = ask(server.url(), "SELECT pg_walfile_name(pg_switch_wal())")
        shell(f"until [ -f {archive}/{last} ]; do sleep 0.1; done", place)

    day = busy(
        new_database(server),
        lambda: shell(copy.replace("db.example", socket_of(server)), place),
        leave_it_to_the_archive,
    )
    server.stop(crash=True)

    new = make_server(place / "new")
    shell(documented("createdb").replace("new.example", socket_of(new)), place)
    assert_holds(new.url(NAME), day.shop, day.copied)

    folder = restored(place, "archived")
    recover = documented("# on the new server, before its first start")
    shell(recover.replace("/archive", str(archive)), folder / "data")
    new = make_server(folder)
    in_recovery = f"psql --host={socket_of(new)} -Atc 'SELECT pg_is_in_recovery()' postgres"
    shell(f"until {in_recovery} | grep -q f; do sleep 0.1; done", place)
    assert_holds(new.url(NAME), day.shop, day.archived)

    # The last one, for it archives its log where the others look for theirs.
    new = make_server(restored(place, "alone"))
    assert_holds(new.url(NAME), day.shop, day.copied)


def restored(place: Path, name: str) -> Path:
    """A folder with the base backup where a server looks for its data."""
    folder = own_folder(place / name)
    shell(f"cp --recursive --preserve=mode adapter-base {name}/data", place)
    # Of the socket, which only these servers have among their data.
    (folder / "data" / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    return folder


def test_postgresql_is_said_to_have_tools_of_its_own(adapter: Command, tmp_path: Path) -> None:
    refused = adapter("postgresql://nobody@127.0.0.1:1/none", "backup", tmp_path / "copy.db")

    assert refused.exit_code == 2
    assert "pg_dump or pg_basebackup" in refused.stderr and refused.stderr.count("\n") == 1
