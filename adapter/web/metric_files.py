"""Where the workers of a server count together: a folder in memory, made and cleaned by its master.

prometheus-client has each worker write its counters into files of a folder that is named in the
environment before the library is imported; so this module does not import it at its top.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "adapter-metrics-"
# In memory, for a counter must not wait for a busy disk.
MEMORY = Path("/dev/shm")  # nosec B108
LOCK = "alive"

_held: list[int] = []


def prepare(_arbiter: object = None) -> None:
    """As an `on_starting` hook: have a clean folder for the workers, unless none can be made.

    One that the operator named is emptied of what an earlier server left. Without one, a folder
    is made, and those whose servers are gone are removed.
    """
    named = os.environ.get(VARIABLE, "")
    # A master that takes another's place inherits its environment, but not its folder.
    is_given = bool(named) and not Path(named).name.startswith(PREFIX)
    try:
        if is_given:
            folder = Path(named)
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob("*.db"):
                left.unlink(missing_ok=True)
        else:
            base = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
            _remove_left(base)
            # Under its name only once it is locked, or one that starts meanwhile would remove it.
            draft = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=base))
            _held.append(_locked(draft))
            folder = draft.rename(base / draft.name.removeprefix("."))
    except OSError:
        # Each worker then counts for itself alone, which is better than not to serve.
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = str(folder)


def forget(_arbiter: object, worker: Any) -> None:
    """As a `child_exit` hook: what a worker that is gone has in hand is nothing."""
    if os.environ.get(VARIABLE):
        from prometheus_client import multiprocess

        with suppress(OSError):
            multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def clean(_arbiter: object = None) -> None:
    """As an `on_exit` hook: remove the folder that was made."""
    folder = Path(os.environ.get(VARIABLE, ""))
    if folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
    while _held:
        os.close(_held.pop())


def _remove_left(base: Path) -> None:
    for folder in base.glob(f"{PREFIX}*"):
        # Its server holds the lock for as long as it or one of its workers lives.
        with suppress(OSError):
            os.close(_locked(folder))
            shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: Path) -> int:
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
