"""Load from wrk, which takes far less of the machine than any client of ours."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bench.options import CONNECTIONS
from bench.rounds import BadRound, Round
from bench.server import Server

SCRIPT = Path(__file__).with_name("calls.lua")


@dataclass(frozen=True)
class Call:
    """A request whose path and body hold {member}, {unique} or {code}: see calls.lua."""

    path: str
    body: str = ""

    @property
    def method(self) -> str:
        """POST where there is something to be told."""
        return "POST" if self.body else "GET"


@dataclass
class Load:
    """The same calls again and again at one server; `answered` counts what came back well."""

    server: Server
    calls: Sequence[Call]
    headers: Mapping[str, str]
    members: int
    seconds: float
    connections: int = CONNECTIONS
    may_refuse: bool = False
    answered: int = 0
    refused: int = 0

    # No number is used twice, whoever uses it: two loads may go to one database.
    unused: ClassVar[int] = 0

    def __call__(self) -> Round:
        """One round.

        Raises:
            BadRound: Something was refused where that is no part of it, or a connection broke.
        """
        before = self.server.cpu_seconds()
        told = self._run()
        taken = self.server.cpu_seconds() - before
        Load.unused += told["used"]
        if told["broken"] or (told["refused"] and not self.may_refuse):
            raise BadRound(f"the server answered badly: {told}")
        answered = told["requests"] - told["refused"]
        self.answered += answered
        self.refused += told["refused"]
        return Round(
            answered / told["seconds"],
            told["p50_us"] / 1000,
            told["p99_us"] / 1000,
            1e6 * taken / max(1, told["requests"]),
        )

    def _run(self) -> dict[str, int]:
        # What is answered decides what is sent next: each connection needs a mind of its own.
        threads = 1 if len(self.calls) == 1 else self.connections
        command = ["wrk", f"-t{threads}", f"-c{self.connections}", f"-d{self.seconds}s"]
        command += ["--timeout", "10s", "-s", str(SCRIPT)]
        for name, value in self.headers.items():
            command += ["-H", f"{name}: {value}"]
        command += [f"http://127.0.0.1:{self.server.port}", "--"]
        command += [str(Load.unused), str(threads), str(self.members)]
        # Some protocols refuse with a 200, which wrk takes for an answer like any other.
        command += ["look" if threads > 1 or self.may_refuse else "pass"]
        for call in self.calls:
            command += [call.method, call.path, call.body]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        try:
            return dict(json.loads(told.stdout.splitlines()[-1]))
        except ValueError:
            raise BadRound(f"wrk failed: {told.stdout} {told.stderr}") from None


def require() -> None:
    """Go on only where wrk is installed."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk sends the load, and is missing; Debian and Ubuntu: apt install wrk")
