"""Several texts in one cell: `gold|staff`, with a backslash before what would end one."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def joined(texts: Iterable[str], *, between: str = "|") -> str:
    """The texts as one cell."""
    return between.join(_guarded(text) for text in texts)


def parts(cell: str, *, between: str = "|") -> list[str]:
    """The texts of a cell; none in an empty one."""
    if not cell:
        return []
    found, begins, at = [], 0, 0
    while at < len(cell):
        if cell[at] == "\\":
            at += 2
        elif cell[at] == between:
            found.append(cell[begins:at])
            begins = at = at + 1
        else:
            at += 1
    return [*found, cell[begins:]]


def texts(cell: str) -> list[str]:
    """The texts of a cell as they were before they were joined."""
    return [unguarded(part) for part in parts(cell)]


def unguarded(part: str) -> str:
    """A text without the backslashes before what would end it."""
    return _ESCAPED.sub(r"\1", part)


def _guarded(text: str) -> str:
    return re.sub(r"([\\|:])", r"\\\1", text)
