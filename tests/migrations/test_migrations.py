"""Bringing a database up and down, told where it stands, by any number of processes at once."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from adapter.db import Database, migrations
from adapter.installation import beside

VERSIONS = beside("migrations/env.py").parent / "versions"


def test_an_empty_database_is_at_no_revision(empty_engine: Engine) -> None:
    assert migrations.current_revision(empty_engine) is None
    assert not migrations.is_current(empty_engine)


def test_an_upgrade_ends_at_the_head(empty_engine: Engine) -> None:
    migrations.upgrade(empty_engine)

    assert migrations.current_revision(empty_engine) == migrations.head_revision()
    assert migrations.is_current(empty_engine)


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    with database.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE kept (number INTEGER)"))

    migrations.upgrade(database.engine)

    assert migrations.is_current(database.engine)
    assert inspect(database.engine).has_table("kept")


def test_a_url_will_do_where_an_engine_does(make_database_url: Callable[..., str]) -> None:
    url = make_database_url(migrated=False)

    migrations.upgrade(url)

    assert migrations.is_current(url)
    migrations.downgrade(url, "base")
    assert migrations.current_revision(url) is None


def test_upgrades_at_the_same_time_wait_for_each_other(
    make_database_url: Callable[..., str],
) -> None:
    url = make_database_url(migrated=False)
    command = f"from adapter.db import migrations; migrations.upgrade({url!r})"

    with ThreadPoolExecutor(4) as threads:
        ran = list(
            threads.map(
                lambda _: subprocess.run([sys.executable, "-c", command], check=False), range(4)
            )
        )

    assert [process.returncode for process in ran] == [0, 0, 0, 0]
    assert migrations.is_current(url)


def test_asking_where_a_database_stands_waits_for_no_writer(database: Database) -> None:
    with database.unit_of_work() as work:
        work.session.execute(text("CREATE TABLE busy (number INTEGER)"))

        assert migrations.is_current(database.engine)


HALF = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "half", None, None, None

def upgrade():
    op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))
    raise RuntimeError("halfway")
"""


def test_a_migration_that_fails_halfway_leaves_nothing(
    empty_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use_history(monkeypatch, tmp_path, {"half.py": HALF})

    with pytest.raises(RuntimeError, match="halfway"):
        migrations.upgrade(empty_engine)

    assert inspect(empty_engine).get_table_names() == []


FIRST = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "a", None, None, None

def upgrade():
    op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table(
        "children",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parents.id"), nullable=False),
    )
    op.execute("INSERT INTO parents VALUES (1)")
    op.execute("INSERT INTO children VALUES (1, 1)")
"""
ANEW = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "b", "a", None, None

def upgrade():
    with op.batch_alter_table("parents") as table:
        table.add_column(sa.Column("name", sa.String(9), nullable=False, server_default="?"))
        table.create_check_constraint("ck_parents_name", "name <> ''")
"""
ORPHAN = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "c", "b", None, None

def upgrade():
    op.execute("DELETE FROM parents")
"""


def test_a_table_is_made_anew_under_those_who_refer_to_it(
    empty_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use_history(monkeypatch, tmp_path, {"a.py": FIRST, "b.py": ANEW})

    migrations.upgrade(empty_engine)

    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT id, name FROM parents")).all() == [(1, "?")]
        assert connection.execute(text("SELECT parent_id FROM children")).all() == [(1,)]


def test_a_migration_that_breaks_a_reference_is_refused(
    empty_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use_history(monkeypatch, tmp_path, {"a.py": FIRST, "b.py": ANEW, "c.py": ORPHAN})

    with pytest.raises(Exception, match="children"):
        migrations.upgrade(empty_engine)

    assert migrations.current_revision(empty_engine) is None


def test_foreign_keys_are_watched_again_after_a_migration(
    empty_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use_history(monkeypatch, tmp_path, {"a.py": FIRST})

    migrations.upgrade(empty_engine)

    with (
        pytest.raises(Exception, match=r"(?i)foreign key"),
        empty_engine.begin() as connection,
    ):
        connection.execute(text("INSERT INTO children VALUES (2, 99)"))


def test_migrations_import_nothing_of_the_application() -> None:
    files = sorted(VERSIONS.glob("*.py"))
    imported = {name.partition(".")[0] for file in files for name in _imports(file)}

    assert files
    assert {"alembic", "sqlalchemy"} <= imported
    assert "adapter" not in imported
    assert "tests" not in imported


def test_every_migration_is_named_for_its_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("path_separator", "os")

    for script in ScriptDirectory.from_config(config).walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_the_command_line_of_alembic_finds_the_configured_database(
    database_url: str,
) -> None:
    # It compares the database with the models, as `revision --autogenerate` does.
    ran = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "setup.cfg", "check"],
        cwd=VERSIONS.parents[1],
        env=os.environ | {"ADAPTER_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert "No new upgrade operations detected" in ran.stdout


def _imports(file: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append("." * node.level + (node.module or ""))
    return found


def _use_history(monkeypatch: pytest.MonkeyPatch, folder: Path, versions: dict[str, str]) -> None:
    history = folder / "history"
    (history / "versions").mkdir(parents=True)
    (history / "env.py").write_text((VERSIONS.parent / "env.py").read_text())
    for name, text_of_it in versions.items():
        (history / "versions" / name).write_text(text_of_it)
    monkeypatch.setattr(migrations, "beside", lambda name: folder / "history" / "env.py")
