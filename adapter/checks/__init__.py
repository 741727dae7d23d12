"""Plays a vendor against any host: clauses, recorded exchanges, and reports of what was found."""

from adapter.checks.console import print_report, print_result, print_summary
from adapter.checks.exchange import Answer, Client, NoAnswer, Unreachable
from adapter.checks.junit import write_junit
from adapter.checks.masking import Mask
from adapter.checks.report import (
    Clause,
    Failed,
    Level,
    NotTested,
    Outcome,
    Report,
    Result,
)
from adapter.checks.runner import run_clauses

__all__ = [
    "Answer",
    "Clause",
    "Client",
    "Failed",
    "Level",
    "Mask",
    "NoAnswer",
    "NotTested",
    "Outcome",
    "Report",
    "Result",
    "Unreachable",
    "print_report",
    "print_result",
    "print_summary",
    "run_clauses",
    "write_junit",
]
