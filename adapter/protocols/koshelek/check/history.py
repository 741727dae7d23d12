"""Section 5.5: the purchases of a card."""

from __future__ import annotations

from typing import Any

from adapter.checks import Answer, NotTested
from adapter.checks.wire import first, judge
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.people import unissued_number
from adapter.protocols.koshelek.check.play import Play

LONG_AGO = "2000-01-01"
_CAP = 1_000  # G7: no more elements than this; the period narrows it


def start_is_mandatory(play: Play) -> None:
    play.need("purchases")
    number = play.anna.number
    expect.refusal(play.purchases(number))
    expect.refusal(play.purchases(number, endDate="2030-01-01"))


def no_purchases(play: Play) -> None:
    play.need("purchases")
    answer = expect.status(play.purchases(play.new_holder().number, startDate=LONG_AGO), 200)
    if answer.document != []:
        expect.fail(answer, "[] was expected")


def _known(play: Play) -> Answer:
    """The whole history of the customer we were told about."""
    play.need("purchases")
    answer = play.purchases(play.known_number(), startDate=LONG_AGO)
    expect.status(answer, 200)
    if isinstance(answer.document, list) and not answer.document:
        raise NotTested("the known customer has no purchases")
    return answer


def purchases_look_right(play: Play) -> str:
    answer = _known(play)
    judge([answer], first(documents.purchase_faults))
    return f"{len(documents.items(answer))} items"


def amounts_are_kopecks(play: Play) -> None:
    judge([_with_items(play)], first(documents.amount_faults))


def _with_items(play: Play) -> Answer:
    """The same. Raises: NotTested if there is nothing in it that looks like a purchase."""
    answer = _known(play)
    if not documents.items(answer):
        raise NotTested("the answer holds no purchases that can be read")
    return answer


def _days(answer: Answer) -> list[str]:
    return [day for day in documents.days(answer) if documents.is_day(day)]


def period_is_kept(play: Play) -> str:
    """Both ends are inclusive whole days, so that one day alone can be asked for."""
    everything = _known(play)
    days = _days(everything)
    if not days:
        expect.fail(everything, "no readable date")
    day = sorted(days)[len(days) // 2]
    period: dict[str, Any] = {"startDate": day, "endDate": day}
    answer = expect.status(play.purchases(play.known_number(), **period), 200)
    if set(_days(answer)) != {day}:
        expect.fail(answer, "not the purchases of that day")
    if len(days) < _CAP and len(_days(answer)) != days.count(day):
        expect.fail(answer, "not all purchases of that day")
    return f"{len(_days(answer))} of {len(days)} items on {day}"


def newest_first(play: Play) -> None:
    answer = _with_items(play)
    days = _days(answer)
    if days != sorted(days, reverse=True):
        expect.fail(answer, "not the newest first")


def purchases_of_nobody(play: Play) -> None:
    play.need("purchases")
    expect.refusal(play.purchases(unissued_number(), startDate=LONG_AGO))


def bad_days(play: Play) -> None:
    play.need("purchases")
    number = play.anna.number
    for day in ("2025-02-30", "14.02.2025", "20250214", "yesterday", ""):
        expect.refusal(play.purchases(number, startDate=day))
    expect.refusal(play.purchases(number, startDate="2025-01-01", endDate="2025-13-01"))


def period_backwards(play: Play) -> None:
    play.need("purchases")
    period = {"startDate": "2025-02-02", "endDate": "2025-02-01"}
    expect.refusal(play.purchases(play.anna.number, **period))
