"""The application with one page more: a gate that holds a thread until the test lets it go."""

import fcntl
import os
from pathlib import Path

from flask import abort

from adapter.app import create_app
from adapter.config import Config
from adapter.web import overload, worker

# Nobody has time to wait for ten seconds here.
worker.ARRIVAL_SECONDS = int(os.environ.get("ARRIVAL_SECONDS", "60"))

app = create_app(Config.from_environ())


@app.get("/gate/<name>")
def gate(name):
    if overload.refuses_here():
        # It came too late for a thread, and the one that refuses is not to be held.
        abort(503)
    folder = Path(os.environ["GATE"])
    mark = folder / name
    mark.touch()
    with (folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    mark.unlink()
    return "through"
