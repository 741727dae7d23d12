"""Writing a table from the database, a page of members at a time, as it was at one moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from adapter.core import programs
from adapter.db import Database
from adapter.files.csvfile import Writer
from adapter.files.things import Kind

TOLD_EVERY = 500  # rows


def export(
    database: Database,
    out: TextIO,
    kind: Kind,
    *,
    program: str,
    delimiter: str = ",",
    told: Callable[[int], object] = lambda rows: None,
) -> int:
    """How many rows were written, which is `told` now and then; an import of them into an empty
    program makes the same again.

    Raises:
        UnknownProgram: None has this code.
    """
    with database.reading() as work:
        terms = programs.by_code(work, program).terms()
        writer = Writer(out, kind.columns, delimiter=delimiter)
        for cells in kind.rows(work, terms):
            writer.row(cells)
            if writer.rows % TOLD_EVERY == 0:
                told(writer.rows)
    return writer.rows
