"""`adapter serve`: the application behind gunicorn."""

from __future__ import annotations

import os

import click

from adapter.cli import server
from adapter.cli.endings import BadSettings
from adapter.cli.opening import configuration, opened, require_key, shown
from adapter.cli.output import say
from adapter.web import logs

DEFAULT_BIND = "127.0.0.1:8000"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="[default: 8000, or of ADAPTER_BIND]")
@click.option("--host", metavar="ADDRESS", help="[default: 127.0.0.1, or of ADAPTER_BIND]")
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    help="Processes that answer. [default: 2, or WEB_CONCURRENCY]",
)
def serve(port: int | None, host: str | None, workers: int | None) -> None:
    """Serve every enabled protocol; /healthz answers when it is ready.

    An empty database is given its tables. SIGTERM and Ctrl-C let requests under way finish.
    """
    config = configuration()
    if config.file is not None:
        os.environ["ADAPTER_CONFIG"] = str(config.file.resolve())
    logs.configure(config.log_level)
    with opened(config, create=True, goes_on=True) as database:
        require_key(config, database)
        address = shown(database)
    host, port = _address(host, port)
    server.require_free(host, port)
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    served = ", ".join(one.protocol.name for one in config.protocols if one.enabled)
    say(f"Serving {served or 'no protocol'} at http://{bind} from {address}")
    server.become(server.command(bind, workers=workers))


def _address(host: str | None, port: int | None) -> tuple[str, int]:
    known_host, _, known_port = os.environ.get("ADAPTER_BIND", DEFAULT_BIND).rpartition(":")
    if not known_port.isdigit() or not known_host:
        raise BadSettings("ADAPTER_BIND: must be like 127.0.0.1:8000")
    return host or known_host.strip("[]"), port or int(known_port)
