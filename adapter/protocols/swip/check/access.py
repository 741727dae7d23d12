"""§1 to §3: paths, the five headers, versions, and which of two faults is answered (D7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from adapter.checks import NotTested
from adapter.protocols.swip.check import expect
from adapter.protocols.swip.check.play import (
    ORDERS,
    PROFILE,
    SIGNUPS,
    STATS,
    Headers,
    Person,
    Play,
)


def trailing_slash(play: Play) -> None:
    for path in (STATS, PROFILE):
        expect.shown(play.ask(f"{path}/", method="POST", phone=play.anna))


def no_token(play: Play) -> None:
    for path in (STATS, PROFILE):
        expect.refused(play, play.ask(path, headers={"Authorization": None}), 1001)
    expect.refused(play, play.sign_up({}, headers={"Authorization": None}), 1001)


def wrong_token(play: Play) -> str:
    """Of another scheme, too long, too short, in other letters, or nothing at all."""
    token = play.options.token
    wrong = {f"Bearer {guess}" for guess in (token + "x", token[:-1], token.swapcase(), "", "%%%")}
    wrong = {*wrong, f"Basic {token}", token} - {f"Bearer {token}"}
    for guess in sorted(wrong):
        answer = play.ask(STATS, phone=play.anna, headers={"Authorization": guess})
        expect.refused(play, answer, 1001)
    return f"{len(wrong)} headers"


def scheme_in_any_case(play: Play) -> None:
    for scheme in ("bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {play.options.token}"}
        expect.shown(play.ask(STATS, phone=play.anna, headers=headers))


def identity_is_needed(play: Play) -> None:
    for name in ("X-Merchant-ID", "X-Store-ID", "X-Cash-ID"):
        for value in (None, ""):
            answer = play.ask(STATS, phone=play.anna, headers={name: value})
            expect.refused(play, answer, 1001)


def merchant_as_written(play: Play) -> None:
    """Longer, shorter, or in other letters: not the merchant that owns the token."""
    known = play.options.merchant
    for wrong in {known + "X", known[:-1] or "X", known.swapcase()} - {known}:
        answer = play.ask(STATS, phone=play.anna, headers={"X-Merchant-ID": wrong})
        expect.refused(play, answer, 1003)


def other_merchant(play: Play) -> None:
    """Neither merchant is let in with the token of the other."""
    for name, value in play.other_merchant().items():
        expect.refused(play, play.ask(STATS, phone=play.anna, headers={name: value}), 1003)


def foreign_store(play: Play) -> None:
    if not play.options.foreign_store:
        raise NotTested("needs a store that is not on the merchant's list")
    headers = {"X-Store-ID": play.options.foreign_store}
    expect.refused(play, play.ask(STATS, phone=play.anna, headers=headers), 1003)


def free_text(play: Play) -> str:
    """Blanks and letters of any alphabet, in UTF-8; a list of stores may know others only."""
    odd = "Касса № 1, ½".encode().decode("latin-1")
    expect.shown(play.ask(STATS, phone=play.anna, headers={"X-Cash-ID": odd}))
    answer = play.ask(STATS, phone=play.anna, headers={"X-Store-ID": odd})
    expect.status(answer, 200, 403)
    return "any store" if answer.status == 200 else "the merchant has a list of stores"


def _with_version(play: Play, path: str, version: str | None) -> None:
    headers = {"Api-Version": version}
    if path == SIGNUPS:
        answer = play.sign_up(Person().form(), headers=headers)
    else:
        answer = play.ask(path, phone=play.anna, headers=headers)
    expect.shown(answer)


def documented_versions(play: Play) -> None:
    for path, version in ((STATS, "3"), (SIGNUPS, "3"), (PROFILE, "2")):
        _with_version(play, path, version)


def one_number_everywhere(play: Play) -> None:
    _with_version(play, PROFILE, "3")


def version_is_optional(play: Play) -> None:
    for path in (STATS, SIGNUPS, PROFILE):
        for version in (None, "", "3 "):
            _with_version(play, path, version)


def other_versions(play: Play) -> None:
    for path, versions in ((STATS, ("1", "2", "4", "3.0", "three")), (PROFILE, ("1", "4", "v2"))):
        for version in versions:
            answer = play.ask(path, phone=play.anna, headers={"Api-Version": version})
            expect.refused(play, answer, 1010, about=version)


@dataclass(frozen=True)
class _Fault:
    """One thing wrong with a request, in the order of §2; what is sent instead."""

    code: int
    path: str = STATS
    method: str = "GET"
    headers: Headers = field(default_factory=dict)
    query: str | None = None
    about: str | None = None


_FAULTS = (
    _Fault(1004, path=STATS + "/nowhere"),
    _Fault(1005, method="DELETE"),
    _Fault(1001, headers={"Authorization": "Bearer wrong"}),
    _Fault(1001, headers={"X-Cash-ID": None}),
    _Fault(1003, headers={"X-Merchant-ID": "no such merchant"}),
    _Fault(1010, headers={"Api-Version": "7"}, about="7"),
    _Fault(1011, query="79abc"),
    _Fault(9, query="79990001122333"),
)


def first_fault(play: Play) -> str:
    """Of two faults the earlier one is answered."""
    pairs = [
        (first, second)
        for first, second in combinations(_FAULTS, 2)
        if not (first.query and second.query) and {first.code, second.code} != {1004, 1005}
    ]
    for first, second in pairs:
        path = first.path if first.path != STATS else second.path
        method = first.method if first.method != "GET" else second.method
        query = first.query or second.query or play.anna
        headers = {**second.headers, **first.headers}
        answer = play.ask(path, method=method, headers=headers, phone=query)
        fields = ("phone",) if first.code == 1011 else ()
        expect.refused(play, answer, first.code, *fields, about=first.about)
    return f"{len(pairs)} pairs"


def unknown_paths(play: Play) -> None:
    for path in (f"{STATS}/1", f"{SIGNUPS}/1", f"{PROFILE}/me"):
        expect.refused(play, play.ask(path, phone=play.anna), 1004)


def wrong_methods(play: Play) -> None:
    """With the right ones in `Allow`."""
    for path, method, right in (
        (STATS, "PUT", "GET"),
        (PROFILE, "DELETE", "GET"),
        (SIGNUPS, "GET", "POST"),
    ):
        answer = play.ask(path, method=method)
        expect.refused(play, answer, 1005)
        if right not in answer.headers.get("Allow", ""):
            expect.fail(answer, f"Allow is {answer.headers.get('Allow')!r}")


def orders_are_off(play: Play) -> None:
    if play.options.orders:
        raise NotTested("orders were agreed with this merchant")
    for path in (ORDERS, f"{ORDERS}/bind", f"{ORDERS}/b7c1b1a0-54d2-4d63-9a1e-0c8a5d2e1f10"):
        for method in ("GET", "POST"):
            expect.refused(play, play.ask(path, method=method), 1004)
    strangers = {"Authorization": None}
    expect.refused(play, play.ask(ORDERS, method="POST", headers=strangers), 1001)
