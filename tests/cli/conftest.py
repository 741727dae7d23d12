"""The command line as an operator runs it: in a folder of its own, on the test's database."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapter.cli import main
from adapter.core.cards import Card
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests import factories

SECRET_KEY = "of-the-tests-and-of-nobody-else-!"
Run = Callable[..., Result]


@pytest.fixture
def alone(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a settings file, and an environment without settings of ours."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ADAPTER_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def run_alone(alone) -> Iterator[Run]:
    """A function that runs the command line where nothing is set up."""
    handlers = list(logging.getLogger().handlers)

    def run(*arguments: object, stdin: str | bytes | None = None, **settings: str) -> Result:
        env = {f"ADAPTER_{name}": value for name, value in settings.items()}
        words = [str(argument) for argument in arguments]
        result = CliRunner().invoke(main, words, env=env, input=stdin)
        # What is expected is said in a line; anything else is a bug and shows here.
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield run
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def run(database_url: str, run_alone: Run) -> Run:
    """A function that runs the command line on the test's database."""

    def run_here(*arguments: object, **changes: Any) -> Result:
        settings = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY} | changes
        return run_alone(*arguments, **settings)

    return run_here


@pytest.fixture
def facts(run: Run) -> Callable[..., Any]:
    """A function that runs a command with `--json`, and returns what it printed."""
    return lambda *arguments, **more: json.loads(run(*arguments, "--json", **more).stdout)


@dataclass(frozen=True)
class Known:
    """Somebody with a card and points."""

    program: ProgramTerms
    member: Member
    card: Card


@pytest.fixture
def anna(database: Database) -> Known:
    """Anna: 100 points that never expire, 20 that expire in a year of the test's clock."""
    with database.unit_of_work() as work:
        program = factories.make_program(work)
        member = factories.make_member(
            work,
            program,
            phone="79005550142",
            email="anna@example.com",
            first_name="Анна",
            last_name="Ёлкина",
        )
        card = factories.make_card(work, program, member)
        purse = factories.purse_of(program, member)
        factories.give_points(work, purse, 100, reason="Покупка")
        soon = work.now + timedelta(days=365 * 30)
        factories.give_points(work, purse, 20, reason="Подарок", expires_at=soon)
    return Known(program, member, card)
