"""Programs that tables are taken from, and programs that they go into."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapter import files
from adapter.core import programs
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.files import Counts, Import, RowFault, Writer
from adapter.files.importing import Told
from tests.cli.conftest import alone, anna, run, run_alone  # noqa: F401

KINDS = ("members", "cards", "balances", "transactions")


@dataclass
class Shop:
    """A program, into which tables go and from which they come."""

    database: Database
    program: ProgramTerms
    faults: list[RowFault] = field(default_factory=list)
    wrong: str = ""

    def take(
        self, kind: str, table: str | bytes, *, told: Told | None = None, **options: Any
    ) -> Counts:
        """What became of a table; what is wrong is in `faults`, and in `wrong` as a table."""
        data = table if isinstance(table, bytes) else table.encode("utf-8", "surrogateescape")
        self.faults, errors = [], io.StringIO(newline="")
        try:
            return Import(
                self.database,
                files.KINDS[kind],
                program=self.program.code,
                errors=Writer(errors, files.columns_of_errors(files.KINDS[kind])),
                fault=self.faults.append,
                told=told,
                actor="cli:tests",
            ).run(io.BytesIO(data), **options)
        finally:
            self.wrong = errors.getvalue()

    def give(self, kind: str, **options: Any) -> str:
        """A table as it is exported."""
        out = io.StringIO(newline="")
        files.export(self.database, out, files.KINDS[kind], program=self.program.code, **options)
        return out.getvalue()

    def give_all(self) -> dict[str, str]:
        """Every table."""
        return {kind: self.give(kind) for kind in KINDS}

    def said(self) -> list[tuple[int, str]]:
        """Where something was wrong."""
        return [(fault.row, fault.column) for fault in self.faults]


@pytest.fixture
def make_shop(make_database: Callable[..., Database]) -> Callable[..., Shop]:
    """A function that makes a program in a database of its own, or in the one given."""

    def make(database: Database | None = None, *, code: str = "MAIN", **settings: Any) -> Shop:
        database = database or make_database()
        with database.unit_of_work() as work:
            program = programs.put(work, code=code, settings=settings)
            for tier in ("gold", "silver"):
                programs.put_tier(work, program.id, code=tier, name="", rank=0)
            terms = program.terms()
        return Shop(database, terms)

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop()


def table(*rows: str) -> str:
    """Lines as a file has them."""
    return "".join(f"{row}\r\n" for row in rows)
