"""`adapter` and its verbs, in the order in which somebody new needs them."""

from __future__ import annotations

from pathlib import Path

import click

from adapter import __version__
from adapter.cli.backup import backup
from adapter.cli.benefits import benefits
from adapter.cli.cards import cards
from adapter.cli.check import check
from adapter.cli.credentials import credentials
from adapter.cli.crm import crm
from adapter.cli.database import db
from adapter.cli.demo import demo
from adapter.cli.endings import Commands
from adapter.cli.jobs import jobs
from adapter.cli.ledger import ledger
from adapter.cli.members import members
from adapter.cli.openapi import openapi
from adapter.cli.passes import passes
from adapter.cli.points import points
from adapter.cli.programs import export, load
from adapter.cli.registries import registries_
from adapter.cli.requests import requests
from adapter.cli.serve import serve
from adapter.cli.setup import config, doctor, init
from adapter.cli.tables import import_
from adapter.cli.users import users
from adapter.cli.webhooks import webhooks
from adapter.cli.worker import worker


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="adapter")
@click.option(
    "--config",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The settings file, instead of ADAPTER_CONFIG or ./adapter.toml.",
)
@click.pass_context
def main(context: click.Context, file: Path | None) -> None:
    """One loyalty server that speaks every platform's language, over one ledger in SQL.

    Exit status: 0 done, 1 a finding or a refusal, 2 wrong usage or settings, 3 could not run.
    """
    context.obj = file


for command in (
    demo,
    init,
    config,
    doctor,
    db,
    serve,
    load,
    export,
    import_,
    registries_,
    backup,
    credentials,
    users,
    members,
    cards,
    passes,
    points,
    benefits,
    ledger,
    jobs,
    requests,
    worker,
    webhooks,
    crm,
    check,
    openapi,
):
    main.add_command(command)
