"""Koshelek's server as the tests play it, with an eye on every reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapter.core import programs
from adapter.db import Database
from adapter.web.application import Application
from tests.cli.conftest import alone, run, run_alone  # noqa: F401
from tests.protocols.koshelek.wallet import (
    LOGIN,
    PASSWORD,
    Wallet,
    add_login,
    basic,
)


@pytest.fixture
def make_wallet(database: Database, make_app: Callable[..., Application]) -> Callable[..., Wallet]:
    """A function that makes a partner with one login, and the server that was given it.

    `agreed` are settings of the login, `program` attributes of the program, `process` settings of
    the process.
    """

    def make(
        *,
        code: str = "MAIN",
        login: str = LOGIN,
        password: str = PASSWORD,
        agreed: dict[str, Any] | None = None,
        program: dict[str, Any] | None = None,
        process: dict[str, Any] | None = None,
    ) -> Wallet:
        with database.unit_of_work() as work:
            terms = programs.put(work, code=code, **program or {}).terms()
            add_login(work, terms, login=login, password=password, agreed=agreed)
        app = make_app(**process or {})
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = basic(login, password)
        return Wallet(app, client, database, terms)

    return make


@pytest.fixture
def wallet(make_wallet: Callable[..., Wallet]) -> Wallet:
    """The server of a partner who agreed to everything as it comes."""
    return make_wallet()
