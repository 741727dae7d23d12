"""What a check may demand of one answer; each raises Failed, with the exchange that shows it."""

from __future__ import annotations

from typing import Any

from adapter.checks import Answer
from adapter.checks.expect import fail, same
from adapter.protocols.fidelizacion.check import documents

__all__ = ["balances", "blamed", "denied", "fail", "fields", "refused", "said", "same", "success"]


def success(answer: Answer) -> dict[str, Any]:
    """The payload of a success."""
    if not documents.is_success(answer):
        fail(answer, f"success was expected, not {said(answer)}")
    return documents.payload(answer)


def denied(answer: Answer) -> Answer:
    """The answer itself if it is any refusal but a breakdown."""
    if documents.code(answer) is None or answer.status >= 500:
        fail(answer, f"a refusal was expected, not {said(answer)}")
    return answer


def refused(answer: Answer, *codes: str, path: str | None = None) -> Answer:
    """The answer itself if it has one of the codes and blames no other field than this one."""
    if documents.code(answer) not in codes:
        fail(answer, f"code {' or '.join(codes)} was expected, not {said(answer)}")
    named = documents.path(answer)
    # That a field is named at all is for clause 2.2d to say.
    if path is not None and named not in (None, path):
        fail(answer, f"path {named!r}, {path!r} was expected")
    return answer


def blamed(answer: Answer, path: str) -> Answer:
    """The answer itself if it is a 1001 which blames this field, by its path or its message."""
    refused(answer, "1001", path=path)
    name = path.rpartition(".")[2]
    if documents.path(answer) is None and name not in documents.message(answer).split():
        fail(answer, f"{path!r} was to be blamed, not {said(answer)}")
    return answer


def fields(answer: Answer, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Nothing if each wanted field is there with its value; others do not matter."""
    for name, value in wanted.items():
        same(answer, name, found.get(name), value)


def balances(answer: Answer, **wanted: int) -> None:
    """Nothing if the answer gives both balances, and these with these values."""
    found = documents.balances(answer)
    if found is None:
        fail(answer, "points and credit are not given as whole numbers")
    fields(answer, found, wanted)


def said(answer: Answer) -> str:
    """In a few words what the answer was."""
    code = documents.code(answer)
    if code is None:
        return f"status {documents.status(answer)!r}"
    where = documents.path(answer)
    return f"{code} {documents.message(answer)!r}" + (f" at {where}" if where else "")
