"""The application with one page more: a gate that holds a thread until the test lets it go."""

import fcntl
import os
import uuid
from pathlib import Path

from adapter.app import create_app
from adapter.config import Config
from adapter.web import worker

# Nobody has time to wait for ten seconds here.
worker.ARRIVAL_SECONDS = int(os.environ.get("ARRIVAL_SECONDS", "60"))

app = create_app(Config.from_environ())


@app.get("/gate")
def gate():
    folder = Path(os.environ["GATE"])
    (folder / f"held-{uuid.uuid4().hex}").touch()
    with (folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    return "through"
