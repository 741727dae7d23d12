"""A file longer than memory should ever have to be."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from adapter.db import Database
from adapter.programfile import checking, export, exporter, load
from adapter.protocols import PROTOCOLS
from tests.memory import traced
from tests.programfile.documents import PEPPER, findings

MEMBERS, BATCH = 800, 50
# What one batch takes, and the names that must not be given twice: 2 MiB. Batches that were all
# kept would take 4.
MOST_BYTES = 3 * 1024 * 1024


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


def test_a_large_file_is_loaded_and_exported_in_bounded_memory(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "BATCH", BATCH)
    monkeypatch.setattr(exporter, "PAGE", BATCH)
    options = {"pepper": PEPPER, "protocols": PROTOCOLS}
    load(sqlite_database, Generated(1), **options)  # what is imported and compiled once

    with traced() as most:
        report = load(sqlite_database, Generated(MEMBERS), **options)
        loading = most()
        sink = Sink()
        export(sqlite_database, sink, protocols=PROTOCOLS)
        exporting = most()

    assert (report.members_added, report.members_known) == (MEMBERS - 1, 1)
    assert sink.written > MEMBERS * 250
    assert max(loading, exporting) < MOST_BYTES
    assert findings(sqlite_database) == []
