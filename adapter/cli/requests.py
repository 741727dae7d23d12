"""`adapter requests`: the exchanges with platforms, found again, shown, and tried once more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import click

from adapter.app import create_app
from adapter.cli.endings import Commands, Finding
from adapter.cli.exchange_screen import facts_of, line_of, print_exchange
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, print_json, say
from adapter.cli.replaying import rehearse_all, send_all, taken_out
from adapter.cli.since import Since
from adapter.core import exchanges, programs
from adapter.core.errors import NotFound
from adapter.core.exchanges import Exchange, Filters, Outcome
from adapter.db import Database, Work
from adapter.protocols import PROTOCOLS
from adapter.web.refilling import as_curl
from adapter.web.replay import NotKept, entries_of

F = TypeVar("F", bound=Callable[..., Any])
URL = "http://127.0.0.1:8000"
# Processes write a second apart: a line may come after one that is younger.
OVERLAP, LOOK_SECONDS = timedelta(seconds=10), 1.0


@click.group(cls=Commands)
def requests() -> None:
    """What platforms asked and were answered, masked. ID is an exchange's id, or the id that its
    answer carried in X-Request-ID.
    """


def filtered(command: F) -> F:
    """The options by which exchanges are looked for, as one argument."""

    @wraps(command)
    def with_filters(**given: Any) -> Any:
        names = ("protocol", "status", "outcome", "refusal", "outlet", "terminal", "since", "until")
        wanted = {name: given.pop(name) for name in names}
        wanted |= {f"{name}_id": given.pop(name) for name in ("credential", "member")}
        outcome = wanted.pop("outcome")
        told = {name: value for name, value in wanted.items() if value is not None}
        filters = Filters(**told, outcome=Outcome(outcome) if outcome else None)
        return command(filters=filters, **given)

    for option in (
        click.option("--until", type=Since(), help="Before then, as --since."),
        click.option("--since", type=Since(), help="Not before: a day, an instant, or 2h, 3d ago."),
        click.option("--member", type=click.UUID, help="About this member, by id."),
        click.option("--credential", type=click.UUID, help="With this credential, by id."),
        click.option("--terminal", help="At this terminal."),
        click.option("--outlet", help="At this outlet."),
        click.option("--refusal", help="Refused so: our name for it, or the vendor's code."),
        click.option(
            "--outcome", type=click.Choice([one.value for one in Outcome]), help="How they ended."
        ),
        click.option("--status", type=int, help="With this status, or of this class: 4."),
        click.option(
            "--protocol",
            type=click.Choice([one.name for one in PROTOCOLS], case_sensitive=False),
            help="Of this protocol.",
        ),
        click.option("--program", "code", metavar="CODE", help="Of this program."),
    ):
        with_filters = option(with_filters)
    return with_filters  # type: ignore[return-value]


@requests.command()
@filtered
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--follow", "-f", is_flag=True, help="Stay, and print what comes.")
@as_json
def tail(filters: Filters, code: str | None, limit: int, follow: bool, as_json: bool) -> None:
    """Print the last exchanges, the latest at the end."""
    with opened(configuration()) as database:
        with database.reading() as work:
            program_id = _program_id(work, code)
            found = list(reversed(exchanges.recent(work, program_id, filters, limit=limit)))
        _print_lines(found, as_json=as_json)
        if follow:
            for more in _coming(database, program_id, filters, {one.id for one in found}):
                _print_lines(more, as_json=as_json)


@requests.command()
@click.argument("exchange", metavar="ID")
@as_json
def show(exchange: str, as_json: bool) -> None:
    """Print all that is kept of one exchange, and what it did to the ledger."""
    with opened(configuration()) as database, database.reading() as work:
        found = _found(work, exchange)
        if as_json:
            print_json(facts_of(found))
        else:
            print_exchange(found, exchanges.effects(work, entries_of(found)))


@requests.command()
@click.argument("exchange", metavar="ID")
@click.option("--url", default=URL, show_default=True, help="Where the server is.")
def curl(exchange: str, url: str) -> None:
    """Print the request as a command line. What is a member's is filled in, as long as we know it;
    secrets are variables of the shell.
    """
    config = configuration()
    with opened(config) as database:
        app = create_app(config, database=database)
        with database.reading() as work:
            found = _found(work, exchange)
            caller = exchanges.caller_of(work, found)
        try:
            request, protocol = taken_out(app, database, found, "request.reveal")
        except NotKept as reason:
            raise Finding(f"{found.id}: not replayable: {reason}") from None
    for line in as_curl(request, protocol, caller.name if caller else "", url=url).split("\n"):
        say(line)
    for where in request.missing:
        say(f"adapter: not known any more: {where}", stderr=True)


@requests.command(name="replay")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@filtered
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--to", "url", metavar="URL", help="Send it there for real, unrehearsed.")
@click.option("-H", "--header", "headers", multiple=True, help="A header to send, as the key.")
@click.option("--yes", is_flag=True, help="Do not ask before sending.")
@as_json
def replay_them(
    ids: Sequence[str],
    filters: Filters,
    code: str | None,
    limit: int,
    url: str | None,
    headers: Sequence[str],
    yes: bool,
    as_json: bool,
) -> None:
    """Try exchanges once more, the oldest first: those named, or those that the options find.

    By themselves they are rehearsed: answered by this very program in a transaction that is rolled
    back, with what differs in the answer and in the ledger. Exit status 1 if anything does, or if
    one could not be replayed; the others are all the same.
    """
    config = configuration()
    if not ids and not _says_something(filters):
        raise click.UsageError("name exchanges, or say which by an option such as --since")
    if url is None and headers:
        raise click.UsageError("--header is for --to URL")
    with opened(config) as database:
        app = create_app(config, database=database)
        with database.reading() as work:
            program_id = _program_id(work, code)
            chosen = [_found(work, one) for one in ids] or list(
                exchanges.recent(work, program_id, filters, limit=limit, oldest_first=True)
            )
        if url is not None:
            if not yes:
                click.confirm(f"Send {len(chosen)} request(s) to {url} for real?", abort=True)
            send_all(app, database, chosen, url, _headers(headers), as_json=as_json)
        else:
            rehearse_all(app, chosen, as_json=as_json)


def _coming(
    database: Database, program_id: UUID | None, filters: Filters, seen: set[UUID]
) -> Iterator[list[Exchange]]:
    """What is written from now on, as it comes."""
    since = database.clock() - OVERLAP
    while True:
        wanted = replace(filters, since=max(since, filters.since or since))
        with database.reading() as work:
            found = exchanges.recent(work, program_id, wanted, limit=1000, oldest_first=True)
        fresh = [one for one in found if one.id not in seen]
        since = max(since, database.clock() - OVERLAP)
        seen = {one.id for one in found}
        yield fresh
        threading.Event().wait(LOOK_SECONDS)


def _print_lines(found: Sequence[Exchange], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            print_json(facts_of(one), indent=None)
        else:
            say(line_of(one))


def _found(work: Work, text: str) -> Exchange:
    """The exchange that is meant.

    Raises:
        NotFound: None is, or none any more.
    """
    try:
        by_id = exchanges.by_id(work, None, UUID(text))
    except ValueError:
        by_id = None
    found = [by_id] if by_id else exchanges.recent(work, None, Filters(request_id=text), limit=1)
    if not found:
        raise NotFound("no exchange has this id; they are kept for a time, then dropped")
    return found[0]


def _program_id(work: Work, code: str | None) -> UUID | None:
    return programs.by_code(work, code).id if code else None


def _says_something(filters: Filters) -> bool:
    return filters != Filters()


def _headers(given: Sequence[str]) -> dict[str, str]:
    told = {}
    for one in given:
        name, colon, text = one.partition(":")
        if not colon or not name.strip():
            raise click.UsageError(f"a header is NAME: VALUE, and {name!r} is none")
        if not one.isascii() or not one.isprintable():
            raise click.UsageError(f"a header is written in ASCII, and {name.strip()!r} is not")
        told[name.strip().lower()] = text.strip()
    return told
