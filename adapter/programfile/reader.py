"""A program file as a stream of parts: what may be long item by item, the rest whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import ijson  # type: ignore[import-untyped]

from adapter.programfile.faults import Fault, Faults, FileFaults, below
from adapter.programfile.sources import CHUNK, ByteOrderMark, LoneSurrogate, Source

# Lists that may be longer than memory.
LONG = frozenset({"members", "card_pool", "promo_codes"})
DEEPEST = 32

_WHAT_PARSERS_RAISE = (
    ijson.JSONError,
    ArithmeticError,  # a number that no Decimal holds
    ValueError,  # an integer of thousands of digits; bytes that are not UTF-8
    SystemError,  # either of them, met while the parser was reading on
)


@dataclass(frozen=True, slots=True)
class Part:
    """A value of the document: a key of a program, or one item of a long list."""

    program: int
    key: str
    value: Any
    index: int | None = None

    @property
    def path(self) -> str:
        """Where it stands."""
        path = below("$.programs", self.program)
        path = below(path, self.key) if self.key else path
        return path if self.index is None else below(path, self.index)


def heads(stream: IO[bytes], faults: Faults) -> Iterator[Part]:
    """Every program without its long lists; the part with an empty key is the program itself.

    Raises:
        FileFaults: The document is not JSON, or not an object.
    """
    yield from _parts(stream, faults, long=False)


def items(stream: IO[bytes], faults: Faults) -> Iterator[Part]:
    """Every item of the long lists.

    Raises:
        FileFaults: The document is not JSON, or not an object.
    """
    yield from _parts(stream, faults, long=True)


class _Broken(Exception):
    def __init__(self, path: str, what: str, source: Source) -> None:
        self.fault = Fault(path, f"{what}, at {source.place()}")
        self.chunk_start = source.chunk_start


def _parts(stream: IO[bytes], faults: Faults, *, long: bool) -> Iterator[Part]:
    try:
        yield from _Parser(Source(stream), faults, long=long).parts()
    except _Broken as broken:
        fault = _exactly(stream, broken)
        raise FileFaults([*faults.found, fault], left_out=faults.left_out) from None


def _exactly(stream: IO[bytes], broken: _Broken) -> Fault:
    """The fault again, met byte by byte, which tells its place."""
    again = _Parser(Source(stream, slow_from=broken.chunk_start), Faults(), long=True)
    try:
        for _ in again.parts():
            pass
    except _Broken as exact:
        return exact.fault
    return broken.fault


class _Parser:
    def __init__(self, source: Source, faults: Faults, *, long: bool) -> None:
        self._source = source
        self._events = iter(ijson.basic_parse(source, buf_size=CHUNK))
        self._faults = faults
        self._long = long
        self._path: list[str | int] = []

    def parts(self) -> Iterator[Part]:
        kind, _ = self._next()
        if kind != "start_map":
            raise self._broken("the document must be an object")
        for key, kind, _ in self._keys():
            if key != "programs":
                self._fault("is not a known key")
                self._skip(kind)
            elif kind != "start_array":
                self._fault("must be a list")
                self._skip(kind)
            else:
                yield from self._programs()
        # What follows the document shows only here.
        for _ in self._rest():
            raise self._broken("something follows the document")

    def _programs(self) -> Iterator[Part]:
        for number, (kind, value) in self._entries():
            if kind == "start_map":
                yield from self._program(number)
                continue
            self._build(kind, value)
            self._fault("must be an object")

    def _program(self, number: int) -> Iterator[Part]:
        head: dict[str, Any] = {}
        for key, kind, value in self._keys():
            if key not in LONG:
                if self._long:
                    self._skip(kind)
                else:
                    head[key] = self._build(kind, value)
            elif not self._long:
                self._skip(kind)
            elif kind == "start_array":
                for index, (inner, scalar) in self._entries():
                    yield Part(number, key, self._build(inner, scalar), index)
            else:
                self._skip(kind)
                self._fault("must be a list")  # once, in this pass
        if not self._long:
            yield Part(number, "", head)

    def _build(self, kind: str, value: Any) -> Any:
        if kind == "start_map":
            self._check_depth()
            return {key: self._build(inner, given) for key, inner, given in self._keys()}
        if kind == "start_array":
            self._check_depth()
            return [self._build(inner, given) for _, (inner, given) in self._entries()]
        return value

    def _skip(self, kind: str) -> None:
        depth = int(kind in ("start_map", "start_array"))
        while depth:
            kind, _ = self._next()
            if kind in ("start_map", "start_array"):
                depth += 1
            elif kind in ("end_map", "end_array"):
                depth -= 1
            if depth + len(self._path) > DEEPEST:
                raise self._broken("is nested too deep")

    def _keys(self) -> Iterator[tuple[str, str, Any]]:
        seen: set[str] = set()
        while (event := self._next())[0] != "end_map":
            key = event[1]
            self._path.append(key)
            if key in seen and not (self._long and len(self._path) == 3):
                self._fault("is given twice")
            seen.add(key)
            kind, value = self._next()
            yield key, kind, value
            self._path.pop()

    def _entries(self) -> Iterator[tuple[int, tuple[str, Any]]]:
        index = 0
        while (event := self._next())[0] != "end_array":
            self._path.append(index)
            yield index, event
            self._path.pop()
            index += 1

    def _check_depth(self) -> None:
        if len(self._path) > DEEPEST:
            raise self._broken("is nested too deep")

    def _next(self) -> tuple[str, Any]:
        try:
            return next(self._events)
        except StopIteration:
            raise self._broken("the file ends too early") from None
        except _WHAT_PARSERS_RAISE as error:
            raise self._broken(_said(error)) from error

    def _rest(self) -> Iterator[Any]:
        try:
            yield from self._events
        except _WHAT_PARSERS_RAISE as error:
            raise self._broken(_said(error)) from error

    def _fault(self, what: str) -> None:
        # What lies outside the long lists is looked at in both passes, and told once.
        if not self._long or (len(self._path) >= 3 and self._path[2] in LONG):
            self._faults.add(self._where(), what)

    def _broken(self, what: str) -> _Broken:
        return _Broken(self._where(), what, self._source)

    def _where(self) -> str:
        path = "$"
        for step in self._path:
            path = below(path, step)
        return path


def _said(error: BaseException) -> str:
    """The parser's complaint without the piece of text it quotes: that may be somebody's name."""
    cause = error.__cause__ or error.__context__
    text = str(error)
    if isinstance(error, ByteOrderMark):
        return "the file begins with a byte order mark; save it as plain UTF-8"
    if isinstance(error, LoneSurrogate) or isinstance(cause, LoneSurrogate):
        return "half a character (a lone surrogate)"
    if isinstance(error, UnicodeError) or "UTF8" in text:
        return "not UTF-8"
    if isinstance(error, ArithmeticError | SystemError | ValueError):
        return "a number too long"
    if "premature EOF" in text or "Incomplete" in text:
        return "the file ends too early"
    if "trailing garbage" in text or "Additional data" in text:
        return "something follows the document"
    return "not JSON"
