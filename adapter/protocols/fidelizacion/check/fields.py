"""Wrong fields: a request that is in order but for one of them, and what must be said of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from adapter.checks import Answer, OverAll
from adapter.checks.people import reference
from adapter.checks.wire import judge
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import Play, line, sale

ABSENT: Any = object()


@dataclass(frozen=True)
class Bad:
    """One wrong value at one place of a request; `says` is the message if section 9 has one."""

    base: str
    place: str
    value: Any
    says: str = ""
    blames: str = ""

    @property
    def path(self) -> str:
        """The field that must be named, from the root of the body."""
        place = self.blames or self.place
        return f"body.{place}" if place else "body"


def bads(base: str, *rows: tuple[str, Any, str]) -> tuple[Bad, ...]:
    """Several wrong values of one request: where, what, and the end of the message."""
    return tuple(Bad(base, place, value, f"{_last(place)} {says}") for place, value, says in rows)


def refused(wrong: Iterable[Bad]) -> Callable[[Play], str]:
    """A check that each of them is a 1001 which blames the right field."""
    wrong = tuple(wrong)

    def check(play: Play) -> str:
        for bad in wrong:
            answer = send(play, bad)
            play.tried.append((bad, answer))
            expect.refused(answer, "1001", path=bad.path)
        return f"{len(wrong)} values"

    return check


def said(*endings: str) -> OverAll:
    """A check of the messages of all wrong fields that must end like one of these."""

    def check(play: Play) -> str:
        wanted = {
            id(answer): bad.says
            for bad, answer in play.tried
            if documents.code(answer) == "1001" and any(end in bad.says for end in endings)
        }
        found = [answer for _, answer in play.tried if id(answer) in wanted]
        return judge(found, lambda answer: _message_fault(answer, wanted[id(answer)]))

    return OverAll(check)


def send(play: Play, bad: Bad) -> Answer:
    """The answer to the request with its one wrong field."""
    body = _bases(play)[bad.base]()
    return play.call(bad.base.partition(" ")[0], _changed(body, bad.place, bad.value))


def _message_fault(answer: Answer, wanted: str) -> str | None:
    shown = documents.message(answer)
    return None if shown.replace(" an ", " a ") == wanted else f"says {shown!r}, not {wanted!r}"


def _bases(play: Play) -> dict[str, Callable[[], dict[str, Any]]]:
    member = play.anna.by_phone
    deal = {"type": "PROMOTION", "reason": "Morning", "amount": 240, "sourceId": "deal_7"}
    event = {"type": "visit", "subType": "kiosk", "dateTime": "2025-09-02T09:58:11Z", "tags": ["a"]}

    def transaction() -> dict[str, Any]:
        told = sale(items=[line(tags=["hot"])])
        return {"member": member, "transaction": told, "appliedDeals": [deal]}

    return {
        "member/register": lambda: {"newMemberData": play.person().profile()},
        "member/register flat": lambda: play.person().profile(),
        "member/update": lambda: {"member": member, "newMemberData": {"firstName": "Ana"}},
        "member/details": lambda: {"member": member, "transaction": sale()},
        "member/shortCode": lambda: {"action": "get", "member": member},
        "member/shortCode verify": lambda: {"action": "verify", "shortCode": "0000"},
        "payment": lambda: {
            "member": member,
            "payment": {"action": "pay", "amount": 100},
            "transaction": sale(),
        },
        "payment cancel": lambda: {
            "member": member,
            "payment": {"action": "cancel", "amount": -100, "confirmationCode": reference()},
        },
        "transaction": transaction,
        "transaction cancel": lambda: {"action": "cancel", "confirmationCode": reference()},
        "transaction nested": lambda: {
            "transaction": {"action": "cancel", "confirmationCode": reference()}
        },
        "event": lambda: {"member": member, "event": event},
    }


def _changed(body: dict[str, Any], place: str, value: Any) -> Any:
    """The body with the value at the place, or with nothing there."""
    if not place:
        return value
    body = copy.deepcopy(body)
    *above, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    holder: Any = body
    for part in above:
        holder = holder[part]
    if value is ABSENT:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return body


def _last(place: str) -> str:
    return place.rpartition(".")[2]
