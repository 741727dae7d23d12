"""Story 5: somebody nobody knows is enrolled, and says who they are by a code."""

from __future__ import annotations

import re

from adapter.demo.cast import Cast
from adapter.demo.rules import WELCOMED
from adapter.demo.till import Till

UNKNOWN, TAKEN = "203", "204"


def newcomer(till: Till, cast: Cast) -> None:
    """Lev is unknown, is enrolled, changes his mind about letters, and is sent a code."""
    lev = cast.lev
    phone = "8" + lev.phone.removeprefix("7")
    told = {"member": {"phoneNumber": phone}}
    till.screen.chapter(
        "5",
        "A newcomer, and a code by SMS",
        f"{lev.name} has no card. Phones are read as people of the country write them.",
    )
    till.serve(lev)
    till.refused(
        "Nobody has this phone", "member/details", told, code=UNKNOWN, path=_at("phoneNumber")
    )
    profile = {
        "phoneNumber": phone,
        "firstName": lev.first_name,
        "lastName": lev.last_name,
        "birthday": lev.birth_date.isoformat(),
        "allowedSMS": True,
        "gdpr": True,
        "termsOfUse": True,
    }
    body = {"newMemberData": profile}
    till.call("Enrol him", "member/register", body, moves=WELCOMED)
    taken = "body.newMemberData.phoneNumber"
    till.refused("Not twice", "member/register", body, code=TAKEN, path=taken)
    changes = {"email": lev.email, "allowedEmail": True}
    updated = till.call("He wants letters", "member/update", {**told, "newMemberData": changes})
    kept = (updated.at("member", "allowedSMS"), updated.at("member", "allowedEmail"))
    till.expect("what was not sent stays as it was", kept == (True, True), seen=kept)
    _by_code(till, cast, told)


def _by_code(till: Till, cast: Cast, told: dict[str, dict[str, str]]) -> None:
    till.call("Send him a code", "member/shortCode", {"action": "send", **told})
    message = cast.inbox.next()
    till.screen.message(message)
    code = next(iter(re.findall(r"code (\d+)", message)), "")
    till.expect("adapter worker has delivered it", code, seen=message)
    wrong = f"{(int(code or 0) + 1) % 10 ** len(code):0{len(code)}}"
    where = _at("shortCode")
    till.refused("A wrong code", "member/details", _coded(wrong), code=UNKNOWN, path=where)
    found = till.call("The code he got", "member/details", _coded(code))
    seen = found.at("member", "firstName")
    till.expect("it is Lev", seen == cast.lev.first_name, seen=seen)
    till.refused("The same code again", "member/details", _coded(code), code=UNKNOWN, path=where)


def _coded(code: str) -> dict[str, dict[str, str]]:
    return {"member": {"shortCode": code}}


def _at(field: str) -> str:
    return f"body.member.{field}"
