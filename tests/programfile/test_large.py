"""A file longer than memory should ever have to be."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

from adapter.db import Database
from adapter.programfile import export, load
from adapter.protocols import PROTOCOLS
from tests.programfile.documents import PEPPER, findings

MEMBERS = 2000
# What one batch takes, and the names that must not be given twice; the document alone, read
# whole, would take a multiple.
MOST_BYTES = 12 * 1024 * 1024


class Generated(io.RawIOBase):
    """A document that is made up while it is read, as from a pipe."""

    def __init__(self, members: int) -> None:
        self._pieces = self._text(members)

    def _text(self, members: int) -> Iterator[bytes]:
        yield b'{"programs": [{"members": ['
        for number in range(members):
            # Long names, so that a reader that kept them all would show.
            yield (
                f'{"," if number else ""}{{"phone": "{79210000000 + number}",'
                f' "first_name": "{"Анна " * 50}", "cards": [{{"number": "23{number:08d}"}}],'
                f' "lots": [{{"amount": "{number + 1}", "expires_on": "2027-02-14"}}]}}'
            ).encode()
        yield b'], "code": "MAIN"}]}'

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


class Sink(io.TextIOBase):
    """Where an export goes that nobody keeps."""

    written = 0

    def write(self, text: str) -> int:
        self.written += len(text)
        return len(text)


def test_a_large_file_is_loaded_and_exported_in_bounded_memory(sqlite_database: Database) -> None:
    options = {"pepper": PEPPER, "protocols": PROTOCOLS}
    load(sqlite_database, Generated(1), **options)  # what is imported and compiled once

    tracemalloc.start()
    try:
        report = load(sqlite_database, Generated(MEMBERS), **options)
        _, loading = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        sink = Sink()
        export(sqlite_database, sink, protocols=PROTOCOLS)
        _, exporting = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (report.members_added, report.members_known) == (MEMBERS - 1, 1)
    assert sink.written > MEMBERS * 250
    assert max(loading, exporting) < MOST_BYTES
    assert findings(sqlite_database) == []
