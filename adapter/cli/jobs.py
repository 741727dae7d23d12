"""`adapter jobs run`: what time has made due."""

from __future__ import annotations

import getpass
import os
from dataclasses import asdict

import click

from adapter import jobs as work_to_do
from adapter.cli.endings import Commands, Finding
from adapter.cli.opening import configuration, opened, require_key
from adapter.cli.output import as_json, print_facts, print_json
from adapter.delivery import Ending, Worker
from adapter.web import logs


@click.group(cls=Commands)
def jobs() -> None:
    """What is to be done every few minutes, by cron or a timer."""


@jobs.command()
@as_json
def run(as_json: bool) -> None:
    """Do once what is due: expiries, reservations past their deadline, retention, messages."""
    config = configuration()
    logs.configure(config.log_level)
    with opened(config, goes_on=True) as database:
        days = config.request_log_days
        done = asdict(work_to_do.run(database, actor=_actor(), exchange_days=days))
        # Of all this only the messages need the key, which words and signs them.
        require_key(config, database)
        deliverer = Worker(database, config.secret_key, public_only=not config.private_webhooks)
        told = deliverer.run_once()
    delivered = told[Ending.DELIVERED]
    done |= {"outbox_delivered": delivered, "outbox_not_delivered": told.total() - delivered}
    if as_json:
        print_json(done)
    else:
        print_facts((name.replace("_", " "), count) for name, count in done.items())
    if done["failed"]:
        raise Finding(f"{done['failed']} of the due things failed and were left as they were")


def _actor() -> str:
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # in a container the user may have no name
        return f"cli:{os.getuid()}"
