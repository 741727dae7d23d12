"""Our own server with things done to its answers that each break a few clauses."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import current_thread, main_thread
from typing import Any, ClassVar

from tests.checks.hosts import Answers, Reply, Request, Wrong
from tests.protocols.swip.people import BLOCKED_PHONE, PHONE
from tests.protocols.swip.plugin import ORDERS, PROFILE, SIGNUPS, STATS

When = Callable[[Request, Reply], bool]
Then = Callable[[Reply], Reply]
WRONG: list[Wrong] = []


class Host:
    """Our server, as whoever plays the tests puts it here."""

    ours: ClassVar[Answers]

    def answer(self, request: Request) -> Reply:
        return type(self).ours(request)


def breaks(clauses: str, then: Then, when: When) -> None:
    """One more wrong host: what it does, and to which answers."""

    class Tampered(Host):
        def answer(self, request: Request) -> Reply:
            reply = super().answer(request)
            return then(reply) if when(request, reply) else reply

    Tampered.__name__ = clauses.replace(" ", "_")
    WRONG.append((Tampered, set(clauses.split())))


def with_fields(**changes: Any) -> Then:
    """The answer with other values; `...` leaves a field out."""

    def then(reply: Reply) -> Reply:
        document = {**json.loads(reply.body), **changes}
        document = {name.rstrip("_"): value for name, value in document.items() if value is not ...}
        return Reply(reply.status, json.dumps(document).encode(), reply.headers)

    return then


def with_header(name: str, value: str) -> Then:
    return lambda reply: Reply(reply.status, reply.body, {**reply.headers, name: value})


def with_status(status: int) -> Then:
    return lambda reply: Reply(status, reply.body, reply.headers)


def refused(status: int, code: int) -> Then:
    """An `ApiError` in the place of whatever it was."""
    error = {
        "@type": "ApiError",
        "code": code,
        "timestamp": "2026-05-04T09:00:00.000Z",
        "description": "No",
        "fieldErrors": None,
    }
    return lambda reply: Reply(status, json.dumps(error).encode(), reply.headers)


def shown(**fields: Any) -> Then:
    """A success in the place of whatever it was."""
    return lambda reply: Reply(200, json.dumps(fields).encode(), reply.headers)


def header(request: Request, name: str) -> str:
    return str(request.headers.get(name) or "")


def code(reply: Reply) -> int:
    return int(json.loads(reply.body).get("code", 0))


def text(request: Request) -> str:
    return request.body.decode(errors="replace")


def phone(request: Request) -> str:
    return request.parameters.get("phone", "")


def is_(status: int, *paths: str) -> When:
    """Answers of this status, at these paths if any are named."""
    return lambda q, r: r.status == status and (not paths or q.path in paths)


def told(*codes: int) -> When:
    return lambda q, r: code(r) in codes


def told_header(name: str, *values: str) -> When:
    return lambda q, r: header(q, name) in values


def told_body(words: str) -> When:
    """Requests in whose body this stands."""
    return lambda q, r: words in text(q)


def at(path: str) -> When:
    return lambda q, r: q.path == path


# The wire and the headers.
breaks("1b", lambda r: Reply(r.status, b"\xef\xbb\xbf" + r.body, r.headers), told(1010))
breaks("1c", with_header("Content-Type", "text/html"), told(1005))
breaks("1d", with_header("Cache-Control", "private"), at(PROFILE))
breaks("1e", refused(404, 1004), lambda q, r: q.path.endswith("/"))
breaks("2a", refused(403, 1003), lambda q, r: not header(q, "Authorization"))
breaks("2b", shown(points=1), lambda q, r: header(q, "Authorization").startswith("Basic"))
breaks("2c", refused(401, 1001), lambda q, r: header(q, "Authorization").startswith("BEARER"))
breaks("2d", shown(points=1), lambda q, r: q.headers.get("X-Cash-ID") == "")
breaks("2e", shown(points=1), told_header("X-Merchant-ID", "KOFEX"))
breaks(
    "2f", refused(401, 1001), lambda q, r: code(r) == 1003 and header(q, "X-Merchant-ID") == "CHAI"
)
breaks("2g", shown(points=1), told_header("X-Store-ID", "Store 2"))
breaks("2h", refused(401, 1001), lambda q, r: not header(q, "X-Cash-ID").isascii())
breaks("2i", refused(400, 1010), lambda q, r: code(r) == 1003 and header(q, "Api-Version") == "7")
breaks("3b", refused(400, 1010), lambda q, r: q.path == PROFILE and header(q, "Api-Version") == "3")
breaks("3c", refused(400, 1010), told_header("Api-Version", "3 "))
breaks("3d", shown(points=1), told_header("Api-Version", "3.0"))
# Who is found, and the errors.
breaks("4.1a", refused(422, 1011), lambda q, r: q.query.startswith("phone=+&"))
breaks("4.1b", refused(400, 1011), lambda q, r: q.query.startswith("phone=&phone"))
breaks("4.1c", refused(400, 1011), lambda q, r: "colour" in q.query)
breaks("4.1d", shown(points=1), lambda q, r: "check-no-such-pass" in q.query and "phone" in q.query)
breaks("4.2a", refused(400, 1011), lambda q, r: b'"phone": "8' in q.body)
breaks("4.2b", refused(400, 1011), lambda q, r: phone(q)[:2] == "+7")
breaks("4.2c", refused(422, 1011), lambda q, r: phone(q) == "+")
breaks("4.2d", refused(422, 1011), lambda q, r: phone(q) == "9167795322")
breaks("4.3a", refused(400, 9), lambda q, r: q.parameters.get("pass", "").startswith(" "))
breaks(
    "4.4a", shown(points=0), lambda q, r: header(q, "X-Merchant-ID") == "CHAI" and r.status == 400
)
breaks("4.6a", with_fields(code="1012"), told(1012))
breaks("4.6b", with_fields(fieldErrors=...), told(1020))
breaks("4.6c", with_fields(timestamp="2026-05-04 09:00:00"), told(1020))
breaks("4.6d", with_fields(fieldErrors=[]), told(1003))
breaks("4.6e", with_fields(fieldErrors=None), lambda q, r: phone(q) == "79abc")
breaks("4.7a 7g", with_status(418), lambda q, r: q.body == b"null" and q.path == SIGNUPS)
breaks("4.7b", with_status(400), at(f"{STATS}/1"))
breaks("4.7c", with_header("Allow", "HEAD"), told(1005))
breaks("4.8a", with_fields(code=404), told(9))
breaks("4.8b", with_fields(description="Nobody"), told(9))
breaks("4.8c", with_fields(code=7), told(1003))
breaks("4.8d", with_fields(description="No"), told(1012))
# The three calls.
breaks("5b", refused(405, 1005), lambda q, r: q.path == STATS and q.method == "POST" and not q.body)
breaks("5c", refused(400, 1011), lambda q, r: q.body == b"{" and r.status == 200)
breaks("5d", refused(404, 9), lambda q, r: q.parameters == {"pass": "check-no-such-pass"})
breaks("5e", refused(403, 1012), lambda q, r: code(r) == 1012 and q.path == PROFILE)
breaks(
    "6a",
    with_fields(id=7),
    lambda q, r: q.path == PROFILE and q.method == "GET" and r.status == 200,
)
breaks("6b", with_fields(name="-"), lambda q, r: q.path == PROFILE and q.method == "POST")
breaks("6c", with_fields(balance=3), lambda q, r: q.path == PROFILE and phone(q) == PHONE)
breaks("7b", with_fields(discountCard=...), is_(200, SIGNUPS))
breaks("7c", refused(400, 1011), told_body("vk"))
breaks("7d", refused(400, 1011), told_body("17.05.1990"))
breaks("7e", shown(name=""), told_body("never"))
breaks("7f", shown(name=""), told_body("123456789"))
breaks("7g", refused(422, 1011), lambda q, r: q.path == SIGNUPS and q.body == b"[]")
breaks("7h", with_status(200), lambda q, r: code(r) == 1020 and "+7" in text(q))
breaks("7i", refused(400, 1012), lambda q, r: code(r) == 1020 and BLOCKED_PHONE in text(q))
breaks(
    "7j", with_status(200), lambda q, r: code(r) == 1020 and current_thread() is not main_thread()
)
# Orders.
breaks("8b", with_fields(id="other"), lambda q, r: q.path.startswith(ORDERS) and q.method == "GET")
breaks("8c", with_status(200), lambda q, r: "Иван" in text(q) and q.path == ORDERS)
breaks("8d", refused(422, 1030), lambda q, r: q.path == ORDERS and code(r) == 1011)
breaks("8e", with_fields(customer=None), lambda q, r: q.path.endswith("/bind"))
breaks("8f", refused(422, 1030), told_body('{"points": 0}'))
breaks("8g", with_status(200), lambda q, r: code(r) == 1030 and q.path.endswith("/close"))
breaks("8i", with_fields(customer={}), lambda q, r: q.path.endswith("/close"))
breaks("8j", with_fields(refunded=0), lambda q, r: q.path.endswith("/refund"))
breaks("8k", with_fields(orders=[]), at(f"{ORDERS}/bind"))
breaks("8l", with_status(422), lambda q, r: code(r) == 1004 and q.path == f"{ORDERS}/1")
breaks(
    "8m",
    shown(id="1"),
    lambda q, r: q.path.startswith(ORDERS) and header(q, "X-Merchant-ID") == "CHAI",
)
# What breaks much hides others.
breaks("3a 3c 4.2a 4.7a 7a 7b 7c 7d 7j", with_status(201), is_(200, SIGNUPS))
breaks(
    "4.3a 5a 6c 7a 7b 8e 8f 8g 8h 8j 8k",
    with_fields(points=1.5),
    lambda q, r: is_(200, STATS)(q, r) and q.method == "GET",
)
breaks(
    "8b 8c 8e 8f 8h 8k 8m",
    refused(422, 1030),
    lambda q, r: r.status == 200 and q.path.endswith("/close") and b": 0}" in q.body,
)
