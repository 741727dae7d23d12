"""A program whose CRM is a real server, and what asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapter.core.programs import ProgramTerms
from adapter.crm import Enquiries
from adapter.db import Database
from tests import factories
from tests.cli.conftest import alone, run, run_alone  # noqa: F401
from tests.crm.register import Register

KEY = b"k" * 32


@dataclass
class Watch:
    """A time that passes when the test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A program, its CRM, and what asks it."""

    database: Database
    program: ProgramTerms
    enquiries: Enquiries
    watch: Watch
    told: list[str] = field(default_factory=list)

    def enrol(self, value: str, kind: str = "phone") -> bool:
        return self.enquiries.enrol(self.program, [(kind, value)])


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    monkeypatch.setenv("NO_PROXY", "*")
    register = Register()
    yield register
    register.close()


@pytest.fixture
def make_house(database: Database, register: Register) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(*, secret: str = "", public_only: bool = False, **crm: Any) -> House:
        watch, told = Watch(), []
        with database.unit_of_work() as work:
            program = factories.make_program(
                work, crm={"url": register.url, "timeout_ms": 5000} | crm
            )
        enquiries = Enquiries(
            database,
            KEY,
            public_only=public_only,
            secrets={program.code: secret},
            told=lambda outcome, seconds: told.append(outcome),
            timer=watch,
        )
        made.append(House(database, program, enquiries, watch, told))
        return made[-1]

    yield make
    register.speak.set()
    for house in made:
        house.enquiries.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()
