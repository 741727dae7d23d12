"""What the demo starts beside itself, and certainly ends."""

from __future__ import annotations

import os
import signal
import subprocess  # nosec B404 (our own interpreter only)
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

STOP_SECONDS = 25


@contextmanager
def running(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    stdout: Path,
    stderr: Path,
    pass_fds: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that writes to these files; it is ended on leaving, and whatever it started."""
    with ExitStack() as files:
        out = files.enter_context(stdout.open("wb"))
        process = subprocess.Popen(  # noqa: S603  # nosec B603
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out if stderr == stdout else files.enter_context(stderr.open("wb")),
            pass_fds=pass_fds,
            # Ctrl-C is for us; we stop the others when the last word is said.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
