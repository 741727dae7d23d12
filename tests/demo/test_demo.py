"""The demo as a visitor runs it: from the first line to the last, and what is left of it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
PATIENCE = 120
# A stand-in that understands what the README asks of curl.
CURL = f"""#!{sys.executable}
import sys
import requests
verb, url, arguments, told = "GET", None, iter(sys.argv[1:]), {{"headers": {{}}}}
for one in arguments:
    if one == "-H":
        name, _, value = next(arguments).partition(": ")
        told["headers"][name] = value
    elif one == "-d":
        assert next(arguments) == "@-"
        verb, told["data"] = "POST", sys.stdin.buffer.read()
    elif one != "-s":
        url = one
sys.stdout.write(requests.request(verb, url, timeout=5, **told).text)
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
    for chapter in (*"ABCDEFGH123456789", "10", "★"):
        assert f"\n {chapter}  " in done.stdout
    assert "Промокод уже использован" in done.stdout
    assert "Koshelek Loyalty Online API" in done.stdout
    assert "fidelizacion.app Loyalty API" in done.stdout
    assert "SWiP till API" in done.stdout
    assert "expiry: Purchase S-3003" in done.stdout
    told = re.findall(r"Ольга has ([0-9.]+) points now", done.stdout)
    assert _changes(_figures_of_the_readme()) == [*_changes(told), 0]
    assert list(tmp_path.iterdir()) == []


def _figures_of_the_readme() -> list[str]:
    """What the customer of three platforms has, line by line of the picture."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    picture = next(block for block in readme.split("```") if "she has\n" in block)
    return re.findall(r"([0-9.]+)$", picture, flags=re.MULTILINE)


def _changes(balances: list[str]) -> list[Decimal]:
    return [balance for balance, _ in groupby(map(Decimal, balances))]


def test_it_stays_up_for_whoever_copies_its_lines_and_the_readmes(surroundings, tmp_path):
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
            lines = _wait_for(log, "It stays up until Ctrl-C.", process).splitlines()
            curl = next(line.split() for line in lines if "  curl -u" in line)
            card = requests.get(curl[3], auth=tuple(curl[2].split(":")), timeout=5).json()["card"]
            export = "\n".join(line for line in lines if line.startswith("  export "))
            answers = _pasted(tmp_path, surroundings["env"], export)
            again = _pasted(tmp_path, surroundings["env"], export)
            bound = [one.name for one in tmp_path.iterdir()]
        finally:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)

    details, payment, sale, points = answers
    assert card["bonus"]["total"] == "499.85"
    assert details["member"]["points"] == 44985
    assert payment["newBalance"]["points"] == 39985
    assert (sale["earnedPoints"], sale["newBalance"]["points"]) == (5985, 45970)
    assert points == {"points": 459}
    assert again[1]["confirmationCode"] == payment["confirmationCode"]
    assert again[2:] == [sale, points]
    assert process.returncode == 0
    assert any(name.startswith("adapter-demo-") for name in bound)
    assert not any(one.name.startswith("adapter-demo-") for one in tmp_path.iterdir())
    with pytest.raises(requests.ConnectionError):
        requests.get(curl[3], timeout=5)


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


def test_a_port_in_use_is_refused_when_it_was_asked_for(surroundings):
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
