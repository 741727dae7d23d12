"""What an answer says, read without trusting its shape; whole numbers become int."""

from __future__ import annotations

from typing import Any, TypeGuard
from uuid import UUID

from adapter.checks import Answer
from adapter.checks.wire import objects

# Written at the top level beside the payload, and never part of it (section 2.1).
ENVELOPE = frozenset({"status", "message", "error", "data"})


def body(answer: Answer) -> dict[str, Any]:
    """The answer as an object, empty if it is anything else."""
    return answer.plain if isinstance(answer.plain, dict) else {}


def payload(answer: Answer) -> dict[str, Any]:
    """What a success carries, in whichever of its two places."""
    document = body(answer)
    data = document.get("data")
    if isinstance(data, dict):
        return data
    return {name: value for name, value in document.items() if name not in ENVELOPE}


def status(answer: Answer) -> Any:
    """The word by which success and failure are told apart."""
    return _raw(answer).get("status")


def is_success(answer: Answer) -> bool:
    return bool(status(answer) == "success")


def error(answer: Answer) -> dict[str, Any]:
    """The error of an answer, empty if it has none."""
    found = _raw(answer).get("error")
    return found if isinstance(found, dict) else {}


def code(answer: Answer) -> str | None:
    """The code of a refusal as text, None where nothing was refused."""
    found = error(answer).get("code")
    return str(found) if status(answer) == "error" and found is not None else None


def path(answer: Answer) -> str | None:
    """The field a refusal blames, None if it names none."""
    found = error(answer).get("path")
    return found if isinstance(found, str) else None


def message(answer: Answer) -> str:
    """The sentence of a refusal."""
    found = error(answer).get("message")
    return found if isinstance(found, str) else ""


def member(answer: Answer) -> dict[str, Any]:
    """The member an answer shows, empty if it shows none."""
    found = payload(answer).get("member")
    return found if isinstance(found, dict) else {}


def balances(answer: Answer) -> dict[str, int] | None:
    """Points and credit as an answer gives them, None unless both are whole numbers."""
    found = payload(answer).get("newBalance", member(answer))
    if not isinstance(found, dict):
        return None
    points, credit = found.get("points"), found.get("credit")
    if not (is_whole(points) and is_whole(credit)):
        return None
    return {"points": points, "credit": credit}


def text(value: Any) -> str:
    """The value if it is a string, else nothing."""
    return value if isinstance(value, str) else ""


def assets(answer: Answer) -> list[dict[str, Any]]:
    """The assets of the member an answer shows."""
    return objects(member(answer).get("assets"))


def is_whole(value: Any) -> TypeGuard[int]:
    return type(value) is int


def is_uuid(value: Any) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except (ValueError, AttributeError, TypeError):
        return False


def _raw(answer: Answer) -> dict[str, Any]:
    """The answer as an object with its numbers as they were written."""
    return answer.document if isinstance(answer.document, dict) else {}
