"""The demo from the first line to the last: set up, serve, play, look, and wait to be stopped."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess  # nosec B404
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapter import jobs
from adapter.checks import Outcome, Report
from adapter.cli.endings import CouldNotRun
from adapter.cli.programs import load_file
from adapter.core import ledger, payments, programs
from adapter.core.amounts import Amount
from adapter.db import Database
from adapter.demo import koshelek, stage
from adapter.demo.retailer import CODE, LOGIN, Retailer, retailer
from adapter.demo.screen import Screen
from adapter.demo.stage import Stage
from adapter.demo.watch import Watch

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
    screen = Screen()
    with _stopped_by_signals():
        try:
            with stage.opened(wanted.keep) as place:
                return _show(screen, place, wanted)
        except KeyboardInterrupt:
            screen.say("Stopped before the end.")
            return False


def _show(screen: Screen, place: Stage, wanted: Wanted) -> bool:
    told = retailer(_today())
    screen.say("A retailer's loyalty program, served to Koshelek and called by it.", style="bold")
    password = _load(screen, place, told)
    with stage.serving(place, wanted.port, koshelek.SETTINGS) as (url, process):
        screen.say(f"gunicorn answers at {url}")
        cast = _cast(place, told)
        wallet = koshelek.Wallet(url, LOGIN, password, screen, Watch(place.database, cast.terms))
        koshelek.play(wallet, cast)
        _afterwards(screen, place.database, told)
        report = _conformance(screen, url, password, cast)
        good = not screen.missed and report.passed()
        _results(screen, url, password, report)
        if not wanted.check:
            _copy(screen, url, password, place, told)
            _wait(screen, process, place)
    if wanted.keep is not None:
        screen.say(f"Everything is left in {place.folder}")
    return good


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Moscow")).date()


def _load(screen: Screen, place: Stage, told: Retailer) -> str:
    """The password that the load generated for Koshelek's credential."""
    file = place.folder / "program.json"
    text = json.dumps(told.document, ensure_ascii=False, indent=1)
    file.write_text(text, encoding="utf-8")
    done = load_file(place.config, place.database, file)
    screen.say(
        f"Loaded from a program file: {done.members_added} members, {done.cards_added} cards, "
        f"{done.transactions_added} purchases."
    )
    return next(made.secret for made in done.secrets if made.name == LOGIN)


def _cast(place: Stage, told: Retailer) -> koshelek.Cast:
    with place.database.reading() as work:
        terms = programs.by_code(work, CODE).terms()
    return koshelek.Cast(told, terms, place.database)


def _afterwards(screen: Screen, database: Database, told: Retailer) -> None:
    """What a night does, and whether the ledger is whole."""
    screen.chapter("≡", "Afterwards", "The jobs of the night, and the whole ledger recomputed.")
    overdue = _overdue(told)
    screen.step("adapter jobs run")
    done = jobs.run(database)
    screen.expected(
        f"{overdue} lots had run out unnoticed and are entered as expired",
        (done.lots_settled, done.failed) == (overdue, 0),
        seen=done,
    )
    screen.step("adapter ledger verify")
    with database.reading() as work:
        findings = [str(one) for one in (*ledger.verify(work), *payments.verify(work))]
        terms = programs.by_code(work, CODE).terms()
        figures = [
            (terms.unit(unit), role, total)
            for unit, role, total in ledger.program_figures(work, terms.id)
        ]
    screen.expected("every balance, lot and digest agrees", not findings, seen=findings[:3])
    told_by = ", ".join(f"{role} {Amount(total, unit)}" for unit, role, total in figures)
    screen.say(f"      The program's own accounts: {told_by}", style="magenta")


def _overdue(told: Retailer) -> int:
    today = _today().isoformat()
    lots = [
        lot
        for program in told.document["programs"]
        for member in program["members"]
        for lot in member["lots"]
    ]
    return sum(1 for lot in lots if lot.get("expires_on", today) < today)


def _conformance(screen: Screen, url: str, password: str, cast: koshelek.Cast) -> Report:
    screen.chapter(
        "✓",
        "Conformance",
        "adapter check koshelek: every clause of the vendor's rules, from outside.",
    )
    screen.console.print()
    report = koshelek.conformance(url, LOGIN, password, cast)
    for result in report.results:
        if result.outcome is not Outcome.PASSED:
            clause = result.clause
            screen.note(f"{clause.id} {result.outcome}: {clause.title} ({result.detail})")
    return report


def _results(screen: Screen, url: str, password: str, report: Report) -> None:
    counts = report.counts()
    screen.console.print()
    screen.results(
        [
            ("protocol", koshelek.protocol.title),
            ("base URL", f"{url}\n{url}/{koshelek.protocol.name}"),
            ("credential", f"{LOGIN}:{password}"),
            ("checks passed", f"{screen.seen - len(screen.missed)} of {screen.seen} in scenarios"),
            (
                "",
                f"{counts[Outcome.PASSED]} of {len(report.results)} clauses of the vendor's rules",
            ),
            ("", f"({counts[Outcome.FAILED]} failed, {counts[Outcome.NOT_TESTED]} not tested)"),
        ]
    )
    for missed in screen.missed:
        screen.say(f"not as expected, in {missed}", style="bold red")


def _copy(screen: Screen, url: str, password: str, place: Stage, told: Retailer) -> None:
    user = shlex.quote(f"{LOGIN}:{password}")
    maria = '{"phone": "79005559999", "firstname": "Вера", "surname": "Цой"}'
    setting = shlex.quote(str(place.settings_file))
    screen.console.print()
    screen.say("Copy one of these into another terminal:", style="bold")
    screen.say(f"  curl -u {user} {url}/v1/card/{told.anna_card}")
    screen.say(f"  curl -u {user} {url}/v1/card/anonymous -d {shlex.quote(maria)}")
    screen.say(f"  ADAPTER_CONFIG={setting} adapter members show {told.anna.phone}")
    screen.console.print()


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
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in STOPPERS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
