"""`adapter openapi dump`: a protocol's document, without a server."""

from __future__ import annotations

from pathlib import Path

import click

from adapter import apidocs
from adapter.app import create_app
from adapter.cli.endings import Commands, CouldNotRun, Finding
from adapter.cli.opening import configuration, connect
from adapter.cli.output import say


@click.group(cls=Commands)
def openapi() -> None:
    """What the protocols' calls take and answer, as OpenAPI 3.1 documents."""


@openapi.command()
@click.argument("protocol")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, instead of the terminal.",
)
def dump(protocol: str, output: Path | None) -> None:
    """Write the document of PROTOCOL under these settings, as a server shows it at /docs."""
    config = configuration()
    database = connect(config)
    try:
        # Only what is routed where is looked at, and nothing in the database.
        app = create_app(config, database=database)
    finally:
        database.dispose()
    known = apidocs.names(app)
    if protocol not in known:
        shown = ", ".join(known) or "none"
        raise Finding(f"{protocol} is not served or tells nothing of itself; there is: {shown}")
    text = apidocs.written(app, protocol)
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as fault:
        raise CouldNotRun(f"{output}: {fault.strerror}") from None
    say(f"{output} is written: {len(text.encode())} bytes.", stderr=True)
