"""The application as it is run: gunicorn with the checked-in settings, on a port of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from adapter.installation import beside
from tests.protocols.house import SECRET_KEY

START_SECONDS = 60
STOP_SECONDS = 60
_LISTENING = re.compile(r"Listening at: (http://127\.0\.0\.1:\d+)")


@contextlib.contextmanager
def serving(
    database_url: str, folder: Path, *, workers: int = 2, app: str = "", **settings: object
) -> Iterator[str]:
    """The base URL at which gunicorn answers, with our application or one of the tests' own; it is
    gone afterwards, whatever happened.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTER_")}
    environ |= {
        "ADAPTER_DATABASE_URL": database_url,
        "ADAPTER_SECRET_KEY": SECRET_KEY,
        "ADAPTER_SQLITE_SYNCHRONOUS": "NORMAL",
        # The kernel chooses a port that is free, and gunicorn says which.
        "ADAPTER_BIND": "127.0.0.1:0",
        "WEB_CONCURRENCY": str(workers),
        # Whether or not the package is installed.
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    environ |= {f"ADAPTER_{name}": str(value) for name, value in settings.items()}
    log = folder / "gunicorn.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", str(beside("gunicorn.conf.py")), *app.split()],
            cwd=folder,  # where no settings file of a developer's lies about
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield _url_of(process, log)
    finally:
        _stop(process)


def _url_of(process: subprocess.Popen[bytes], log: Path) -> str:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        if found := _LISTENING.search(log.read_text()):
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{found[1]}/healthz", timeout=5).ok:
                    return found[1]
        time.sleep(0.02)
    raise AssertionError(f"gunicorn does not answer:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # Its workers are of its session, and of nobody else's.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
