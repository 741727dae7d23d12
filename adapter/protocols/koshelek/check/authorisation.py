"""Section 2.1 and decisions G11, G36: who may speak, and what the others learn."""

from __future__ import annotations

import base64
import re
from typing import Any

from adapter.checks import Answer, Failed, NotTested
from adapter.protocols.koshelek.check import expect
from adapter.protocols.koshelek.check.options import basic
from adapter.protocols.koshelek.check.people import Person
from adapter.protocols.koshelek.check.play import Play, path


def _knock(
    play: Play, authorization: str | None, method: str = "GET", where: str = "/v1/card", **send: Any
) -> Answer:
    """The answer to a caller with this Authorization header, refused as one is refused here."""
    refusals = play.options.unauthorized_status
    if where == "/v1/card":
        send.setdefault("query", {"msisdn": Person().phone})
    headers = {"Authorization": authorization}
    answer = play.client.send(
        method, where, headers=headers, allowed=refusals, purpose="unauthorised", **send
    )
    return expect.status(answer, *sorted(refusals))


def _knock_rightly(play: Play, authorization: str) -> None:
    """Opens the door; a 404 for a person nobody knows is the matter of clause 5.1c."""
    answer = play.client.send(
        "GET",
        "/v1/card",
        query={"msisdn": Person().phone},
        headers={"Authorization": authorization},
    )
    expect.status(answer, 200, 404)


def right_credential(play: Play) -> None:
    _knock_rightly(play, play.options.authorization)


def no_header(play: Play) -> None:
    _knock(play, None)


def wrong_password(play: Play) -> str:
    login, password = play.options.login, play.options.password
    wrong = [password + "x", password + ":x", password[:-1], "", password.swapcase()]
    wrong = [guess for guess in wrong if guess != password]
    for guess in wrong:
        _knock(play, basic(login, guess))
    return f"{len(wrong)} passwords"


def wrong_login(play: Play) -> None:
    for login in (play.options.login + "x", "", "неизвестный"):
        _knock(play, basic(login, play.options.password))


def other_scheme(play: Play) -> None:
    token = play.options.authorization.partition(" ")[2]
    for header in (f"Bearer {token}", f"Digest {token}", token, "Basic"):
        _knock(play, header)


def garbage(play: Play) -> None:
    def encoded(content: bytes) -> str:
        return base64.b64encode(content).decode("ascii")

    # No base64; too short a base64; no colon within; not UTF-8 within; a NUL within.
    contents = (b"nocolon", b"\xff\xfe:\xff", b"\x00:\x00")
    for token in ("%%%", "QQ", "====", *map(encoded, contents)):
        _knock(play, f"Basic {token}")


def foreign_password(play: Play) -> None:
    login = play.options.login
    _knock(play, basic(login, "пароль-№1-ü"))
    latin = base64.b64encode(f"{login}:pässwörd".encode("latin-1", errors="replace"))
    _knock(play, f"Basic {latin.decode('ascii')}")


def scheme_in_any_case(play: Play) -> None:
    token = play.options.authorization.partition(" ")[2]
    for scheme in ("basic", "BASIC"):
        _knock_rightly(play, f"{scheme} {token}")


def every_method(play: Play) -> str:
    """Each method of section 3 that a partner always has or that was agreed."""
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/v1/card", None),
        ("GET", path("1"), None),
        ("POST", path("1"), {}),
        ("PUT", path("1", "communication"), {}),
    ]
    if play.offers("purchases"):
        calls.append(("GET", path("1", "purchases"), None))
    if play.offers("reservation"):
        calls += [("GET", "/v1/card/anonymous", None), ("POST", "/v1/card/anonymous/1", {})]
    if play.offers("direct"):
        calls.append(("POST", "/v1/card/anonymous", Person().profile()))
    if play.offers("receipt"):
        calls.append(("POST", "/v1/promo/qrCode", {}))
    if play.offers("code"):
        calls.append(("POST", "/v1/promo/code", {}))
    for method, where, body in calls:
        send = {} if body is None else {"json": body}
        _knock(play, None, method, where, **send)
    return f"{len(calls)} methods"


def challenge(play: Play) -> str:
    """401 names the mechanism; 422 alone is the closed list of section 2.3 read strictly."""
    answer = _knock(play, None)
    if answer.status != 401:
        return "answered 422, the closed list read strictly"
    header = answer.headers.get("WWW-Authenticate", "")
    if not re.match(r'basic\s+.*realm="', header, re.IGNORECASE):
        raise Failed(f"WWW-Authenticate is {header!r}", answer.transcript)
    if not re.search(r'charset="?utf-8"?', header, re.IGNORECASE):
        raise Failed(f"WWW-Authenticate names no charset: {header!r}", answer.transcript)
    return "401 with a challenge"


def nothing_learnt(play: Play) -> None:
    """A stranger sees nothing of a card and leaves no person behind."""
    anna, stranger = play.anna, Person()
    wrong = basic(play.options.login, play.options.password + "x")
    secrets = (anna.number, anna.phone, anna.email)
    for answer in (
        _knock(play, wrong, query={"msisdn": anna.phone}),
        _knock(play, wrong, where=path(anna.number)),
        _knock(play, None, where=path(anna.number, "purchases"), query={"startDate": "2020-01-01"}),
    ):
        if any(secret in answer.text for secret in secrets):
            expect.fail(answer, "the refusal names the person")
    _knock(play, wrong, "POST", path(anna.number), json={"email": stranger.email})
    if play.offers("direct"):
        _knock(play, wrong, "POST", "/v1/card/anonymous", json=stranger.profile())
    if play.offers("reservation"):
        where = f"/v1/card/anonymous/{play.reserved()}"
        _knock(play, wrong, "POST", where, json=stranger.profile())
    expect.nobody(play.search(msisdn=stranger.phone, email=stranger.email))


def odd_password(play: Play) -> str:
    password = play.options.password
    if password.isascii() and ":" not in password:
        raise NotTested("the password given has neither a colon nor a letter beyond ASCII")
    _knock_rightly(play, play.options.authorization)
    return "the password given has a colon or letters beyond ASCII"
