"""The messages that the demo's worker shows, where a real one calls a gateway for SMS."""

from __future__ import annotations

import time
from pathlib import Path

PATIENCE = 30
PAUSE = 0.05


class Inbox:
    """The messages in a file, one a line, read one after the other."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def next(self) -> str:
        """The next message, as soon as it is there; empty if none comes."""
        give_up_at = time.monotonic() + PATIENCE
        while time.monotonic() < give_up_at:
            lines = self._file.read_text(encoding="utf-8").splitlines(keepends=True)
            if len(lines) > self._read and lines[self._read].endswith("\n"):
                self._read += 1
                return lines[self._read - 1].strip()
            time.sleep(PAUSE)
        return ""
