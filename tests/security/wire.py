"""Bytes as no library would send them, and what comes back."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10


@dataclass(frozen=True)
class Answer:
    """One reply: its status, its head and its body."""

    status: int
    head: str
    body: bytes

    @property
    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)

    def header(self, name: str) -> str:
        """The value of a header; empty where there is none."""
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""


def said_to(url: str, sent: bytes) -> list[Answer]:
    """Every reply to these bytes, in their order, until the server hangs up.

    We say that nothing more will come, so a request that waits for more is cut off.
    """
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port or 80), SECONDS) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while piece := line.recv(65536):
                received += piece
        except ConnectionResetError:
            pass  # hung up on what it did not want to read; what it said before is kept
    return list(_answers(received))


def _answers(received: bytes) -> Any:
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        answer = Answer(int(head.split(b" ", 2)[1]), head.decode("latin-1"), b"")
        length = int(answer.header("Content-Length") or 0)
        yield Answer(answer.status, answer.head, received[:length])
        received = received[length:]
