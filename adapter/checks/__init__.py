"""Plays a vendor against any host: clauses, recorded exchanges, and reports of what was found."""

from adapter.checks.console import print_report, print_result, print_summary
from adapter.checks.exchange import Answer, Client, NoAnswer, Unreachable
from adapter.checks.junit import write_junit
from adapter.checks.masking import Mask
from adapter.checks.options import HostOptions, option, personal
from adapter.checks.play import AT_ONCE, HOSTILE, Play, at_once
from adapter.checks.report import (
    Clause,
    Failed,
    Level,
    NotTested,
    Outcome,
    Report,
    Result,
)
from adapter.checks.runner import OnResult, run_check, run_clauses
from adapter.checks.table import OverAll, advice, answered, every, must, sum_of, unseen

__all__ = [
    "AT_ONCE",
    "HOSTILE",
    "Answer",
    "Clause",
    "Client",
    "Failed",
    "HostOptions",
    "Level",
    "Mask",
    "NoAnswer",
    "NotTested",
    "OnResult",
    "Outcome",
    "OverAll",
    "Play",
    "Report",
    "Result",
    "Unreachable",
    "advice",
    "answered",
    "at_once",
    "every",
    "must",
    "option",
    "personal",
    "print_report",
    "print_result",
    "print_summary",
    "run_check",
    "run_clauses",
    "sum_of",
    "unseen",
    "write_junit",
]
