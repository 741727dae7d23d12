"""Merchants and their plugins as the tests play them, with an eye on every reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapter.core import programs
from adapter.core.members import Member
from adapter.db import Database
from adapter.web.application import Application
from tests.protocols.swip.people import add_maria
from tests.protocols.swip.plugin import HEADERS, MERCHANT, TOKEN, Plugin, add_token

# An order earns a point for each rouble.
EARNING = {"points_per_unit": "1"}


@pytest.fixture
def make_plugin(database: Database, make_app: Callable[..., Application]) -> Callable[..., Plugin]:
    """A function that makes a merchant with a program and a token, and a plugin that was given it.

    `agreed` are settings of the token, `settings` of the program, `earning` is its base rule. All
    the merchants of a test are served by one application.
    """
    apps: list[Application] = []

    def make(
        *,
        code: str = "MAIN",
        merchant: str = MERCHANT,
        token: str = TOKEN,
        agreed: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        earning: dict[str, Any] | None = EARNING,
    ) -> Plugin:
        with database.unit_of_work() as work:
            program = programs.put(work, code=code, settings=settings or {})
            if earning is not None:
                programs.put_rule(work, program.id, code="base", kind="spending", terms=earning)
            terms = program.terms()
            add_token(work, terms, merchant=merchant, token=token, agreed=agreed)
        if not apps:
            apps.append(make_app())
        (app,) = apps
        headers = HEADERS | {"Authorization": f"Bearer {token}", "X-Merchant-ID": merchant}
        return Plugin(app, app.test_client(), database, terms, tuple(headers.items()))

    return make


@pytest.fixture
def plugin(make_plugin: Callable[..., Plugin]) -> Plugin:
    """The plugin of a merchant that agreed to everything as it comes; nobody is its customer."""
    return make_plugin()


@pytest.fixture
def maria(plugin: Plugin) -> Member:
    """A customer of that merchant: the one of the examples, with 1540 points and two passes."""
    return add_maria(plugin)


@pytest.fixture
def elsewhere(plugin: Plugin, make_plugin: Callable[..., Plugin]) -> Plugin:
    """The plugin of another merchant with a program of its own, in the same installation."""
    return make_plugin(code="OTHER", merchant="CHAI", token="another-token")


@pytest.fixture
def order_plugin(make_plugin: Callable[..., Plugin]) -> Plugin:
    """The plugin of a merchant with whom `/pos-orders` was agreed; nobody is its customer."""
    return make_plugin(agreed={"orders": True})
