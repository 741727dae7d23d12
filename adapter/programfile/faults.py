"""What is wrong with a program file: every fault with its place in the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# A file that is wrong throughout is told so by its first faults; memory stays bounded.
MOST = 10_000

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_THE_WHOLE = "_schema"  # marshmallow's word for a fault of an object and none of its keys


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: `$.programs[0].members[17].phone`."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


class FileFaults(Exception):
    """A program file that cannot be loaded; nothing of it was written."""

    def __init__(self, faults: list[Fault], *, left_out: int = 0) -> None:
        self.faults = faults
        self.left_out = left_out

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults]
        if self.left_out:
            lines.append(f"and {self.left_out} more")
        return "\n".join(lines)


class Faults:
    """The faults found so far, in the order of their finding."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.left_out = 0

    def add(self, path: str, what: str) -> None:
        """Note one fault."""
        if len(self.found) < MOST:
            self.found.append(Fault(path, what))
        else:
            self.left_out += 1

    def add_messages(self, path: str, messages: Any) -> None:
        """Note what a schema found, whatever its depth."""
        for where, what in _flat(path, messages):
            self.add(where, what)

    def raise_if_any(self) -> None:
        """Nothing, if nothing is wrong.

        Raises:
            FileFaults: Something is.
        """
        if self.found:
            raise FileFaults(self.found, left_out=self.left_out)


def below(path: str, key: str | int) -> str:
    """The path of a key or an index below another path."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if _PLAIN.fullmatch(key):
        return f"{path}.{key}"
    plain = key.encode("unicode_escape").decode().replace('"', '\\"')
    return f'{path}["{plain[:100]}"]'


def _flat(path: str, messages: Any) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(path if key == _OF_THE_WHOLE else below(path, key), inner)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(path, inner)
    else:
        yield path, str(messages)
