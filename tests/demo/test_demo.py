"""The demo as a visitor runs it: from the first line to the last, and what is left of it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, nullcontext
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
import requests

from adapter.checks import Report
from adapter.demo import show, stage
from adapter.demo.screen import Screen
from tests.cli.conftest import alone, run_alone

__all__ = ["alone", "run_alone"]

# A server, a worker and a thousand requests, on machines that have other work as well.
pytestmark = pytest.mark.timeout(400)
ROOT = Path(__file__).parents[2]
PATIENCE = 300
# A stand-in that understands what the README asks of curl.
CURL = f"""#!{sys.executable}
import sys
from urllib.request import ProxyHandler, Request, build_opener
url, arguments, headers, data = None, iter(sys.argv[1:]), {{}}, None
for one in arguments:
    if one == "-H":
        name, _, value = next(arguments).partition(": ")
        headers[name] = value
    elif one == "-d":
        assert next(arguments) == "@-"
        data = sys.stdin.buffer.read()
    elif one != "-s":
        url = one
request = Request(url, data, headers)
sys.stdout.buffer.write(build_opener(ProxyHandler({{}})).open(request, timeout=60).read())
"""


@pytest.fixture
def surroundings(tmp_path) -> dict:
    """A folder for whatever the demo leaves, and settings that must not matter to it."""
    environment = dict(os.environ) | {
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
        "ADAPTER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ADAPTER_KOSHELEK_ENABLED": "no",
        "ADAPTER_FIDELIZACION_ENABLED": "no",
        "ADAPTER_SWIP_ENABLED": "no",
    }
    return {"cwd": tmp_path, "env": environment, "encoding": "utf-8"}


def test_all_is_well_and_it_stays_up_for_whoever_copies_its_lines_and_the_readmes(
    surroundings, tmp_path
):
    log = tmp_path / "shown.txt"
    with (
        log.open("w") as shown,
        subprocess.Popen(
            [sys.executable, "-m", "adapter", "demo"],
            stdout=shown,
            stderr=subprocess.PIPE,
            **surroundings,
        ) as process,
    ):
        try:
            text = _wait_for(log, "It stays up until Ctrl-C.", process)
            lines = text.splitlines()
            curl = next(line.split() for line in lines if "  curl -u" in line)
            login = tuple(curl[2].split(":"))
            card = requests.get(curl[3], auth=login, timeout=PATIENCE).json()["card"]
            export = "\n".join(line for line in lines if line.startswith("  export "))
            answers = _pasted(tmp_path, surroundings["env"], export)
            again = _pasted(tmp_path, surroundings["env"], export)
            bound = [one.name for one in tmp_path.iterdir()]
            workers = _workers(tmp_path)
        finally:
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)

    assert (process.returncode, errors) == (0, "")
    _assert_all_is_well(text.partition("Copy one of these")[0])
    details, payment, sale, points = answers
    assert card["bonus"]["total"] == "499.85"
    assert details["member"]["points"] == 44985
    assert payment["newBalance"]["points"] == 39985
    assert (sale["earnedPoints"], sale["newBalance"]["points"]) == (5985, 45970)
    assert points == {"points": 459}
    assert again[1]["confirmationCode"] == payment["confirmationCode"]
    assert again[2:] == [sale, points]
    assert any(name.startswith("adapter-demo-") for name in bound)
    assert workers == ['{"no_jobs": 1}', "{}"]  # one delivers; once all is played, one does jobs
    # Nothing is left but what this test has put there itself.
    assert {one.name for one in tmp_path.iterdir()} == {"bin", "shown.txt"}
    with pytest.raises(requests.ConnectionError):
        requests.get(curl[3], timeout=PATIENCE)


def _workers(folder: Path) -> list[str]:
    """What each worker of the demo counts."""
    (place,) = folder.glob("adapter-demo-*/demo.db")
    with closing(sqlite3.connect(place)) as database:
        return sorted(counts for (counts,) in database.execute("SELECT counts FROM heartbeats"))


def _assert_all_is_well(played: str) -> None:
    """All that was expected was seen, and it is said in plain text, as the README tells it."""
    assert "✗" not in played
    assert "\x1b" not in played
    assert max(map(len, played.splitlines())) <= 100
    for chapter in (*"ABCDEFGH123456789", "10", "★"):
        assert f"\n {chapter}  " in played
    assert "Промокод уже использован" in played
    assert "Koshelek Loyalty Online API" in played
    assert "fidelizacion.app Loyalty API" in played
    assert "SWiP till API" in played
    assert "expiry: Purchase S-3003" in played
    told = re.findall(r"Ольга has ([0-9.]+) points now", played)
    assert _changes(_figures_of_the_readme()) == [*_changes(told), 0]


def _figures_of_the_readme() -> list[str]:
    """What the customer of three platforms has, line by line of the picture."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    picture = next(block for block in readme.split("```") if "she has\n" in block)
    return re.findall(r"([0-9.]+)$", picture, flags=re.MULTILINE)


def _changes(balances: list[str]) -> list[Decimal]:
    return [balance for balance, _ in groupby(map(Decimal, balances))]


def _pasted(folder: Path, environment: dict, export: str) -> list[dict]:
    """What the till of the README is answered, run as it stands there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = next(block for block in readme.split("```") if "till() {" in block)
    curl = folder / "bin" / "curl"
    curl.parent.mkdir(exist_ok=True)
    curl.write_text(CURL)
    curl.chmod(0o755)
    done = subprocess.run(
        ["sh", "-e", "-c", export + "\n" + lines.removeprefix("sh")],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env=environment | {"PATH": f"{curl.parent}{os.pathsep}{environment['PATH']}"},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _wait_for(log: Path, words: str, process: subprocess.Popen) -> str:
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at and process.poll() is None:
        if words in (text := log.read_text()):
            return text
        time.sleep(0.1)
    pytest.fail(f"the demo did not get there:\n{log.read_text()[-2000:]}")


def test_a_check_that_misses_something_says_so_and_ends(run_alone, tmp_path, monkeypatch):
    def play(screen: Screen, *_: object) -> list[Report]:
        screen.chapter("A", "A title", "A story.")
        screen.expected("that", False)
        return []

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(stage, "serving", lambda *_: nullcontext(("http://127.0.0.1:1", None)))
    monkeypatch.setattr(stage, "delivering", lambda _: nullcontext())
    monkeypatch.setattr(show, "_play", play)

    result = run_alone("demo", "--check")

    assert result.exit_code == 1
    assert "not as expected, in A: that" in result.stdout
    assert "0 of 1" in result.stdout
    assert "It stays up" not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_refused_when_it_was_asked_for(run_alone, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = tmp_path / "kept"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = run_alone("demo", "--check", "--port", port, "--keep", kept)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"adapter: port {port} of 127.0.0.1 is in use\n"
    assert list(tmp_path.iterdir()) == []
