"""The end of the demo: every clause of every vendor, the outcome, and lines to copy."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapter.checks import Outcome, Report
from adapter.demo import fidelizacion, koshelek
from adapter.demo.cast import Cast
from adapter.demo.rules import LOGIN
from adapter.demo.screen import Screen


@dataclass(frozen=True, slots=True)
class Access:
    """Where the server answers, and the secrets that the load made."""

    url: str
    password: str = field(repr=False)
    till_key: str = field(repr=False)
    neighbours_key: str = field(repr=False)


def conformance(screen: Screen, access: Access, cast: Cast) -> list[Report]:
    """What each vendor's check says of the server."""
    screen.chapter(
        "✓",
        "Conformance",
        "adapter check koshelek, adapter check fidelizacion: every clause of the vendors' rules, "
        "from outside.",
    )
    screen.console.print()
    reports = [
        koshelek.conformance(access.url, LOGIN, access.password, cast),
        fidelizacion.conformance(access.url, access.till_key, access.neighbours_key, cast),
    ]
    for report in reports:
        for result in report.results:
            if result.outcome is Outcome.FAILED:
                clause = result.clause
                screen.note(f"{report.name} {clause.id} failed: {clause.title} ({result.detail})")
        counts = {str(outcome): count for outcome, count in report.counts().items()}
        words = f"{report.name}: no clause of {len(report.results)} is broken"
        screen.expected(words, report.passed(strict=True), seen=counts)
    return reports


def results(screen: Screen, access: Access, reports: Sequence[Report]) -> None:
    """The outcome in a frame."""
    screen.console.print()
    screen.results(_facts(screen, access, reports))
    for missed in screen.missed:
        screen.say(f"not as expected, in {missed}", style="bold red")


def _facts(screen: Screen, access: Access, reports: Sequence[Report]) -> Iterator[tuple[str, str]]:
    wallet, till = koshelek.protocol, fidelizacion.protocol
    yield wallet.title, f"{access.url} or below /{wallet.name}"
    yield "login", f"{LOGIN}:{access.password}"
    yield till.title, f"{access.url} or below /{till.name}"
    yield "x-api-key", access.till_key
    yield "checks passed", f"{screen.seen - len(screen.missed)} of {screen.seen}"
    for report in reports:
        counts = report.counts()
        whole = f"{counts[Outcome.PASSED]} of {len(report.results)} clauses of {report.name}"
        others = (Outcome.FAILED, Outcome.NOT_TESTED)
        rest = ", ".join(f"{counts[one]} {one}" for one in others if counts[one])
        yield "", f"{whole} ({rest})" if rest else whole


def copy(screen: Screen, access: Access, cast: Cast, settings_file: Path) -> None:
    """Lines that work as they are in another terminal."""
    user = shlex.quote(f"{LOGIN}:{access.password}")
    vera = '{"phone": "79005559999", "firstname": "Вера", "surname": "Цой"}'
    setting = shlex.quote(str(settings_file))
    card = cast.retailer.anna_card
    screen.console.print()
    screen.say("Copy one of these into another terminal:", style="bold")
    screen.say(f"  curl -u {user} {access.url}/v1/card/{card}")
    screen.say(f"  curl -u {user} {access.url}/v1/card/anonymous -d {shlex.quote(vera)}")
    screen.say(f"  ADAPTER_CONFIG={setting} adapter members show {cast.anna.phone}")
    screen.say("Or this, and then what the README does at a till:", style="bold")
    screen.say(f"  export URL={access.url} KEY={access.till_key} CARD={card}")
    screen.console.print()
