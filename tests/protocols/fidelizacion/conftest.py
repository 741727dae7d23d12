"""A business and its till as the tests play them, with an eye on every reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapter.core import programs
from adapter.db import Database
from adapter.web.application import Application
from tests.protocols.fidelizacion.till import KEY, Till, add_key

# 5.6: of 18.60 paid otherwise than with points a tenth is 1.86 points, 186 in their smallest part.
EARNING = {"points_per_unit": "0.1"}


@pytest.fixture
def make_till(database: Database, make_app: Callable[..., Application]) -> Callable[..., Till]:
    """A function that makes a business with one key, and a till that was given it.

    `agreed` are settings of the key, `settings` of the program, `rules` its earn rules.
    """

    def make(
        *,
        code: str = "MAIN",
        key: str = KEY,
        agreed: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        earning: dict[str, Any] | None = EARNING,
    ) -> Till:
        with database.unit_of_work() as work:
            program = programs.put(
                work,
                code=code,
                currency="EUR",
                country="ES",
                timezone="Europe/Madrid",
                settings=settings or {},
            )
            if earning is not None:
                programs.put_rule(work, program.id, code="base", kind="spending", terms=earning)
            terms = program.terms()
            add_key(work, terms, key=key, agreed=agreed)
        app = make_app()
        return Till(app, app.test_client(), database, terms).with_headers(x_api_key=key)

    return make


@pytest.fixture
def till(make_till: Callable[..., Till]) -> Till:
    """The till of a business that agreed to everything as it comes."""
    return make_till()
