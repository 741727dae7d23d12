"""The demo as a visitor runs it, and the retailer it is about."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
import requests

from adapter.core.cards import BarcodeType, barcodes
from adapter.demo.retailer import retailer
from adapter.demo.screen import Screen, pretty

ROOT = Path(__file__).parents[2]
PATIENCE = 90
TODAY = date(2026, 5, 4)


@pytest.fixture
def surroundings(tmp_path) -> dict:
    """A folder for whatever the demo leaves, and settings that must not matter to it."""
    environment = dict(os.environ) | {
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
        "ADAPTER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ADAPTER_KOSHELEK_ENABLED": "no",
    }
    return {"cwd": tmp_path, "env": environment, "encoding": "utf-8"}


def test_the_check_passes_says_so_in_plain_text_and_leaves_nothing(surroundings, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "adapter", "demo", "--check"],
        capture_output=True,
        timeout=PATIENCE,
        **surroundings,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "✗" not in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    for letter in "ABCDEFGH":
        assert f"\n {letter}  " in done.stdout
    assert "Промокод уже использован" in done.stdout
    assert "Koshelek Loyalty Online API" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_it_stays_up_with_a_line_to_copy_until_it_is_stopped(surroundings, tmp_path):
    log = tmp_path / "shown.txt"
    with (
        log.open("w") as shown,
        subprocess.Popen(
            [sys.executable, "-m", "adapter", "demo", "--keep", "kept"],
            stdout=shown,
            stderr=subprocess.PIPE,
            **surroundings,
        ) as process,
    ):
        try:
            text = _wait_for(log, "It stays up until Ctrl-C.", process)
            curl = next(line.split() for line in text.splitlines() if "  curl -u" in line)
            answer = requests.get(curl[3], auth=tuple(curl[2].split(":")), timeout=5)
        finally:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)

    assert answer.status_code == 200
    assert answer.json()["card"]["bonus"]["total"] == "384.95"
    assert process.returncode == 0
    assert (tmp_path / "kept" / "program.json").exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(curl[3], timeout=5)


def _wait_for(log: Path, words: str, process: subprocess.Popen) -> str:
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at and process.poll() is None:
        if words in (text := log.read_text()):
            return text
        time.sleep(0.1)
    pytest.fail(f"the demo did not get there:\n{log.read_text()[-2000:]}")


def test_a_port_in_use_is_refused_when_it_was_asked_for(surroundings):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "adapter", "demo", "--check", "--port", str(port)],
            capture_output=True,
            timeout=PATIENCE,
            **surroundings,
        )

    assert done.returncode == 3
    assert done.stderr == f"adapter: port {port} of 127.0.0.1 is in use\n"


def test_the_retailer_is_the_same_each_time_and_has_one_of_everything():
    told = retailer(TODAY)
    (program,) = told.document["programs"]
    held = [card for member in program["members"] for card in member["cards"]]

    assert told.document == retailer(TODAY).document
    assert len(program["members"]) == 300
    assert {card["barcode"]["type"] for card in held} == set(BarcodeType)
    assert {card["state"] for card in held} == {"active", "inactive", "blocked"}
    for card in held:
        barcodes.check(BarcodeType(card["barcode"]["type"]), card["barcode"]["number"])


def test_what_was_not_seen_is_counted_and_shown(capsys):
    screen = Screen()

    screen.chapter("A", "A title", "A story.")
    screen.expected("this", True)
    screen.expected("that", False, seen="another")

    assert (screen.seen, screen.missed) == (2, ["A: that"])
    assert "✗ that; seen: 'another'" in capsys.readouterr().out


def test_json_is_shown_for_people():
    assert pretty({"a": "ё", "b": []}) == '{"a": "ё", "b": []}'
    assert pretty(["x" * 50, "y" * 50]) == f'[\n  "{"x" * 50}",\n  "{"y" * 50}"\n]'
    assert pretty([1, 2, 3, 4, 5]).splitlines()[-2] == "  … and 2 more"
