"""What a protocol must say of the files it exchanges; where they lie is none of its business."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from adapter.core.programs import ProgramTerms
from adapter.db import Work


class NotOurs(Exception):
    """A file that is not of the kind it is said to be, or not whole."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file we write for the platform."""

    title: str  # for people
    name: Callable[[str, date], str]  # of the file, for a partner's name on a day
    write: Callable[[Work, ProgramTerms, IO[bytes], str], int]  # how many rows, under this name


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file the platform wrote."""

    row: int
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file the platform writes for us."""

    title: str
    names: str  # a pattern of the file's name, such as `*.csv.zip`, with `{partner}` in it
    read: Callable[[IO[bytes], Mapping[str, str]], Iterator[Entry]]  # columns called otherwise
    take: Callable[[Work, ProgramTerms, Entry], Any]  # raises what keeps it from being done


@dataclass(frozen=True, slots=True)
class Registries:
    """All files a protocol exchanges, by the words of the command line."""

    outgoing: Mapping[str, Outgoing]
    incoming: Mapping[str, Incoming]
