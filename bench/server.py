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

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2


@dataclass(frozen=True)
class Server:
    """A running server: its port, its master's pid, and how long it took to answer."""

    port: int
    pid: int
    started_in: float

    def worker_megabytes(self) -> float:
        """The resident memory of the largest worker."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max(_resident(pid) for pid in children) / 1024


@contextmanager
def serving(app: str, **environ: str) -> Iterator[Server]:
    """A gunicorn of this WSGI application, stopped for certain on leaving."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), app]
    settings = {"ADAPTER_BIND": f"127.0.0.1:{port}", "ADAPTER_LOG_LEVEL": "WARNING"}
    settings |= {"WEB_CONCURRENCY": str(WORKERS)} | environ
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | settings) as process:
        try:
            _wait(port, process)
            yield Server(port, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + 20
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


def _resident(pid: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
