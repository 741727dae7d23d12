"""The end of the demo: every clause of every vendor, the outcome, and lines to copy."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapter.checks import Outcome, Report
from adapter.demo import fidelizacion, koshelek, swip
from adapter.demo.access import Access
from adapter.demo.cast import Cast
from adapter.demo.operators import Operator
from adapter.demo.rules import MERCHANT
from adapter.demo.screen import Screen

PLATFORMS = (koshelek, fidelizacion, swip)


def conformance(screen: Screen, cast: Cast) -> list[Report]:
    """What each vendor's check says of the server."""
    screen.chapter(
        "✓",
        "Conformance",
        "adapter check koshelek, fidelizacion and swip: every clause of the vendors' rules, from "
        "outside.",
    )
    screen.console.print()
    reports = [platform.conformance(cast) for platform in PLATFORMS]
    for report in reports:
        for result in report.results:
            if result.outcome is Outcome.FAILED:
                clause = result.clause
                screen.note(f"{report.name} {clause.id} failed: {clause.title} ({result.detail})")
        counts = {str(outcome): count for outcome, count in report.counts().items()}
        words = f"{report.name}: no clause of {len(report.results)} is broken"
        screen.expected(words, report.passed(strict=True), seen=counts)
    return reports


def results(screen: Screen, access: Access, operator: Operator, reports: Sequence[Report]) -> None:
    """The outcome in a frame."""
    screen.console.print()
    screen.results(_facts(screen, access, operator, reports))
    for missed in screen.missed:
        screen.say(f"not as expected, in {missed}", style="bold red")


def _facts(
    screen: Screen, access: Access, operator: Operator, reports: Sequence[Report]
) -> Iterator[tuple[str, str]]:
    for platform in PLATFORMS:
        yield platform.protocol.title, f"{access.url} or below /{platform.protocol.name}"
        yield from platform.proof(access)
    yield "the operators' console", f"{access.url}/admin"
    yield "sign in as", f"{operator.login} with {operator.password}"
    yield "documents of the APIs", f"{access.url}/docs"
    yield "checks passed", f"{screen.seen - len(screen.missed)} of {screen.seen}"
    for report in reports:
        counts = report.counts()
        whole = f"{counts[Outcome.PASSED]} of {len(report.results)} clauses of {report.name}"
        others = (Outcome.FAILED, Outcome.NOT_TESTED)
        rest = ", ".join(f"{counts[one]} {one}" for one in others if counts[one])
        yield "", f"{whole} ({rest})" if rest else whole


def copy(screen: Screen, cast: Cast, settings_file: Path) -> None:
    """Lines that work as they are in another terminal."""
    access = cast.access
    [(_, login)] = koshelek.proof(access)
    user = shlex.quote(login)
    vera = '{"phone": "79005559999", "firstname": "Вера", "surname": "Цой"}'
    setting = shlex.quote(str(settings_file))
    card = cast.retailer.anna_card
    screen.console.print()
    screen.say("Copy one of these into another terminal:", style="bold")
    screen.say(f"  curl -u {user} {access.url}/v1/card/{card}")
    screen.say(f"  curl -u {user} {access.url}/v1/card/anonymous -d {shlex.quote(vera)}")
    screen.say(f"  ADAPTER_CONFIG={setting} adapter members show {cast.olga.phone}")
    screen.say("Or these, and then what the README does at two tills:", style="bold")
    key, token = (access.secret(one.protocol.name) for one in (fidelizacion, swip))
    screen.say(f"  export URL={access.url} KEY={key} CARD={card}")
    screen.say(f"  export MERCHANT={MERCHANT} TOKEN={token} PHONE={cast.anna.phone}")
    screen.console.print()
