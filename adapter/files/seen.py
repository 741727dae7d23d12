"""What was met in a file before, and in which row; kept on the disk, for a file may be long."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping

Key = tuple[str, ...]

_AT_ONCE = 500
_CACHE_KIB = 8 * 1024


class Seen:
    """Names met so far, as digests: of a million of them some megabytes are in memory."""

    def __init__(self) -> None:
        # A file of this connection's own, which is gone with it.
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for setting in (f"cache_size=-{_CACHE_KIB}", "journal_mode=OFF", "synchronous=OFF"):
            self._rows.execute(f"PRAGMA {setting}")
        self._rows.execute("CREATE TABLE seen (name BLOB PRIMARY KEY, number INT) WITHOUT ROWID")

    def close(self) -> None:
        """Forget all of it."""
        self._rows.close()

    def before(self, keys: Iterable[Key]) -> dict[Key, int]:
        """In which rows these names were met, for those that were."""
        digests = {_digest(key): key for key in keys}
        names = list(digests)
        found: dict[Key, int] = {}
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            # Nothing but question marks is put into the statement.
            query = f"SELECT name, number FROM seen WHERE name IN ({marks})"  # noqa: S608  # nosec B608
            found |= {digests[name]: number for name, number in self._rows.execute(query, some)}
        return found

    def add(self, met: Mapping[Key, int]) -> None:
        """Have these names be met, in these rows."""
        rows = [(_digest(key), number) for key, number in met.items()]
        self._rows.execute("BEGIN")
        self._rows.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", rows)
        self._rows.execute("COMMIT")


def _digest(key: Key) -> bytes:
    return hashlib.blake2b("\0".join(key).encode("utf-8", "replace"), digest_size=16).digest()
