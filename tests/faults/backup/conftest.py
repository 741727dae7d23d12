"""The command line, given to any database, and what a journal said at a moment."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapter.cli import main
from tests.faults.journal import Journal
from tests.faults.outages.fixtures import make_server, server
from tests.protocols.house import SECRET_KEY

__all__ = ["make_server", "server"]
Command = Callable[..., Result]


@pytest.fixture
def adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """A function that tells how a command ended, given to the database at a URL."""
    handlers = list(logging.getLogger().handlers)
    # Where no settings of a developer's are found.
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ADAPTER_")]:
        if name != "ADAPTER_TEST_FOLDER":
            monkeypatch.delenv(name)

    def run(url: str, *arguments: object) -> Result:
        env = {"ADAPTER_DATABASE_URL": url, "ADAPTER_SECRET_KEY": SECRET_KEY}
        words = [str(argument) for argument in arguments]
        result = CliRunner().invoke(main, words, env=env)
        # What is expected is said in a line; anything else is a bug and shows here.
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield run
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def until_now() -> Callable[[Journal], Journal]:
    """A function that gives a journal in which nothing more is acknowledged, but all is asked."""

    def until_now(journal: Journal) -> Journal:
        then = copy.copy(journal)
        then.acknowledged = journal.acknowledged.copy()
        return then

    return until_now
