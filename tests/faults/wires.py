"""Just enough of two languages to know where a request ends, and whether it is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends before it waits for an answer.

    It `writes` if it may change something for good, now or when that is committed; it `commits` if
    that may be so when it is answered: a COMMIT after something was written, a statement that
    writes outside a transaction, a POST.
    """

    data: bytes
    writes: bool = False
    commits: bool = False


class Wire(Protocol):
    """One connection, as somebody sees it who listens to both of its directions."""

    def requests(self, data: bytes) -> Iterator[Request]:
        """What is complete now that the client has sent this as well."""

    def is_answer(self, data: bytes) -> bool:
        """Whether this is all of the answer to one request."""


class Postgresql:
    """PostgreSQL's protocol, version 3: what a client sends up to the next Sync is one request."""

    # After these the client waits; what else it may send belongs to what follows.
    _WAITS = frozenset(b"QSHXFpcdf")
    _BEGIN = re.compile(rb"\s*(BEGIN|START)\b", re.IGNORECASE)
    _END = re.compile(rb"\s*(COMMIT|END|ROLLBACK)\b", re.IGNORECASE)
    _COMMIT = re.compile(rb"\s*(COMMIT|END)\b", re.IGNORECASE)
    # Wherever it stands, for it may be a part of WITH; and a function of ours that writes.
    _WRITES = re.compile(
        rb"\b(INSERT\s+INTO|UPDATE\s+(ONLY\s+)?[\w.\"]+\s+(AS\s+\w+\s+)?SET|DELETE\s+FROM|MERGE\s+INTO)\b",
        re.IGNORECASE,
    )
    _STARTUP = 3 << 16

    def __init__(self) -> None:
        self._data = b""
        self._sent = b""
        self._is_started = False
        self._statements: dict[bytes, bytes] = {}
        self._run: list[bytes] = []
        self._is_open = False  # a transaction
        self._is_dirty = False

    def requests(self, data: bytes) -> Iterator[Request]:
        """What the client has said up to where it waits."""
        self._data += data
        while (message := self._next()) is not None:
            kind, content = message
            if kind == b"P":
                name, query = content.split(b"\0", 2)[:2]
                self._statements[name] = query
            elif kind == b"B":
                self._run.append(self._statements.get(content.split(b"\0", 2)[1], b""))
            elif kind == b"Q":
                self._run.append(content)
            if not kind or kind in (bytes([one]) for one in self._WAITS):
                yield self._request()

    def is_answer(self, data: bytes) -> bool:
        """Whether the server says in it that it is ready for more."""
        at = 0
        while len(data) >= at + 5:
            end = at + 1 + int.from_bytes(data[at + 1 : at + 5])
            if data[at : at + 1] == b"Z" and len(data) >= end:
                return True
            at = end
        return False

    def _next(self) -> tuple[bytes, bytes] | None:
        # What comes before everything else has no letter in front.
        head = 1 if self._is_started else 0
        if len(self._data) < head + 4:
            return None
        end = head + int.from_bytes(self._data[head : head + 4])
        if len(self._data) < end:
            return None
        message, self._data = self._data[:end], self._data[end:]
        self._sent += message
        if not self._is_started:
            # A question for encryption is answered with one letter, and then it begins anew.
            self._is_started = int.from_bytes(message[4:8]) >> 16 == 3
        return message[:head], message[head + 4 :]

    def _request(self) -> Request:
        sent, self._sent = self._sent, b""
        run, self._run = self._run, []
        writes = commits = False
        for statement in run:
            if self._BEGIN.match(statement):
                self._is_open, self._is_dirty = True, False
            elif self._END.match(statement):
                is_commit = self._is_dirty and bool(self._COMMIT.match(statement))
                writes, commits = writes or is_commit, commits or is_commit
                self._is_open = self._is_dirty = False
            elif self._WRITES.search(statement):
                writes, self._is_dirty = True, self._is_open
                commits = commits or not self._is_open
        return Request(sent, writes, commits)


class Http:
    """HTTP/1.1 with lengths given, as our tills and our server speak it."""

    def __init__(self) -> None:
        self._data = b""

    def requests(self, data: bytes) -> Iterator[Request]:
        """The requests that are complete."""
        self._data += data
        while (length := _message_length(self._data)) is not None:
            request, self._data = self._data[:length], self._data[length:]
            writes = request.startswith(b"POST ")
            yield Request(request, writes, writes)

    def is_answer(self, data: bytes) -> bool:
        """Whether the response is complete."""
        return _message_length(data) is not None


_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


def _message_length(data: bytes) -> int | None:
    head = data.find(b"\r\n\r\n") + 4
    if head < 4:
        return None
    found = _LENGTH.search(data, 0, head)
    length = head + (int(found[1]) if found else 0)
    return length if len(data) >= length else None
