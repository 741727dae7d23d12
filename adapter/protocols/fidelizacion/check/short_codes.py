"""Sections 5.4 and 8.2: one-time codes, sent, shown, checked, used up."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from adapter.checks import Answer, Failed
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.identifying import expect_member
from adapter.protocols.fidelizacion.check.people import Member
from adapter.protocols.fidelizacion.check.play import Play

_FORM = re.compile(r"[0-9]{4,8}")
_TRIES = 5


def shown(play: Play, member: Member) -> str:
    """The member's live code. Raises: Failed if the host shows none."""
    answer = play.short_code("get", member=member.by_phone)
    code = expect.success(answer).get("shortCode")
    if not isinstance(code, str) or not _FORM.fullmatch(code):
        expect.fail(answer, f"shortCode is {code!r}")
    return code


def other_than(*codes: str) -> str:
    """A code that is none of these."""
    length = len(codes[0])
    return next(f"{n:0{length}}" for n in range(10**length) if f"{n:0{length}}" not in codes)


def sent(play: Play) -> None:
    """By phone and by e-mail; the answer never has the code."""
    member = play.new_member()
    for to in (member.by_phone, member.by_email):
        answer = play.short_code("send", member=to)
        expect.same(answer, "data", expect.success(answer), {})


def got(play: Play) -> str:
    """Four to eight digits with their end, and the same code while it lives."""
    member = play.new_member()
    answer = play.short_code("get", member=member.by_email)
    first = expect.success(answer)
    seconds = _seconds_left(answer, first.get("expiresAt"))
    code = first.get("shortCode")
    if not isinstance(code, str) or not _FORM.fullmatch(code):
        expect.fail(answer, f"shortCode is {code!r}")
    if shown(play, member) != code:
        expect.fail(answer, "another code while the first one lives")
    return f"{len(code)} digits for {seconds:.0f} s"


def _seconds_left(answer: Answer, ends: Any) -> float:
    try:
        end = datetime.fromisoformat(str(ends))
        left = (end - _now(answer)).total_seconds()
    except (TypeError, ValueError):
        expect.fail(answer, f"expiresAt is {ends!r}")
    if not 0 < left < 24 * 3600:
        expect.fail(answer, f"the code ends {left:.0f} s from now")
    return left


def _now(answer: Answer) -> datetime:
    """The host's time as far as it says, else ours."""
    try:
        return parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, TypeError, ValueError):
        return datetime.now(UTC)


def verified(play: Play) -> None:
    """Against the member, and against all codes of the business."""
    for named in (True, False):
        member = play.new_member()
        code = shown(play, member)
        with_member = {"member": member.by_phone} if named else {}
        answer = play.short_code("verify", shortCode=code, **with_member)
        data = expect.success(answer)
        expect.fields(answer, data, {"verified": True})
        key = documents.member(answer).get("membershipKey")
        expect.same(answer, "membershipKey", key, member.key)


def code_aliases(play: Play) -> None:
    for name in ("code", "verificationCode"):
        member = play.new_member()
        answer = play.short_code("verify", member=member.by_phone, **{name: shown(play, member)})
        expect.success(answer)


def used_up(play: Play) -> None:
    member = play.new_member()
    code = shown(play, member)
    expect.success(play.short_code("verify", member=member.by_phone, shortCode=code))
    again = play.short_code("verify", member=member.by_phone, shortCode=code)
    expect.refused(again, "4007004")


def wrong(play: Play) -> None:
    """Wrong, somebody else's, or of a member who has none."""
    member, other = play.new_member(), play.new_member()
    code, others = shown(play, member), shown(play, other)
    for given in (other_than(code, others), others if others != code else other_than(code)):
        answer = play.short_code("verify", member=member.by_phone, shortCode=given)
        expect.refused(answer, "4007004")
    none = play.new_member()
    answer = play.short_code("verify", member=none.by_phone, shortCode=code)
    expect.refused(answer, "4007004")


def few_tries(play: Play) -> None:
    """Five wrong tries end the code."""
    member = play.new_member()
    code = shown(play, member)
    for _ in range(_TRIES):
        answer = play.short_code("verify", member=member.by_phone, shortCode=other_than(code))
        expect.refused(answer, "4007004", "4290000")
    late = play.short_code("verify", member=member.by_phone, shortCode=code)
    expect.refused(late, "4007004", "4290000")


def four_tries(play: Play) -> None:
    """Four wrong tries do not."""
    member = play.new_member()
    code = shown(play, member)
    for _ in range(_TRIES - 1):
        answer = play.short_code("verify", member=member.by_phone, shortCode=other_than(code))
        expect.refused(answer, "4007004")
    expect.success(play.short_code("verify", member=member.by_phone, shortCode=code))


def newer_ends_older(play: Play) -> None:
    member = play.new_member()
    old = shown(play, member)
    expect.success(play.short_code("send", member=member.by_phone))
    new = shown(play, member)
    if new == old:
        raise Failed("sending makes no new code")
    answer = play.short_code("verify", member=member.by_phone, shortCode=old)
    expect.refused(answer, "4007004")
    expect.success(play.short_code("verify", member=member.by_phone, shortCode=new))


def codes_differ(play: Play) -> str:
    codes = [shown(play, play.new_member()) for _ in range(5)]
    if len(set(codes)) != len(codes):
        raise Failed("two members have the same live code")
    return f"{len(codes)} codes"


def identifies(play: Play) -> None:
    """In details a code stands for the member, and is then used up."""
    member = play.new_member()
    code = shown(play, member)
    expect_member(play.details({"shortCode": code}), member)
    expect.refused(play.details({"shortCode": code}), "203", path="body.member.shortCode")


def beside_an_identifier(play: Play) -> None:
    member = play.new_member()
    code = shown(play, member)
    bad = play.details({**member.by_phone, "shortCode": other_than(code)})
    expect.refused(bad, "4007004")
    expect_member(play.details({**member.by_phone, "shortCode": code}), member)
