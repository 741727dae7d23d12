"""A part of the suite at the strictest level; all of it by `make serializable`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import FOLDER, GIVEN_SERVER, ISOLATION, run_folder

ROOT = Path(__file__).parents[2]
# The last points, the only reservation, the first account: what two must never both have; the
# ledger alone; and all that a till is promised.
PART = (
    "tests/scale/test_isolation.py",
    "tests/races/test_ledger.py::test_of_two_spends_of_the_last_points_one_succeeds",
    "tests/races/test_ledger.py::test_a_reservation_is_captured_or_released_but_once",
    "tests/races/test_retry.py",
    "tests/core/ledger/test_reverse.py",
    "tests/protocols/fidelizacion/test_contract.py::TestFidelizacion",
)
# What SQLite does at its one level, it does in every run.
OPTIONS = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-k", "not sqlite")


@pytest.mark.timeout(300)  # a run within a run
@pytest.mark.usefixtures("postgresql_copies")
def test_a_part_keeps_its_promises_where_the_engine_asks_to_run_it_again() -> None:
    # At our server, and otherwise a run of its own.
    server = (run_folder() / "postgresql.url").read_text()
    environ = {name: value for name, value in os.environ.items() if name[:12] != "PYTEST_XDIST"}
    environ |= {ISOLATION: "serializable", GIVEN_SERVER: server}
    environ.pop(FOLDER)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *PART],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    # It did ask, and it was counted.
    assert re.search(r"^isolation serializable: [1-9]\d* run again", done.stdout, re.MULTILINE)
