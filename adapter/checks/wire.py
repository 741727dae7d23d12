"""Rules about the bytes of an answer that any vendor may ask for; each names the fault or none."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from adapter.checks.exchange import NOTHING, Answer
from adapter.checks.report import Failed, NotTested

Rule = Callable[[Answer], str | None]


def judge(answers: Iterable[Answer], rule: Rule) -> str:
    """How many answers keep the rule.

    Raises: Failed with the first that does not, NotTested without any answer.
    """
    judged = [(answer, rule(answer)) for answer in list(answers)]
    faults = [(answer, fault) for answer, fault in judged if fault]
    if not judged:
        raise NotTested("no answer of this kind was received")
    if faults:
        answer, fault = faults[0]
        where = "" if len(faults) == 1 else f" ({len(faults)} of {len(judged)} answers)"
        raise Failed(f"{answer.line}: {fault}{where}", answer.transcript)
    return f"{len(judged)} answers"


def status_fault(answer: Answer) -> str | None:
    """A status that is not in order for the request."""
    if answer.status in answer.allowed:
        return None
    wanted = ", ".join(map(str, sorted(answer.allowed)))
    return f"status {answer.status} is not one of {wanted}"


def content_type_fault(answer: Answer) -> str | None:
    """A Content-Type other than JSON with its charset; case, spaces, a last `;` do not matter."""
    value = answer.headers.get("Content-Type", "")
    parts = [part.strip().lower() for part in value.split(";")]
    parameters = {part.replace(" ", "").replace('"', "") for part in parts[1:] if part}
    if parts[0] == "application/json" and parameters == {"charset=utf-8"}:
        return None
    return f"Content-Type is {value!r}" if value else "there is no Content-Type"


def encoding_fault(answer: Answer) -> str | None:
    """Bytes that are not UTF-8, or not JSON."""
    try:
        answer.body.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"the body is not UTF-8 at byte {error.start}"
    if answer.body and answer.document is NOTHING:
        return "the body is not JSON"
    return None


def bom_fault(answer: Answer) -> str | None:
    """A byte order mark before the document."""
    return "the body begins with a BOM" if answer.body.startswith(codecs.BOM_UTF8) else None


def leaves(document: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every elementary value of a document with its place in it."""
    pending = [(place, document)]
    while pending:
        place, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{place}.{key}".lstrip("."), item) for key, item in value.items()]
        elif isinstance(value, list):
            pending += [(f"{place}[{index}]", item) for index, item in enumerate(value)]
        elif value is not NOTHING:
            yield place, value


def texts(document: Any) -> Iterator[str]:
    """Every string in a document."""
    return (value for _, value in leaves(document) if isinstance(value, str))
