"""Story 10: what a plugin must not get, each refused as an `ApiError`, and nothing moves."""

from __future__ import annotations

from adapter.demo.cast import Cast
from adapter.demo.plugin import AUTHORIZATION, FOREIGN_STORE, POINTS, Plugin, bearer
from adapter.demo.retailer import ANNAS_PASSES
from adapter.demo.rules import NEIGHBOUR, NEIGHBOURS_MERCHANT

UNKNOWN, UNAUTHORIZED, FORBIDDEN, WRONG, BLOCKED = 9, 1001, 1003, 1011, 1012


def refusals(plugin: Plugin, cast: Cast) -> None:
    """One of each kind: access, merchants, customers."""
    plugin.screen.chapter(
        "10", "Refusals", "What a plugin must not get. Only an unknown path or order is a 404."
    )
    plugin.serve(None)
    anna, blocked = {"phone": cast.anna.phone}, {"phone": cast.retailer.inactive.phone}
    plugin.refused(
        "A wrong token",
        POINTS,
        status=401,
        code=UNAUTHORIZED,
        query=anna,
        headers={AUTHORIZATION: bearer("wrong")},
    )
    plugin.refused(
        "Another merchant's code",
        POINTS,
        status=403,
        code=FORBIDDEN,
        query=anna,
        headers={"X-Merchant-ID": NEIGHBOURS_MERCHANT},
    )
    neighbour = bearer(cast.access.secret("swip", NEIGHBOUR))
    plugin.refused(
        "A neighbour on the same server knows no Anna",
        POINTS,
        status=400,
        code=UNKNOWN,
        query=anna,
        headers={AUTHORIZATION: neighbour, "X-Merchant-ID": NEIGHBOURS_MERCHANT},
    )
    plugin.refused(
        "A store that is not on the list",
        POINTS,
        status=403,
        code=FORBIDDEN,
        query=anna,
        headers={"X-Store-ID": FOREIGN_STORE},
    )
    nobody = {"phone": "79005559998"}
    plugin.refused("A phone nobody has", POINTS, status=400, code=UNKNOWN, query=nobody)
    plugin.refused("A customer who is blocked", POINTS, status=400, code=BLOCKED, query=blocked)
    plugin.refused(
        "Maria's phone and Anna's pass",
        POINTS,
        status=400,
        code=WRONG,
        blames=("phone", "pass"),
        query={"phone": cast.maria.phone, "pass": ANNAS_PASSES[0]},
    )
