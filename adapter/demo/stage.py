"""Where the demo takes place: a folder of its own, its settings, its database, a real server."""

from __future__ import annotations

import os
import shutil
import subprocess  # nosec B404 (for its type)
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from adapter.cli import server
from adapter.cli.endings import CouldNotRun
from adapter.config import Config
from adapter.db import Database, migrations
from adapter.demo.inbox import Inbox
from adapter.demo.processes import running

HOST = "127.0.0.1"
PREFERRED_PORT = 8000
START_SECONDS = 60
SERVER_LOG = "server.log"


@dataclass(frozen=True)
class Stage:
    """A folder with settings and an empty, migrated database."""

    folder: Path
    config: Config
    database: Database

    @property
    def settings_file(self) -> Path:
        """What `ADAPTER_CONFIG` must name for commands to work on this database."""
        return self.folder / "adapter.toml"

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """The variables for a server on this stage: these, and none of ours from outside."""
        plain = {name: value for name, value in os.environ.items() if not _is_setting(name)}
        return plain | {
            "ADAPTER_CONFIG": str(self.settings_file),
            "ADAPTER_LOG_LEVEL": "WARNING",
            **settings,
        }


def _is_setting(name: str) -> bool:
    return name.startswith(("ADAPTER_", "GUNICORN_")) or name == "WEB_CONCURRENCY"


@contextmanager
def opened(keep: Path | None) -> Iterator[Stage]:
    """A fresh stage, gone on leaving unless it is in a folder that somebody wants to keep.

    Raises:
        CouldNotRun: The folder cannot be made, or holds something already.
    """
    folder = _folder(keep)
    try:
        settings = folder / "adapter.toml"
        Config.write_initial(settings, database_url=f"sqlite:///{folder / 'demo.db'}")
        config = Config.from_environ({}, file=settings)
        # The demo's own writes need not outlive a power cut.
        with closing_database(config) as database:
            migrations.upgrade(database.engine)
            yield Stage(folder, config, database)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def closing_database(config: Config) -> Iterator[Database]:
    """The stage's database, closed on leaving."""
    database = Database(config.database_url, sqlite_synchronous="NORMAL")
    try:
        yield database
    finally:
        database.dispose()


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="adapter-demo-")).resolve()
    try:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise CouldNotRun(f"{keep} is not empty: name a new folder")
    except OSError as error:
        raise CouldNotRun(f"{keep} cannot be used: {error.strerror}") from error
    return keep.resolve()


@contextmanager
def serving(
    stage: Stage, port: int | None, settings: Mapping[str, str]
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a gunicorn on this stage, ready, and its process; stopped on leaving.

    Raises:
        CouldNotRun: The port is in use, or the server does not come up.
    """
    log = stage.folder / SERVER_LOG
    with closing(_socket(port)) as listener:
        handed = listener.fileno()
        gunicorn = running(
            server.command(f"fd://{handed}", workers=2),
            environment=stage.environment(settings),
            stdout=log,
            stderr=log,
            pass_fds=[handed],
        )
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        with gunicorn as process:
            listener.close()
            _wait_until_ready(url, process, stage)
            yield url, process


@contextmanager
def delivering(stage: Stage) -> Iterator[Inbox]:
    """What `adapter worker` delivers on this stage, as long as one is within."""
    messages = stage.folder / "messages.txt"
    # A checkout that nobody installed is found as well.
    places = (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
    # The jobs of the night are a scene of their own.
    settings = {"PYTHONPATH": os.pathsep.join(filter(None, places)), "ADAPTER_WORKER_JOBS": "no"}
    environment = stage.environment(settings)
    with running(
        # -P: no name of the present folder stands in for ours.
        [sys.executable, "-P", "-m", "adapter", "worker"],
        environment=environment,
        stdout=messages,
        stderr=stage.folder / "worker.log",
    ):
        yield Inbox(messages)


def _socket(port: int | None) -> server.socket.socket:
    if port is not None:
        return server.listening(HOST, port)
    try:
        return server.listening(HOST, PREFERRED_PORT)
    except CouldNotRun:
        return server.listening(HOST, 0)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], stage: Stage) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            with requests.Session() as session:
                session.trust_env = False
                if session.get(f"{url}/healthz", timeout=2).ok:
                    return
        except requests.RequestException:
            time.sleep(0.05)
    raise CouldNotRun("the server did not come up; its last words:", *last_words(stage))


def last_words(stage: Stage) -> list[str]:
    """The end of what the server wrote."""
    text = (stage.folder / SERVER_LOG).read_text(errors="replace")
    return text.strip().splitlines()[-8:]
