"""What a check may demand of one answer; each raises Failed, with the exchange that shows it."""

from __future__ import annotations

from typing import Any, NoReturn

from adapter.checks.exchange import Answer
from adapter.checks.report import Failed


def fail(answer: Answer, fault: str) -> NoReturn:
    """Never returns: this is wrong with the answer."""
    raise Failed(f"{answer.line}: {fault}", answer.transcript)


def status(answer: Answer, *statuses: int) -> Answer:
    """The answer itself if it has one of the statuses."""
    if answer.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        raise Failed(f"{answer.line}, {wanted} was expected", answer.transcript)
    return answer


def same(answer: Answer, what: str, found: Any, wanted: Any) -> None:
    """Nothing if the two are equal; a truth is not a number."""
    if found != wanted or isinstance(found, bool) is not isinstance(wanted, bool):
        fail(answer, f"{what} is {found!r}, not {wanted!r}")
