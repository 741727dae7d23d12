"""Workers of a real server count together, and leave nothing behind."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from adapter.db import Database
from adapter.web import metric_files
from tests.operations.conftest import TOKEN
from tests.operations.samples import Samples
from tests.protocols.server import serving
from tests.security.doors import DOORS, NAME, SECRET, furnish

TILL = DOORS[1]
CALLS = 40
PATIENCE = 60


@dataclass(frozen=True)
class Server:
    """Where two workers answer, and the folders of what they count and of their log."""

    base: str
    counted: Path
    logged: Path


@pytest.fixture(scope="module")
def server(sqlite_copies, tmp_path_factory):
    """A server of the program of the doors, told to count in a folder that is not there yet."""
    place = tmp_path_factory.mktemp("server")
    url = sqlite_copies.make(place)
    database = Database(url, sqlite_synchronous="OFF")
    furnish(database)
    database.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(metric_files.VARIABLE, str(place / "counted" / "here"))
        with serving(url, place, METRICS_TOKEN=TOKEN) as base:
            yield Server(base, place / "counted" / "here", place)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that is named, which is not there yet."""
    named = tmp_path / "counted" / "here"
    monkeypatch.setenv(metric_files.VARIABLE, str(named))
    return named


def asked(base):
    reply = requests.get(
        f"{base}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE
    )
    assert reply.status_code == 200
    return Samples(reply.text)


def ask_at_tills(base, times):
    """So many calls, each on a connection of its own, so that any worker may get it."""
    method, path, body = TILL.asks("79260000777")
    for _ in range(times):
        reply = requests.request(
            method,
            base + path,
            data=json.dumps(body),
            headers=TILL.headers(NAME, SECRET) | {"Connection": "close"},
            timeout=PATIENCE,
        )
        assert reply.status_code == 200


def wait_until(condition):
    give_up_at = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up_at, "it did not come to that"
        time.sleep(0.02)


def workers_of(folder):
    return {int(file.stem.rpartition("_")[2]) for file in folder.glob("counter_*.db")}


def test_whichever_worker_is_asked_tells_of_all_and_of_one_that_died(server):
    folder = server.counted
    wait_until(lambda: len(workers_of(folder)) == 2)
    ask_at_tills(server.base, CALLS)

    told = [asked(server.base) for _ in range(6)]

    mine = {"protocol": "fidelizacion", "status": "2xx", "rule": "/v1/member/details"}
    assert {samples.sum("adapter_requests_total", **mine) for samples in told} == {CALLS}
    mine.pop("status")
    assert told[0].sum("adapter_request_seconds_count", **mine) == CALLS
    # One is asked at a time, and a worker that is idle has nothing in hand.
    assert {samples.sum("adapter_requests_in_flight") for samples in told} == {1}
    assert told[0].sum("adapter_database_connections_limit") == 2 * 10

    victim = min(workers_of(folder))
    os.kill(victim, signal.SIGKILL)

    wait_until(lambda: not list(folder.glob(f"gauge_live*_{victim}.db")))
    wait_until(lambda: len(workers_of(folder)) == 3)
    samples = asked(server.base)
    assert samples.sum("adapter_requests_total", protocol="fidelizacion") == CALLS
    assert samples.sum("adapter_requests_in_flight") == 1


def test_an_unreadable_request_is_counted_and_has_an_id(server):
    port = int(server.base.rpartition(":")[2])

    head = raw_answer(port, b"GET / HTTP/9.79216668899\r\n\r\n")

    samples = asked(server.base)
    logged = (server.logged / "gunicorn.log").read_text().splitlines()
    lines = [json.loads(line) for line in logged]
    (told,) = [line for line in lines if line["event"] == "a request could not be read"]
    assert f"X-Request-ID: {told['request_id']}" in head
    assert samples.sum("adapter_requests_unreadable_total", status="400") == 1
    assert "79216668899" not in json.dumps(lines)


def raw_answer(port, sent):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        return connection.makefile("rb").read().decode()


def test_a_folder_that_was_named_is_emptied_and_kept(folder, monkeypatch):
    folder.mkdir(parents=True)
    (folder / "counter_1.db").write_bytes(b"left")
    (folder / "notes.txt").write_text("not ours")

    metric_files.prepare()
    metric_files.clean()

    assert [file.name for file in folder.iterdir()] == ["notes.txt"]


@pytest.fixture
def memory(tmp_path, monkeypatch):
    """A folder that stands for the memory in which servers make theirs."""
    monkeypatch.setattr(metric_files, "MEMORY", tmp_path)
    monkeypatch.delenv(metric_files.VARIABLE, raising=False)
    # What `prepare` sets is unset when the test ends.
    monkeypatch.setenv(metric_files.VARIABLE, "")
    yield tmp_path
    metric_files.clean()


def test_without_one_a_folder_is_made_and_removed(memory):
    metric_files.prepare()
    made = Path(os.environ[metric_files.VARIABLE])

    assert made.parent == memory
    assert made.is_dir()
    metric_files.clean()
    assert list(memory.iterdir()) == []


def test_what_a_killed_server_left_is_removed_and_what_another_uses_is_not(memory):
    left, used = (memory / f"{metric_files.PREFIX}{name}" for name in ("left", "used"))
    for folder in (left, used):
        folder.mkdir()
        (folder / metric_files.LOCK).touch()
    with (used / metric_files.LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        metric_files.prepare()

        assert (left.exists(), used.exists()) == (False, True)


def test_what_one_is_about_to_use_is_not_removed_by_another_that_starts(memory, monkeypatch):
    locked = metric_files._locked

    def start_another(folder):
        monkeypatch.setattr(metric_files, "_locked", locked)
        metric_files._remove_left(memory)
        return locked(folder)

    monkeypatch.setattr(metric_files, "_locked", start_another)

    metric_files.prepare()

    assert Path(os.environ[metric_files.VARIABLE]).is_dir()


def test_a_master_that_takes_anothers_place_makes_a_folder_of_its_own(memory):
    metric_files.prepare()
    first = os.environ[metric_files.VARIABLE]

    metric_files.prepare()

    assert os.environ[metric_files.VARIABLE] != first
    assert Path(first).is_dir()


def test_where_no_folder_can_be_made_each_counts_for_itself(monkeypatch, tmp_path):
    monkeypatch.setenv(metric_files.VARIABLE, str(tmp_path / "file" / "below"))
    (tmp_path / "file").touch()

    metric_files.prepare()

    assert metric_files.VARIABLE not in os.environ
