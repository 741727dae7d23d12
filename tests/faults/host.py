"""gunicorn as it is run, on a port that stays its own, to be killed and started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import requests

from adapter.installation import beside
from tests.protocols.house import SECRET_KEY

START_SECONDS = 60
STOP_SECONDS = 30
_BOOTED = re.compile(r"Booting worker with pid: (\d+)")


class Host:
    """A gunicorn of our own with the checked-in settings; `with` it, and it runs inside."""

    def __init__(
        self, database_url: str, folder: Path, *, workers: int = 2, **settings: object
    ) -> None:
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.log = folder / "gunicorn.log"
        self._folder = folder
        environ = {name: text for name, text in os.environ.items() if name[:8] != "ADAPTER_"}
        self._environ = environ | {
            "ADAPTER_DATABASE_URL": database_url,
            "ADAPTER_SECRET_KEY": SECRET_KEY,
            "ADAPTER_BIND": self.url.removeprefix("http://"),
            "WEB_CONCURRENCY": str(workers),
            # Whether or not the package is installed.
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self._environ |= {f"ADAPTER_{name}": str(value) for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Host:
        self.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def master(self) -> int:
        """The process id of the master."""
        assert self._process is not None
        return self._process.pid

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers that are alive, the oldest first."""
        booted = (int(pid) for pid in _BOOTED.findall(self.log.read_text()))
        return [pid for pid in booted if _is_of(pid, self.master)]

    def start(self) -> None:
        """Start it, again and again as an operating system would, and wait until it answers.

        Raises:
            AssertionError: It did not within a generous time.
        """
        give_up_at = time.monotonic() + START_SECONDS
        self.launch()
        while not self._answers():
            assert time.monotonic() < give_up_at, f"gunicorn does not answer:\n{self._last_words()}"
            if self._process is not None and self._process.poll() is not None:
                self.launch()  # workers of the last one may have kept the port from it
            time.sleep(0.02)

    def launch(self) -> None:
        """Start it once, and do not wait."""
        # One log for each start: the process ids of an earlier one may be somebody else's by now.
        with self.log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", str(beside("gunicorn.conf.py"))],
                cwd=self._folder,  # where no settings file of a developer's lies about
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill_worker(self, number: int) -> None:
        """End the worker of this number in its tracks; whoever is not there was killed before."""
        workers = self.workers
        if workers:
            with suppress(ProcessLookupError):
                os.kill(workers[number % len(workers)], signal.SIGKILL)

    def kill(self, *, whole: bool = True) -> None:
        """End it in its tracks: all of it, or the master alone, whose workers notice that."""
        assert self._process is not None
        if whole:
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        with suppress(requests.RequestException):
            # One of this master's workers, not one that outlived the last for a moment.
            return bool(self.workers) and requests.get(f"{self.url}/healthz", timeout=5).ok
        return False

    def _last_words(self) -> str:
        lines = self.log.read_text().splitlines()
        return "\n".join([line for line in lines if not line.startswith("{")][-40:])

    def stop(self) -> None:
        """Stop it in order, and in any case."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        # Its workers are of its session, and of nobody else's.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_of(pid: int, session: int) -> bool:
    try:
        return os.getpgid(pid) == session
    except ProcessLookupError:
        return False
