"""docs/operate.md speaks of settings, metrics and commands that there are, and of all settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from adapter import jobs
from adapter.cli import main
from adapter.config import Config
from adapter.core import runs
from tests.operations.conftest import TOKEN
from tests.operations.test_deployment import known_variables
from tests.protocols.callers import OF_THE_SHAPE

TEXT = (Path(__file__).parents[2] / "docs" / "operate.md").read_text(encoding="utf-8")
# The variable of a protocol, by its place.
PATTERNS = {"ADAPTER_", "ADAPTER_CONFIG"}


def test_every_setting_of_a_process_is_told_with_its_default():
    rows = dict(re.findall(r"^\| `(ADAPTER_\w+)` \| `?([^`|]*?)`? \|", TEXT, flags=re.M))

    wanted = {
        one.variable: _told(one.value) for one in Config.from_environ({}, protocols=()).described
    }
    assert rows == wanted


def test_every_variable_that_is_named_is_one():
    named = set(re.findall(r"ADAPTER_[A-Z_]*", TEXT)) - PATTERNS

    assert len(named) > 20
    assert {name for name in named if name not in known_variables()} == set()


def test_every_command_that_is_named_is_one():
    quoted = [
        line.split("#")[0]
        for block in re.findall(r"```sh\n(.*?)```", TEXT, flags=re.S)
        for line in block.splitlines()
    ]
    quoted += re.findall(r"`([^`\n]+)`", TEXT)
    told = {
        match[1].strip() for text in quoted if (match := re.match(r"(?:\S*/)?adapter (\w.*)", text))
    }

    assert len(told) > 20
    wrong = {words for words in told if not _is_one(words)}
    assert wrong == set()


def _is_one(words: str) -> bool:
    """A verb of ours, in prose perhaps without all it wants, and options that it has."""
    given, command = shlex.split(words), main
    while isinstance(command, click.Group) and given and given[0] in command.commands:
        command = command.commands[given.pop(0)]
    if command is main:
        return False
    known = {option for param in command.params for option in param.opts}
    wants_verb = isinstance(command, click.Group) and given and not given[0].startswith("-")
    return not wants_verb and {one for one in given if one.startswith("--")} <= known


@OF_THE_SHAPE
def test_every_metric_that_is_named_is_counted_and_the_other_way_round(make_app, program, database):
    app = make_app(METRICS_TOKEN=TOKEN)
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER)
    jobs.run(database)

    reply = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    counted = set(
        re.findall(r"^# TYPE (adapter_\w+) (?!gauge\b.*_created)", reply.text, flags=re.M)
    )
    counted = {name for name in counted if not name.endswith("_created")}
    table = TEXT.partition("| metric |")[2].partition("\n\n")[0]
    named = set(re.findall(r"^\| (.*?) \|", table, flags=re.M))
    told = {name for cell in named for name in re.findall(r"`(adapter_\w+)`", cell)}
    assert told == counted


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("words", ["nonsense", "users nonsense", "serve --prot 1"])
def test_the_tests_own_eye_is_sharp(words):
    assert not _is_one(words)
