"""A gunicorn of this checkout on a free port of 127.0.0.1, and what its workers weigh."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.options import WORKERS

ROOT = Path(__file__).resolve().parents[1]
OURS, REFERENCE = "wsgi:app", "bench.references:app"
START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A running server: its port, its master's pid, and how long it took to answer."""

    port: int
    pid: int
    started_in: float

    def workers(self) -> list[int]:
        """The pids of its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def cpu_seconds(self) -> float:
        """The processor time its workers have taken since they were started."""
        return sum(_cpu_seconds(pid) for pid in self.workers())

    def worker_mebibytes(self) -> float:
        """The proportional share of memory (PSS) of the largest worker."""
        return max(_proportional(pid) for pid in self.workers()) / 1024


@contextmanager
def serving(app: str, *, workers: int = WORKERS, **environ: str) -> Iterator[Server]:
    """A gunicorn of this WSGI application, stopped for certain on leaving."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), app]
    settings = {"ADAPTER_BIND": f"127.0.0.1:{port}", "ADAPTER_LOG_LEVEL": "WARNING"}
    settings |= {"WEB_CONCURRENCY": str(workers)} | environ
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | settings) as process:
        try:
            _wait(port, process)
            yield Server(port, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise SystemExit("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu_seconds(pid: int) -> float:
    # Behind the name, which may hold blanks: the 14th and the 15th field of the line.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
