"""What `adapter doctor` says of those who are told of events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from adapter import delivery
from adapter.cli.advice import Advice
from adapter.config import Config
from adapter.core import outbox
from adapter.db import Database
from adapter.delivery import CONSOLE, Standing, State

# A worker tells of an event within a second; one that waits for so long is told by nobody.
LONGEST_WAIT = timedelta(minutes=5)


def looks(config: Config, database: Database) -> Iterator[Advice]:
    """All of it."""
    with database.reading() as work:
        found = [(one, one.is_late(work.now - LONGEST_WAIT)) for one in delivery.standings(work)]
        unheard = outbox.unheard(work)
    for one, is_late in found:
        yield from _of(one, is_late=is_late)
    for program, left in unheard.items():
        what = f"{left.waiting} events of program {program} wait, and nobody listens any more"
        fix = f"give it an event_webhook again; after {outbox.KEPT.days} days they are dropped"
        yield Advice("note", what, fix)


def _of(one: Standing, *, is_late: bool) -> Iterator[Advice]:
    program, address = one.subscription.program_code, one.subscription.address
    faults = []
    if address == CONSOLE:
        what = f"program {program} has its events printed, to whoever reads what the worker prints"
        faults.append(
            Advice("finding", what, f"give event_webhook an address; {CONSOLE} is a demo")
        )
    elif not is_private(address):
        what = f"the events of program {program} travel in the clear, people's names among them"
        faults.append(Advice("finding", what, "give event_webhook an address of https://"))
    since = one.backlog.due_since
    count = one.backlog.waiting
    waiting = f"{count} events wait, the oldest since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    if one.state is State.PAUSED and one.receiver is not None:
        what = f"the events of program {program} are paused by {one.receiver.paused_by}"
        what += f" ({one.receiver.pause_reason})" + (f"; {waiting}" if waiting else "")
        faults.append(Advice("finding", what, f"adapter webhooks resume --program {program}"))
    elif is_late:
        why = f": {one.receiver.last_error}" if one.receiver and one.receiver.last_error else ""
        what = f"program {program}: {waiting}{why}"
        fix = f"keep adapter worker running; adapter webhooks show --program {program} tells more"
        faults.append(Advice("finding", what, fix))
    if one.backlog.dead:
        what = f"{one.backlog.dead} events of program {program} were given up"
        fix = f"adapter webhooks dead --program {program}, then replay --dead"
        faults.append(Advice("finding", what, fix))
    yield from faults
    if not faults:
        yield Advice("well", f"the events of program {program} are told")


def is_private(address: str) -> bool:
    """Whether nobody on the way can read what goes there."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1")
