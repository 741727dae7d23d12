"""Writing a table from the database, a page of members at a time, as it was at one moment."""

from __future__ import annotations

from typing import TextIO

from adapter.core import programs
from adapter.db import Database
from adapter.files.csvfile import Writer
from adapter.files.things import Kind


def export(
    database: Database, out: TextIO, kind: Kind, *, program: str, delimiter: str = ","
) -> int:
    """How many rows were written; an import of them into an empty program makes the same again.

    Raises:
        UnknownProgram: None has this code.
    """
    with database.reading() as work:
        terms = programs.by_code(work, program).terms()
        writer = Writer(out, kind.columns, delimiter=delimiter)
        for cells in kind.rows(work, terms):
            writer.row(cells)
    return writer.rows
