"""`adapter demo`: everything at work, in one command."""

from __future__ import annotations

from pathlib import Path

import click

from adapter.cli.endings import Finding


@click.command()
@click.option("--check", is_flag=True, help="Stop at the end; exit status 0 or 1.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Where to answer.  [default: 8000, or any that is free]",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A new folder for the database and the settings, which is left there.",
)
def demo(check: bool, port: int | None, keep: Path | None) -> None:
    """Serve a made-up retailer's program, and call every protocol once, for you to see.

    A fresh SQLite database is loaded with hundreds of members, gunicorn is started, and the
    platforms' own scenarios are played over HTTP, and then one customer goes through all of them:
    each request and answer is shown with what it changed in the ledger. Then it stays up until
    Ctrl-C, and leaves nothing behind.
    """
    from adapter.demo import Wanted, run

    if not run(Wanted(check=check, port=port, keep=keep)):
        raise Finding("not everything was as it should be")
