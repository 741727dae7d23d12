"""What a check may demand of one answer; each raises Failed, with the exchange that shows it."""

from __future__ import annotations

from adapter.checks import Answer
from adapter.checks.expect import fail, status
from adapter.protocols.koshelek.check import documents

__all__ = ["card", "empty", "fail", "nobody", "refusal", "status"]


def refusal(answer: Answer) -> Answer:
    """The answer itself if it is a 422."""
    return status(answer, 422)


def empty(answer: Answer) -> Answer:
    """The answer itself if it is a 200 of zero bytes."""
    status(answer, 200)
    if answer.body:
        fail(answer, "the body must have zero bytes")
    return answer


def card(answer: Answer, number: str) -> Answer:
    """The answer itself if it is a 200 with the card of that number."""
    status(answer, 200)
    found = documents.card_number(answer)
    if found != number:
        found = "no card" if found is None else f"card {found}"
        fail(answer, f"{found} instead of card {number}")
    return answer


def nobody(answer: Answer) -> Answer:
    """The answer itself if it names no card, and the host did not break down.

    How nothing found is to be said is the matter of clause 5.1c alone.
    """
    if answer.status >= 500:
        fail(answer, "a search was expected to work")
    if documents.card_number(answer) is not None:
        fail(answer, "a card was found")
    return answer
