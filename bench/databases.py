"""An empty database of each engine for one bench, and nothing left of it afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgresql import Server

ENGINES = ("sqlite", "postgresql")


@contextmanager
def fresh(engine: str) -> Iterator[str]:
    """The URL of a new database that keeps what it commits, as in production."""
    with tempfile.TemporaryDirectory() as folder:
        if engine == "sqlite":
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
            return
        server = Server(Path(folder), durable=True)
        server.start()
        try:
            yield server.url()
        finally:
            server.stop()
