"""`adapter worker`: tells others what the outbox holds for them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

import click

from adapter import delivery
from adapter.cli.alongside import alongside
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened, require_key
from adapter.cli.output import as_json, print_facts, print_json, say
from adapter.core import programs
from adapter.delivery import Ending, Worker
from adapter.web import logs


@click.group(cls=Commands, invoke_without_command=True)
@click.option("--once", is_flag=True, help="Deliver what is due now, each message once, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --once, print JSON.")
@click.pass_context
def worker(context: click.Context, once: bool, as_json: bool) -> None:
    """Deliver messages and events, and do the jobs that are due, until SIGTERM or Ctrl-C.

    Messages, such as one-time codes, go to the message_webhook of their program and events to its
    event_webhook, within a second where the receiver answers, and again later where it does not.
    Several workers may run beside each other.
    """
    if context.invoked_subcommand is not None:
        return
    config = configuration()
    logs.configure(config.log_level)
    with opened(config, serving=not once, goes_on=True) as database:
        require_key(config, database)
        deliverer = Worker(database, config.secret_key, public_only=not config.private_webhooks)
        if not once:
            say("Delivering messages", stderr=True)
        with _stopping(deliverer), nullcontext() if once else alongside(config, database):
            told = deliverer.run_once() if once else deliverer.run()
    facts = {str(ending): told[ending] for ending in Ending}
    if as_json:
        print_json(facts)
    elif once:
        print_facts(facts.items())


@worker.command()
@click.option("--program", "code", required=True, metavar="CODE", help="The program's code.")
@as_json
def secret(code: str, as_json: bool) -> None:
    """Show what the receiver of a program's messages checks their signatures with."""
    config = configuration()
    with opened(config) as database:
        require_key(config, database)
        with database.reading() as work:
            program = programs.by_code(work, code)
    text = delivery.shown(delivery.secret_of(config.secret_key, program.id))
    if as_json:
        print_json({"program": program.code, "webhook_secret": text})
    else:
        say(text)


@contextmanager
def _stopping(deliverer: Worker) -> Iterator[None]:
    """Have SIGTERM and Ctrl-C stop it after the messages in hand, and a second one at once."""
    kept = {sign: signal.getsignal(sign) for sign in (signal.SIGTERM, signal.SIGINT)}

    def stop(sign: int, frame: FrameType | None) -> None:
        deliverer.stop.set()
        signal.signal(sign, signal.SIG_DFL)

    for sign in kept:
        signal.signal(sign, stop)
    try:
        yield
    finally:
        for sign, handler in kept.items():
            signal.signal(sign, handler)
