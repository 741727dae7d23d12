"""The demo from the first line to the last: set up, serve, play, look, and wait to be stopped."""

from __future__ import annotations

import json
import signal
import subprocess  # nosec B404 (for its type)
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapter.checks import Report
from adapter.cli import server
from adapter.cli.alongside import alongside
from adapter.cli.endings import CouldNotRun
from adapter.cli.programs import load_file
from adapter.core import programs
from adapter.demo import ending, koshelek, operators, stage, together
from adapter.demo.access import Access
from adapter.demo.afterwards import afterwards
from adapter.demo.cast import Cast
from adapter.demo.inbox import Inbox
from adapter.demo.operators import Operator
from adapter.demo.plugin import Plugin
from adapter.demo.retailer import Retailer, retailer
from adapter.demo.rules import CODE, LOGIN, MERCHANT
from adapter.demo.screen import Screen
from adapter.demo.stage import Stage
from adapter.demo.till import Till
from adapter.demo.wallet import Wallet
from adapter.demo.watch import Watch
from adapter.web import logs

STOPPERS = (signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to show it: whether to stop at the end, on which port, and where to leave it."""

    check: bool = False
    port: int | None = None
    keep: Path | None = None


def run(wanted: Wanted) -> bool:
    """Whether everything that was expected was seen.

    Raises:
        CouldNotRun: The port is in use, or the server does not come up or stay up.
    """
    if wanted.port is not None:
        server.require_free(stage.HOST, wanted.port)  # before all that would be made for nothing
    screen = Screen()
    logs.configure("WARNING")  # what the demo does itself is shown, not logged
    with _stopped_by_signals():
        try:
            with stage.opened(wanted.keep) as place:
                return _show(screen, place, wanted)
        except KeyboardInterrupt:
            screen.say("Stopped before the end.")
            return False


def _show(screen: Screen, place: Stage, wanted: Wanted) -> bool:
    today = _today()
    told = retailer(today)
    screen.say("A retailer's loyalty program, served to a wallet and to tills.", style="bold")
    secrets = _load(screen, place, told)
    operator = operators.employ(place.database)
    with (
        stage.serving(place, wanted.port, koshelek.SETTINGS) as (url, process),
        stage.delivering(place) as inbox,
    ):
        screen.say(f"gunicorn answers at {url}; adapter worker delivers what is to be sent.")
        screen.say(
            "Chapters A to H are Koshelek's, 1 to 6 a till's, which speaks fidelizacion, and 7 to "
            "10 are SWiP's,\na plugin in tills; in the one after them a customer goes through all "
            "three."
        )
        cast = _cast(screen, place, told, Access(url, secrets), inbox)
        reports = _play(screen, cast, operator, today)
        ending.results(screen, cast.access, operator, reports)
        if not wanted.check:
            ending.copy(screen, cast, place.settings_file)
            # The jobs had a scene of their own; from now on they are done when they are due.
            with alongside(place.config, place.database):
                _wait(screen, process, place)
    if wanted.keep is not None:
        screen.say(f"Everything is left in {place.folder}")
    return not screen.missed


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Moscow")).date()


def _load(screen: Screen, place: Stage, told: Retailer) -> dict[tuple[str, str], str]:
    """The secrets that the load made, by program and protocol."""
    file = place.folder / "program.json"
    text = json.dumps(told.document, ensure_ascii=False, indent=1)
    file.write_text(text, encoding="utf-8")
    done = load_file(place.config, place.database, file)
    screen.say(
        f"Loaded from a program file: {done.members_added} members, {done.cards_added} cards, "
        f"{done.transactions_added} purchases."
    )
    return {(one.program, one.protocol): one.secret for one in done.secrets}


def _cast(screen: Screen, place: Stage, told: Retailer, access: Access, inbox: Inbox) -> Cast:
    with place.database.reading() as work:
        terms = programs.by_code(work, CODE).terms()
    # One pair of eyes for all: what moved is told once, whoever moved it.
    watch = Watch(place.database, terms)
    password, key, token = (access.secret(one.protocol.name) for one in ending.PLATFORMS)
    return Cast(
        access=access,
        retailer=told,
        terms=terms,
        database=place.database,
        wallet=Wallet(access.url, LOGIN, password, screen, watch),
        till=Till(access.url, key, screen, watch),
        plugin=Plugin(access.url, MERCHANT, token, screen, watch),
        inbox=inbox,
    )


def _play(screen: Screen, cast: Cast, operator: Operator, today: date) -> list[Report]:
    """All that is played, one after the other; what the vendors' checks say at the end."""
    for platform in ending.PLATFORMS:
        platform.play(cast)
    together.play(cast)
    afterwards(screen, cast.database, cast.retailer, today)
    operators.play(screen, cast, operator)
    return ending.conformance(screen, cast)


def _wait(screen: Screen, process: subprocess.Popen[Any], place: Stage) -> None:
    screen.say("It stays up until Ctrl-C.")
    try:
        process.wait()
    except KeyboardInterrupt:
        screen.say("\nStopping.")
        return
    raise CouldNotRun("the server stopped; its last words:", *stage.last_words(place))


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Have SIGTERM and a closed terminal end the demo as Ctrl-C does, cleaning up."""

    def stop(_number: int, _frame: object) -> None:
        # Once is enough: a second one would interrupt the cleaning up.
        for number in STOPPERS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in STOPPERS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
