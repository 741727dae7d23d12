"""The form of every registry (section 9): a zipped CSV, UTF-8, `;`, a header in the first line."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from io import TextIOWrapper
from typing import IO

from adapter.web.registries import Entry, NotOurs

LONGEST = 50
DAY = "%Y%m%d"
# More than the cards of any partner; what unpacks to more is no registry.
MOST_BYTES = 2 * 1024**3


def name(kind: str, partner: str, day: date) -> str:
    """The name of a file of this kind (9.1)."""
    return f"{partner}_{kind}_{day:{DAY}}.csv.zip"


def write(
    out: IO[bytes], file_name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> int:
    """How many rows were written; a field is quoted only where it must be (G32)."""
    written = 0
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open(file_name.removesuffix(".zip"), "w", force_zip64=True) as inner,
        TextIOWrapper(inner, encoding="utf-8", newline="") as text,
    ):
        lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
        lines.writerow(columns)
        for row in rows:
            lines.writerow(row)
            written += 1
    return written


def read(stream: IO[bytes], columns: Iterable[str], renamed: Mapping[str, str]) -> Iterator[Entry]:
    """The rows by the names of their columns, in any order; columns we do not know are dropped.

    Raises:
        NotOurs: It is no zipped CSV with a header, or not all of one.
    """
    ours = {theirs.lower(): name for name, theirs in renamed.items()}
    known = set(columns)
    try:
        with zipfile.ZipFile(stream) as packed, packed.open(_inner(packed)) as inner:
            text = TextIOWrapper(inner, encoding="utf-8-sig", newline="")
            lines = csv.reader(text, delimiter=";", strict=True)
            header = [cell.strip().lower() for cell in next(lines, [])]
            names = [ours.get(name, name) for name in header]
            if not known & set(names):
                raise NotOurs("no column of it is known")
            for number, cells in enumerate(lines, 2):
                if any(cells):
                    told = zip(names, cells, strict=False)
                    yield Entry(number, {name: cell for name, cell in told if name in known})
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise NotOurs("it is no ZIP file, or not whole") from error
    except UnicodeDecodeError as error:
        raise NotOurs("it is not UTF-8") from error
    except csv.Error as error:
        raise NotOurs("it is no CSV") from error


def _inner(packed: zipfile.ZipFile) -> str:
    files = [one for one in packed.infolist() if not one.is_dir()]
    if len(files) != 1 or not files[0].filename.lower().endswith(".csv"):
        raise NotOurs("there is not one CSV file in it")
    if files[0].file_size > MOST_BYTES:
        raise NotOurs("it is too large")
    return files[0].filename


def cut(text: str | None) -> str:
    """A text of at most so many characters, in one line."""
    return " ".join((text or "").split())[:LONGEST]
