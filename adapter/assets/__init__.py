"""What browsers are given of others' work: each library in a folder, with where it came from.

A folder holds the files, the licence and `manifest.json`, which names the version and the checksum
of each file. Nothing here was changed by us; a test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Library:
    """One library as it was published."""

    folder: Path
    name: str
    version: str
    licence: str
    source_package: str
    files: Mapping[str, str]  # by name, the SHA-256 in hexadecimal

    def path(self, file: str) -> Path:
        """Where one of its files is.

        Raises:
            LookupError: The manifest names no such file.
        """
        if file not in self.files:
            raise LookupError(f"{self.name} has no file {file}")
        return self.folder / file


@cache
def library(name: str) -> Library:
    """The library in the folder of this name.

    Raises:
        LookupError: There is none.
    """
    if name not in set(names()):
        raise LookupError(f"there is no library {name}")
    folder = FOLDER / name
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return Library(
        folder=folder,
        name=told["name"],
        version=told["version"],
        licence=told["licence"],
        source_package=told["source package"],
        files=told["files"],
    )


def names() -> Iterator[str]:
    """The folders that hold a library."""
    return (found.parent.name for found in sorted(FOLDER.glob("*/manifest.json")))
