"""Rules about the bytes of an answer that any vendor may ask for; each names the fault or none."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from adapter.checks.exchange import NOTHING, Answer
from adapter.checks.report import Failed, NotTested

Rule = Callable[[Answer], str | None]

_SLOW = 5.0  # seconds, within which whoever stands at a till or holds a phone must have an answer


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


def json_type_fault(answer: Answer) -> str | None:
    """A Content-Type other than JSON, or with a charset other than UTF-8."""
    value = answer.headers.get("Content-Type", "")
    kind, *parameters = (part.strip().lower().replace('"', "") for part in value.split(";"))
    charsets = {part.partition("=")[2].strip() for part in parameters if "charset" in part}
    if kind == "application/json" and charsets <= {"utf-8"}:
        return None
    return f"Content-Type is {value!r}"


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


def slow_fault(answer: Answer) -> str | None:
    """An answer that took too long."""
    return f"took {answer.seconds:.1f} s" if answer.seconds > _SLOW else None


def first(faults: Callable[[Answer], Iterator[str]]) -> Rule:
    """The same as a rule that names the first fault only."""
    return lambda answer: next(faults(answer), None)


def encrypted(play: Any) -> str:
    """That the host is spoken to by HTTPS. Raises: Failed, NotTested on this machine."""
    address = urlsplit(play.options.url)
    if address.scheme == "https":
        return "https"
    if address.hostname in ("localhost", "127.0.0.1", "::1"):
        raise NotTested("plain HTTP on this machine; TLS belongs to the edge")
    raise Failed("the URL is plain HTTP; the vendor asks for HTTPS")


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


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(document: Any) -> Iterator[str]:
    """Every string in a document."""
    return (value for _, value in leaves(document) if isinstance(value, str))
