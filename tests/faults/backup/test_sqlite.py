"""`adapter backup` of a shop that is open: all that was acknowledged before is in the copy."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import make_url

from adapter.cli import backup
from adapter.core import programs
from adapter.db import Database, migrations
from tests.factories import findings, make_member
from tests.faults.backup.tools import documented, shell
from tests.faults.host import Host
from tests.faults.journal import Ask, Done, Journal, Kind
from tests.faults.outages.house import served
from tests.faults.reckoning import assert_agree
from tests.faults.shop import open_shop
from tests.faults.terminal import Line, selling
from tests.protocols.callers import sqlite_only

pytestmark = sqlite_only
Command = Callable[..., Result]
SOUND = "The ledger is sound"


def text_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_what_was_acknowledged_before_a_backup_under_load_is_in_it(
    adapter: Command,
    database: Database,
    make_database: Callable[..., Database],
    until_now: Callable[[Journal], Journal],
    tmp_path: Path,
) -> None:
    shop, journal = open_shop(database), Journal()
    with Host(text_of(database), tmp_path) as host, selling(host.url, shop, journal):
        journal.wait_for(40)
        before = until_now(journal)
        done = adapter(text_of(database), "backup", tmp_path / "copy.db", "--json")
        journal.wait_for(40)

    assert (done.exit_code, done.stderr) == (0, "")
    restored = tmp_path / "elsewhere" / "adapter.db"
    restored.parent.mkdir()
    (tmp_path / "copy.db").rename(restored)
    verified = adapter(f"sqlite:///{restored}", "ledger", "verify")
    assert verified.exit_code == 0 and SOUND in verified.stdout
    assert_agree(make_database(f"sqlite:///{restored}"), shop, before)


def test_a_till_that_repeats_itself_after_a_restore_is_entered_once(
    database: Database, make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """What the copy has is known again by its reference, and what it lacks is entered as new."""
    shop, journal, file = open_shop(database), Journal(), tmp_path / "copy.db"
    sales = [Ask(Kind.SALE, shop.phones[0], f"S-{number}", 100) for number in range(6)]
    with served(database) as url, closing(Line(url, journal)) as till:
        for number, sale in enumerate(sales):
            assert isinstance(till.say(sale), Done)
            if number == 2:
                backup.copied(database, file)

    again = Journal()
    restored = make_database(f"sqlite:///{file}")
    with served(restored) as url, closing(Line(url, again)) as till:
        for sale in sales:
            assert isinstance(till.say(sale), Done)

    assert_agree(restored, shop, again)
    known = set(journal.acknowledged) & set(again.acknowledged)
    assert {done.reference for done in known} == {"S-0", "S-1", "S-2"}


def test_a_restore_as_documented_leaves_the_lost_log_aside(
    database: Database, make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """The server was killed: what it wrote last is still in the log beside the file."""
    backups = tmp_path / "backups"
    backups.mkdir()
    shop = open_shop(database)
    backup.copied(database, backups / "adapter.db")
    with database.unit_of_work() as work:
        make_member(work, shop.program)
    for lost in Path(make_url(text_of(database)).database or "").parent.glob("*.db*"):
        name = lost.name.replace(
            Path(make_url(text_of(database)).database or "").name, "adapter.db"
        )
        shutil.copyfile(lost, tmp_path / name)
    assert (tmp_path / "adapter.db-wal").stat().st_size > 0

    shell(documented("mkdir lost").replace("/backups", str(backups)), tmp_path, user=None)

    restored = make_database(f"sqlite:///{tmp_path / 'adapter.db'}")
    assert_agree(restored, shop, Journal())
    assert sorted(os.listdir(tmp_path / "lost")) == [
        "adapter.db",
        "adapter.db-shm",
        "adapter.db-wal",
    ]


def test_a_copy_ends_and_is_of_one_moment_though_somebody_writes_at_every_step(
    database: Database,
    make_database: Callable[..., Database],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A copy of what is there now would begin anew at every write, and mix two moments."""
    monkeypatch.setattr(backup, "PAGES_A_STEP", 50)
    with database.unit_of_work() as work:
        program = programs.put(work, code="MAIN").terms()
    steps = []

    def write(done: int, total: int) -> None:
        assert done <= total and len(steps) < total, "it began anew"
        steps.append(done)
        with database.unit_of_work() as work:
            make_member(work, program)

    backup.copied(database, tmp_path / "copy.db", tell=write)

    assert steps == sorted(steps) and len(steps) > 2
    with make_database(f"sqlite:///{tmp_path / 'copy.db'}").reading() as work:
        assert findings(work) == []
        assert (
            work.session.connection().exec_driver_sql("SELECT count(*) FROM members").scalar() == 0
        )


