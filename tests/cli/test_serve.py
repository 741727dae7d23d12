"""The real thing: gunicorn as `adapter serve` starts it, stopped as a service manager does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from adapter.cli import server
from adapter.protocols import PROTOCOLS

ROOT = Path(__file__).parents[2]
PATIENCE = 90


def _environment(url: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTER_")}
    return plain | {
        "ADAPTER_DATABASE_URL": url,
        "ADAPTER_SECRET_KEY": "k" * 40,
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """A port that nobody else is given meanwhile, and that gunicorn may bind beside us."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", 0))
        yield bound


def _wait_until_ready(url: str, process: subprocess.Popen) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            assert requests.get(f"{url}/healthz", timeout=PATIENCE).json() == {"status": "ok"}
            return
        except requests.RequestException:
            time.sleep(0.05)
    pytest.fail("the server did not come up")


@pytest.mark.parametrize("stopper", (signal.SIGTERM, signal.SIGINT))
def test_it_serves_an_empty_database_from_any_folder_and_stops_gracefully(tmp_path, held, stopper):
    # What stands in the folder must not stand in for what is ours.
    (tmp_path / "wsgi.py").write_text("raise SystemExit('not this one')")
    (tmp_path / "gunicorn.py").write_text("raise SystemExit('not this one')")
    port = held.getsockname()[1]
    command = [sys.executable, "-m", "adapter", "serve", "--port", str(port), "--workers", "1"]
    environment = _environment(f"sqlite:///{tmp_path}/shop.db")
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process)
            ready = requests.get(f"{url}/readyz", timeout=PATIENCE)
        finally:
            process.send_signal(stopper)
        said, complained = process.communicate(timeout=PATIENCE)

    assert ready.json() == {
        "status": "degraded",
        "database": "ok",
        "migrations": "current",
        "worker": "missing",
    }
    assert process.returncode == 0
    served = ", ".join(protocol.name for protocol in PROTOCOLS)
    assert f"Serving {served} at {url}".encode() in said
    assert b"has its tables now" in complained


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_port_somebody_listens_at_is_said_in_a_line(run, held):
    port = held.getsockname()[1]
    held.listen()

    result = run("serve", "--port", port)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"adapter: port {port} of 127.0.0.1 is in use\n"


@pytest.fixture
def alter(database):
    """A function that makes the tables a later version's."""

    def alter(*statements: str) -> None:
        with database.engine.begin() as connection:
            for one in (*statements, "UPDATE alembic_version SET version_num = 'later'"):
                connection.exec_driver_sql(one)

    return alter


ADDED = (
    "CREATE TABLE news (id INTEGER NOT NULL)",
    "ALTER TABLE programs ADD COLUMN news INTEGER",
    "ALTER TABLE programs ADD COLUMN more INTEGER NOT NULL DEFAULT 1",
)


@pytest.mark.parametrize("verb", [["serve"], ["worker", "--once"], ["jobs", "run"]])
def test_who_serves_goes_on_with_tables_to_which_a_newer_version_added(
    alter, run, monkeypatch, verb
):
    become = []
    monkeypatch.setattr(server, "become", become.append)
    monkeypatch.setattr(server, "require_free", lambda host, port: None)
    alter(*ADDED)

    result = run(*verb)

    assert result.exit_code == 0
    assert len(become) == (verb == ["serve"])
    assert '"revision": "later"' in result.stderr


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("DROP TABLE job_requests", "the table job_requests is gone"),
        ("ALTER TABLE heartbeats DROP COLUMN host", "the column heartbeats.host is gone"),
        ("ALTER TABLE heartbeats RENAME COLUMN host TO machine", "heartbeats.machine wants a"),
    ],
)
def test_who_serves_does_not_go_on_without_what_it_needs(alter, run, change, what):
    alter(*ADDED, change)

    for verb in (["serve"], ["worker"], ["jobs", "run"]):
        result = run(*verb)

        assert (result.exit_code, what in result.stderr) == (3, True)


@pytest.mark.parametrize(
    "verb", [["ledger", "verify"], ["db", "upgrade"], ["load", "program.json"], ["users", "list"]]
)
def test_nobody_else_works_with_a_newer_versions_tables(alter, run, verb):
    Path("program.json").write_text('{"programs": []}')
    alter(*ADDED)

    result = run(*verb)

    assert (result.exit_code, "migrated by a newer version" in result.stderr) == (3, True)


def test_a_wrong_address_is_said_in_a_line(run):
    assert run("serve", BIND="nonsense").exit_code == 2
    assert run("serve", "--host", "203.0.113.1").exit_code == 3
