"""What the callers of all vendors have in common: examples to read, and engines to be served on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sqlite_only = pytest.mark.parametrize("engine_name", ["sqlite"])
postgresql_only = pytest.mark.parametrize("engine_name", ["postgresql"])
# What is refused, or answered alike, before a row is looked at is the same on every engine, and
# SQLite is the quickest to make.
OF_THE_SHAPE = sqlite_only


def read_sample(folder: Path, name: str) -> Any:
    """The document of this name in a folder of a vendor's examples."""
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def leaves(value: Any) -> Iterator[Any]:
    """The elementary values of a document."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value
