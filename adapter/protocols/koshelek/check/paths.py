"""Decisions G12, G29, G30, G34, G35 and the literals of section 3: how a path is read."""

from __future__ import annotations

from typing import Any

from adapter.checks import HOSTILE, Answer, NotTested
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.options import METHODS
from adapter.protocols.koshelek.check.people import Person
from adapter.protocols.koshelek.check.play import UNKNOWN, Play, path

_REDIRECTS = frozenset({301, 302, 307, 308})
_PROBES = {  # a path that exists only from its version on, by the name of its group
    "receipt": ("POST", "/v1/promo/qrCode"),
    "direct": ("POST", "/v1/card/anonymous"),
    "code": ("POST", "/v1/promo/code"),
}


def unknown_paths(play: Play) -> None:
    # Below the documented roots only: what lies beside them may belong to somebody else.
    for where in (
        "/v1/card/1/nothing",
        "/v1/card/1/2/3",
        "/v1/promo",
        "/v1/promo/%D0%BA%D0%BE%D0%B4",
    ):
        expect.status(play.client.send("GET", where, allowed=UNKNOWN), *UNKNOWN, 422)


def wrong_verbs(play: Play) -> None:
    for method, where in (
        ("DELETE", path(play.anna.number)),
        ("PATCH", "/v1/card"),
        ("DELETE", path(play.anna.number, "communication")),
        ("POST", path(play.anna.number, "purchases")),
        ("GET", path(play.anna.number, "communication")),
    ):
        expect.status(play.client.send(method, where, allowed=UNKNOWN), *UNKNOWN, 422)


def _tolerant(play: Play, method: str, where: str, **send: Any) -> Answer:
    allowed = UNKNOWN | _REDIRECTS
    return play.client.send(method, where, allowed=allowed, **send)


def trailing_slash(play: Play) -> None:
    anna = play.anna
    answer = _tolerant(play, "GET", path(anna.number) + "/")
    expect.card(answer, anna.number)
    answer = _tolerant(play, "GET", "/v1/card/", query={"msisdn": anna.phone})
    expect.card(answer, anna.number)
    expect.status(_tolerant(play, "PUT", path(anna.number, "communication/"), json={}), 200)


def exact_case(play: Play) -> None:
    for where in ("/V1/card", "/v1/CARD"):
        query = {"msisdn": play.anna.phone}
        answer = play.client.send("GET", where, query=query, allowed=UNKNOWN, purpose=HOSTILE)
        expect.status(answer, *UNKNOWN, 422)


def above_the_version(play: Play) -> str:
    version = play.options.api_version
    above = [group for group in _PROBES if METHODS[group] > version]
    if not above:
        raise NotTested(f"{version} is the highest version")
    # What this host says to a path and to a verb that it does not know.
    nowhere = (("POST", "/v1/promo/nothing"), ("PATCH", "/v1/card/anonymous"))
    unknown = {_refused_as(_probe(play, method, where)) for method, where in nowhere}
    for group in above:
        answer = _probe(play, *_PROBES[group])
        if _refused_as(answer) not in unknown:
            expect.fail(answer, "the method is known")
    return f"{len(above)} methods above {version}"


def _probe(play: Play, method: str, where: str) -> Answer:
    return play.client.send(method, where, json=Person().profile(), allowed=UNKNOWN)


def _refused_as(answer: Answer) -> tuple[int, str | None]:
    return answer.status, documents.error_code(answer)


def percent_encoding(play: Play) -> None:
    """Each character of the number written as a percent escape."""
    anna = play.anna
    escaped = "".join(f"%{byte:02X}" for byte in anna.number.encode())
    expect.card(play.client.send("GET", f"/v1/card/{escaped}", purpose="card"), anna.number)


def odd_numbers(play: Play) -> None:
    for number in ("карта 1", "' OR 1=1 --", "1" * 51, "\x00", "%", "7700\n", "٧٧٠٠", "-1", "1e3"):
        expect.refusal(play.card(number, purpose=HOSTILE))


def leading_zeros(play: Play) -> None:
    """A number with a zero put before it, or taken away, is another number."""
    number = play.anna.number
    others = {"0" + number, number.lstrip("0") or "0"} - {number}
    for other in others:
        answer = play.card(other)
        if answer.status == 200:
            expect.fail(answer, "zeros were not significant")
        expect.refusal(answer)


def literals(play: Play) -> None:
    """`anonymous`, `getAllUsers` and `getAllUsersExtended` are never the number of a card."""
    for word in ("anonymous", "getAllUsers", "getAllUsersExtended"):
        for more, method in (("communication", "PUT"), ("purchases", "GET")):
            where = path(word, more)
            query = {"startDate": "2025-01-01"} if method == "GET" else None
            body = None if method == "GET" else b"{}"
            answer = play.client.send(method, where, query=query, body=body, allowed=UNKNOWN)
            expect.status(answer, *UNKNOWN, 422)
    for word in ("getAllUsers", "getAllUsersExtended"):
        answer = play.client.send("POST", path(word), json={"surname": "Ёж"}, allowed=UNKNOWN)
        expect.status(answer, *UNKNOWN, 422)
