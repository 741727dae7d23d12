"""`adapter db`: bring the tables to this version, or say at which they are."""

from __future__ import annotations

import click

from adapter.cli.endings import Commands, CouldNotRun, Finding
from adapter.cli.opening import ADVICE, Schema, configuration, connect, schema_of, shown
from adapter.cli.output import as_json, print_json, say
from adapter.db import migrations


@click.group(cls=Commands)
def db() -> None:
    """The tables of the database."""


@db.command()
def upgrade() -> None:
    """Bring the tables to what this version needs: wholly, or not at all."""
    database = connect(configuration())
    try:
        state = schema_of(database)
        if state in (Schema.AHEAD, Schema.FOREIGN):
            raise CouldNotRun(ADVICE[state])
        before = None if state is Schema.ABSENT else migrations.current_revision(database.engine)
        migrations.upgrade(database.engine)
    finally:
        database.dispose()
    now = migrations.head_revision()
    if before == now:
        say(f"{shown(database)} is at revision {now} already.")
    else:
        say(f"{shown(database)} went from {before or 'nothing'} to revision {now}.")


@db.command()
@as_json
def check(as_json: bool) -> None:
    """Say whether the tables are what this version needs; exit status 1 if they are not."""
    database = connect(configuration())
    try:
        state = schema_of(database)
        at = None if state is Schema.ABSENT else migrations.current_revision(database.engine)
    finally:
        database.dispose()
    needed = migrations.head_revision()
    if as_json:
        print_json({"state": state.name.lower(), "revision": at, "needed": needed})
    else:
        say(f"{shown(database)}: {state.value} (revision {at or 'none'}, {needed} needed)")
    if state is not Schema.CURRENT:
        raise Finding(ADVICE[state])
