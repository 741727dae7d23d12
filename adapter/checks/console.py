"""A report as lines on a terminal, or as plain text when the output is piped."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from adapter.checks.masking import printable
from adapter.checks.report import Level, Outcome, Report, Result

_STYLES = {"passed": "green", "FAILED": "bold red", "advice": "yellow", "not tested": "dim"}


def print_report(report: Report, console: Console | None = None, *, strict: bool = False) -> None:
    """Prints one line per clause, what was wrong below it, and a summary."""
    console = console or Console()
    for result in report.results:
        print_result(result, console, strict=strict)
    print_summary(report, console, strict=strict)


def print_result(result: Result, console: Console, *, strict: bool = False) -> None:
    """Prints the line of one clause, and for a failure the exchange that shows it."""
    word = _word(result, strict=strict)
    line = Text()
    line.append(f"{result.clause.id:<7}", style="bold")
    line.append(f"{word:<11}", style=_STYLES[word])
    line.append(printable(result.clause.title))
    if result.detail:
        detail = printable(result.detail).replace("\n", " ")
        line.append(f"  ({detail})" if word in ("passed", "not tested") else f": {detail}")
    _print(console, line)
    if result.outcome is Outcome.FAILED and result.exchange:
        for row in printable(result.exchange).split("\n"):
            _print(console, Text(f"           {row}", style="dim"))


def print_summary(report: Report, console: Console, *, strict: bool = False) -> None:
    """Prints how many clauses came out each way and what that means for the whole."""
    counts = report.counts()
    faults = len(report.faults(strict=strict))
    advice = counts[Outcome.FAILED] - faults
    verdict = "passed" if report.passed(strict=strict) else "FAILED"
    line = Text(f"{report.name} at {printable(report.target)}: ")
    line.append(verdict, style=_STYLES[verdict])
    line.append(
        f" · {counts[Outcome.PASSED]} passed, {faults} failed, {advice} against advice, "
        f"{counts[Outcome.NOT_TESTED]} not tested"
        f" · {report.exchanges} requests in {report.seconds:.1f} s"
    )
    _print(console, line)


def _word(result: Result, *, strict: bool) -> str:
    if result.outcome is not Outcome.FAILED:
        return str(result.outcome)
    return "advice" if result.clause.level is Level.ADVICE and not strict else "FAILED"


def _print(console: Console, line: Text) -> None:
    # One line stays one line: it is not folded to the width of a terminal that may not exist.
    console.print(line, soft_wrap=True, highlight=False)
