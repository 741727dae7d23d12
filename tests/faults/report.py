"""What a run of the fault tests saw: a line of figures for each, and their sum.

Run as a program with the file of such a run, it prints them as a table.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.faults.journal import Journal

# Where the figures go; without it nobody wants them.
FILE = "ADAPTER_FAULT_REPORT"
COLUMNS = ("acknowledged", "answers lost", "never answered", "lost", "doubled", "other")


def report(journal: Journal, differences: Sequence[str]) -> None:
    """Add the figures of the test that is running to the report, if there is to be one."""
    if not os.environ.get(FILE):
        return
    lost = sum(one.startswith("acknowledged and lost") for one in differences)
    doubled = sum(" times: " in one or " standing: " in one for one in differences)
    line = {
        "test": os.environ["PYTEST_CURRENT_TEST"].removesuffix(" (call)").rpartition("::")[2],
        "acknowledged": len(journal.acknowledged),
        "answers lost": journal.unanswered.total(),
        "never answered": len(journal.open),
        "lost": lost,
        "doubled": doubled,
        "other": len(differences) - lost - doubled,
    }
    # One short write, so that the lines of two workers do not mix.
    with Path(os.environ[FILE]).open("a") as file:
        file.write(json.dumps(line) + "\n")


def table(lines: Sequence[dict[str, str | int]]) -> Table:
    """All lines, those of one test added up, and their sum."""
    shown = Table("test", "times", *COLUMNS)
    for test in sorted({str(line["test"]) for line in lines}):
        shown.add_row(escape(test), *_sums([line for line in lines if line["test"] == test]))
    shown.add_section()
    shown.add_row("together", *_sums(lines))
    return shown


def _sums(lines: Sequence[dict[str, str | int]]) -> list[str]:
    return [f"{len(lines)}", *(f"{sum(int(line[name]) for line in lines):,}" for name in COLUMNS)]


if __name__ == "__main__":
    told = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    Console(width=150).print(table(told))
