"""Where the bytes of a program file come from, and how far they have been read."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

CHUNK = 64 * 1024
IN_MEMORY = 8 * 1024 * 1024
BOM = b"\xef\xbb\xbf"

# Every escape in turn, so that an escaped backslash is not taken for the start of another.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}(?P<pair>\\u[dD][c-fC-F][0-9a-fA-F]{2})?"
    rb"|(?P<low>u[dD][c-fC-F][0-9a-fA-F]{2})|.)?",
    re.DOTALL,
)
# What may become an escape, or a pair of them, with the bytes to come.
_UNFINISHED = re.compile(
    rb"\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}"
    rb"(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?)?"
)
# Python reads integers of 4,300 digits at most, and the parser does not survive its refusal.
_TOO_MANY_DIGITS = re.compile(rb"[0-9]{4000}")


class LoneSurrogate(ValueError):
    """Half a character; the parser would put a question mark in its place and say nothing."""


class TooManyDigits(ValueError):
    """A number nobody can mean."""


class ByteOrderMark(ValueError):
    """A mark in front of the document, which JSON has no room for."""


class Source:
    """A binary stream that knows how far it was read; byte by byte from `slow_from` on.

    A parser reads ahead by a chunk and cannot say where it stumbled. Given single bytes it can.
    """

    def __init__(self, stream: IO[bytes], *, slow_from: int | None = None) -> None:
        stream.seek(0)
        self._marked = stream.read(len(BOM)) == BOM
        stream.seek(0)
        self._stream = stream
        self._slow_from = slow_from
        self._escapes = b""
        self._digits = b""
        self.offset = 0  # of what was handed over
        self.chunk_start = 0
        self.line = 1
        self.line_start = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
            LoneSurrogate, TooManyDigits, ByteOrderMark: They hold what no text may hold.
        """
        if size == 0:
            return b""
        chunk = self._stream.read(self._next_size())
        self.chunk_start = self.offset
        if self._marked:
            raise ByteOrderMark("a byte order mark")
        self._count(chunk)
        self._check_digits(chunk)
        self._check_escapes(chunk)
        return chunk

    def place(self) -> str:
        """Where reading has come to, for people."""
        return f"line {self.line}, column {max(self.offset - self.line_start, 1)}"

    def _next_size(self) -> int:
        if self._slow_from is None:
            return CHUNK
        return max(self._slow_from - self.offset, 1)

    def _count(self, chunk: bytes) -> None:
        newlines = chunk.count(b"\n")
        if newlines:
            # A newline that ends the chunk belongs to the line it ends.
            self.line += newlines
            self.line_start = self.offset + chunk.rfind(b"\n") + 1
        self.offset += len(chunk)

    def _check_digits(self, chunk: bytes) -> None:
        text = self._digits + chunk
        if _TOO_MANY_DIGITS.search(text):
            raise TooManyDigits("a number too long")
        self._digits = text[len(text.rstrip(b"0123456789")) :]

    def _check_escapes(self, chunk: bytes) -> None:
        text = self._escapes + chunk
        self._escapes = b""
        if b"\\" not in text:
            return
        for match in _ESCAPE.finditer(text):
            if chunk and _UNFINISHED.fullmatch(text, match.start()):
                self._escapes = text[match.start() :]
                return
            start = match.group()[:3].lower()
            if match["low"] or (start == b"\\ud" and len(match.group()) >= 6 and not match["pair"]):
                raise LoneSurrogate("half a character")


@contextmanager
def opened(given: str | Path | IO[Any]) -> Iterator[IO[bytes]]:
    """The file as a binary stream that can be read several times."""
    if isinstance(given, str | Path):
        with Path(given).open("rb") as stream:
            yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        # A pipe runs once, and a load reads three times.
        first = given.read(CHUNK)
        if isinstance(first, str):
            copy.write(first.encode("utf-8", "surrogatepass"))
            while text := given.read(CHUNK):
                copy.write(text.encode("utf-8", "surrogatepass"))
        else:
            copy.write(first)
            shutil.copyfileobj(given, copy, CHUNK)
        yield copy
