"""What a check may demand of one answer; each raises Failed, with the exchange that shows it."""

from __future__ import annotations

from typing import Any

from adapter.checks import Answer
from adapter.checks.exchange import Number
from adapter.checks.expect import fail, same, status
from adapter.protocols.swip.check.play import Play, Refusal

__all__ = ["fail", "field", "points", "refused", "same", "shown", "status"]

# §4.8: the status that goes with each number, and what is said with it.
NUMBERS: dict[int, tuple[int, str]] = {
    9: (400, "Customer[{}] not found"),
    1001: (401, "Unauthorized"),
    1003: (403, "Forbidden"),
    1004: (404, "Not found"),
    1005: (405, "Method not allowed"),
    1006: (429, "Too many requests"),
    1010: (400, "Unsupported Api-Version[{}]"),
    1011: (400, ""),
    1012: (400, "Customer[{}] is blocked"),
    1020: (422, "Customer[{}] already exists"),
    1030: (422, ""),
    1031: (422, ""),
}
_UNKNOWN_ORDER = (404, "Order[{}] not found")


def refused(
    play: Play, answer: Answer, code: int, *fields: str, about: str | None = None
) -> Answer:
    """The answer itself if it has the status of the code.

    The code, the fields it blames and what it says are for clauses over all refusals to judge: of
    the vendor's numbers only 9 is known.
    """
    wanted, says = _UNKNOWN_ORDER if code == 1004 and about else NUMBERS[code]
    status(answer, wanted)
    described = says.format(about) if about or "{}" not in says else ""
    play.refusals.append(Refusal(answer, code, fields, described or None))
    return answer


def document(answer: Answer) -> dict[str, Any]:
    """The answer as an object, empty if it is anything else."""
    return answer.document if isinstance(answer.document, dict) else {}


def shown(answer: Answer, **wanted: Any) -> dict[str, Any]:
    """The object of a success, if these fields have these values; a number may be any number."""
    status(answer, 200)
    found = document(answer)
    for name, value in wanted.items():
        same(answer, name, field(found, name), value)
    return found


def field(found: dict[str, Any], name: str) -> Any:
    """A field as it was sent, `None` where it is not there; `100`, `100.0` and `1e2` are one."""
    value = found.get(name)
    return float(value.text) if isinstance(value, Number) else value


def points(answer: Answer, name: str = "points") -> int:
    """The whole number, not below zero, in an answer that shows one (§4.5)."""
    value = shown(answer).get(name)
    if not isinstance(value, Number) or not value.text.isdecimal() or len(value.text) > 18:
        fail(answer, f"{name} is {value}, no whole number from zero on")
    return int(value.text)
