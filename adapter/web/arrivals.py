"""When a request has arrived: all of its bytes, as far as one can tell before it is parsed."""

from __future__ import annotations

import re

from adapter.web.json import LARGEST_BODY

# A head that has not ended by then never will; the parser says what is wrong with it.
LARGEST_HEAD = 128 * 1024
# The framing of a body in chunks may take room of its own.
LARGEST_CHUNKED = 2 * LARGEST_BODY

_FRAMING = re.compile(
    rb"\r\n(?:content-length[ \t]*:[ \t]*([0-9]{1,18})[ \t]*(?=\r\n)"
    rb"|transfer-encoding[ \t]*:[^\r]*(chunked))",
    re.IGNORECASE,
)
_INVITATION = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_BARE_LF = re.compile(rb"(?<!\r)\n")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?", re.DOTALL)


class Arrival:
    """The bytes of one request as they come.

    What counts as whole only decides when a thread takes the request up. How it is framed, and
    whether it is a request at all, is said by the parser: whatever looks wrong here is handed to it
    at once, and it is never given bytes that come later.
    """

    __slots__ = ("_at", "_chunked", "_head", "_needed", "data")

    def __init__(self) -> None:
        self.data = bytearray()
        self._head = 0  # how long the head is, once it has ended
        self._needed = 0  # how long head and body are together, where that was announced
        self._chunked = False
        self._at = 0  # where to look on: for the end of the head, then for the next chunk

    def add(self, data: bytes) -> bool:
        """Whether nothing more has to be waited for, now that these bytes have come as well."""
        self.data += data
        if not self._head and not self._find_head():
            return len(self.data) > LARGEST_HEAD or _BARE_LF.search(self.data) is not None
        if self._chunked:
            return len(self.data) > LARGEST_CHUNKED or self._chunks_ended()
        # The application refuses a larger body by its length alone.
        return len(self.data) >= self._needed or self._needed - self._head > LARGEST_BODY

    def wants_invitation(self) -> bool:
        """Whether the sender keeps the body back until it is told to go on (RFC 9110, 10.1.1)."""
        return bool(self._head) and len(self.data) == self._head and self._is_expectant()

    def _is_expectant(self) -> bool:
        return _INVITATION.search(self.data, 0, self._head) is not None

    def _find_head(self) -> bool:
        end = self.data.find(b"\r\n\r\n", self._at)
        if end < 0:
            self._at = max(0, len(self.data) - 3)
            return False
        self._head = self._at = end + 4
        self._needed = self._head
        for found in _FRAMING.finditer(self.data, 0, end + 2):
            self._chunked = self._chunked or found[2] is not None
            self._needed = self._head + int(found[1] or 0)
        return True

    def _chunks_ended(self) -> bool:
        while (end := self.data.find(b"\r\n", self._at)) >= 0:
            size = _SIZE.fullmatch(self.data, self._at, end)
            if size is None:
                return True
            length = int(size[1], 16)
            if length == 0:
                return self.data.find(b"\r\n\r\n", end) >= 0
            following = end + 2 + length + 2
            if following > len(self.data):
                return False
            self._at = following
        return False