def test_what_it_says_is_true(adapter: Command, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"

    said = adapter(text_of(database), "backup", file)
    facts = json.loads(adapter(text_of(database), "backup", file, "--force", "--json").stdout)

    assert said.exit_code == 0 and f"{file} holds all that was committed by" in said.stdout
    assert (facts["file"], facts["size"]) == (str(file), file.stat().st_size)
    assert facts["revision"] == migrations.head_revision()
    assert datetime.fromisoformat(facts["taken_at"]).tzinfo is not None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["copy.db"]


def test_before_an_upgrade_a_database_is_backed_up_as_it_is(
    adapter: Command, database: Database, tmp_path: Path
) -> None:
    older = "0001"
    migrations.downgrade(text_of(database), older)

    said = adapter(text_of(database), "backup", tmp_path / "copy.db", "--json")

    assert (said.exit_code, json.loads(said.stdout)["revision"]) == (0, older)


def test_a_file_that_is_there_is_replaced_only_if_told_so(
    adapter: Command, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    file.write_text("of last night")

    refused = adapter(text_of(database), "backup", file)

    assert (refused.exit_code, refused.stderr) == (
        2,
        f"adapter: {file} exists already and was left as it is: --force replaces it\n",
    )
    assert file.read_text() == "of last night"
    assert adapter(text_of(database), "backup", file, "--force").exit_code == 0
    assert adapter(f"sqlite:///{file}", "ledger", "verify").exit_code == 0


def test_the_database_itself_is_never_replaced(adapter: Command, database: Database) -> None:
    file = make_url(text_of(database)).database

    refused = adapter(text_of(database), "backup", file, "--force")

    assert (refused.exit_code, refused.stderr) == (2, f"adapter: {file} is the database itself\n")


def test_a_log_that_would_be_read_into_the_copy_is_noticed(
    adapter: Command, database: Database, tmp_path: Path
) -> None:
    """SQLite cannot tell whose log it finds beside a file."""
    (tmp_path / "copy.db-wal").write_bytes(b"of another file of this name")

    refused = adapter(text_of(database), "backup", tmp_path / "copy.db", "--force")

    assert refused.exit_code == 2 and "copy.db-wal would be taken for a part" in refused.stderr


def test_a_damaged_database_gives_no_copy(
    adapter: Command, database: Database, tmp_path: Path
) -> None:
    with database.unit_of_work() as work:
        programs.put(work, code="MAIN")
    database.dispose()
    file = Path(make_url(text_of(database)).database or "")
    whole = file.read_bytes()
    # The index by which a program is found by its code says another code than the row.
    place = whole.rindex(b"MAIN")
    file.write_bytes(whole[:place] + b"MINE" + whole[place + 4 :])

    found = adapter(text_of(database), "backup", tmp_path / "copy.db")

    assert found.exit_code == 1
    assert found.stderr.startswith("adapter: the copy is not sound: ")
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_copied_is_said_in_a_line(
    adapter: Command, make_database_url: Callable[..., str], tmp_path: Path
) -> None:
    nowhere = adapter(make_database_url(), "backup", tmp_path / "nowhere" / "copy.db")
    empty = adapter(make_database_url(migrated=False), "backup", tmp_path / "copy.db")
    absent = adapter(f"sqlite:///{tmp_path}/absent.db", "backup", tmp_path / "copy.db")
    memory = adapter("sqlite://", "backup", tmp_path / "copy.db")

    assert [one.exit_code for one in (nowhere, empty, absent, memory)] == [3, 3, 3, 2]
    for one in (nowhere, empty, absent, memory):
        assert one.stdout == "" and one.stderr.startswith("adapter: ")
        assert one.stderr.count("\n") == 1
    assert os.listdir(tmp_path) == []
