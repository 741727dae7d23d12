"""SWiP's plugin in a till, as the demo plays it: each call with its form and its effect."""

from __future__ import annotations

from typing import Any

from adapter.core.amounts import Amount
from adapter.demo.calls import Caller, Headers, Moves, Reply
from adapter.demo.screen import Screen
from adapter.demo.watch import Watch

STORE, CASH = "BR002", "BR002-1"
FOREIGN_STORE = "BR999"  # on nobody's list
AUTHORIZATION = "Authorization"
POINTS, PROFILE, SIGNUPS, ORDERS = (
    "/customer-loyalty-stats",
    "/customer-profile",
    "/customer-signups",
    "/pos-orders",
)
ERROR = {"@type", "code", "timestamp", "description", "fieldErrors"}
# What an order says that the till did not say itself.
NEWS = ("id", "status", "customer", "points", "discount", "pointsApplied", "amount", "refunded")


class Plugin(Caller):
    """Calls the merchant's server as one cash desk of one store."""

    def __init__(self, url: str, merchant: str, token: str, screen: Screen, watch: Watch) -> None:
        headers = {
            AUTHORIZATION: bearer(token),
            "X-Merchant-ID": merchant,
            "X-Store-ID": STORE,
            "X-Cash-ID": CASH,
            "Api-Version": "3",
        }
        super().__init__(url, screen, watch, headers=headers, proof=AUTHORIZATION)

    def call(self, title: str, path: str, *, moves: Moves = (), **told: Any) -> Reply:
        """The answer to a call that succeeds, its form and its effect looked at; `told` is what
        `query` or `body` hold.
        """
        reply = self._exchange(title, path, **told)
        self.effects(moves)
        kept = reply.headers.get("Cache-Control") != "no-store"
        in_form = reply.status == 200 and isinstance(reply.document, dict) and not kept
        self.expect("200, an object, which nobody may keep", in_form, seen=reply.text)
        self.balance(moves, _points(reply), written=whole_points)
        return reply

    def refused(
        self,
        title: str,
        path: str,
        *,
        status: int,
        code: int,
        blames: tuple[str, ...] = (),
        **told: Any,
    ) -> Reply:
        """The answer to a call that is refused, and moves nothing."""
        reply = self._exchange(title, path, **told)
        self.effects(())
        error = reply.document if isinstance(reply.document, dict) else {}
        blamed = tuple(one.get("field") for one in error.get("fieldErrors") or ())
        seen = (reply.status, set(error), error.get("code"), blamed)
        words = f"refused with {code}" + (f", and blames {', '.join(blames)}" if blames else "")
        self.expect(words, seen == (status, ERROR, code, blames), seen=reply.text)
        return reply

    def _exchange(
        self,
        title: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Any = None,
        headers: Headers | None = None,
    ) -> Reply:
        method = "GET" if body is None else "POST"
        reply = self.ask(title, method, path, query=query, body=body, headers=headers)
        self.screen.answer(reply.status, _news(reply), reply.seconds)
        return reply


def bearer(token: str) -> str:
    """A token, as it goes with a call."""
    return f"Bearer {token}"


def whole_points(available: Amount) -> int:
    """Points as SWiP counts them: whole ones, rounded down."""
    return int(available.whole)


def _news(reply: Reply) -> Any:
    """The answer; of an order, what is new in it."""
    if reply.at("merchantOrderId") is None:
        return reply.shown
    return {key: reply.at(key) for key in NEWS}


def _points(reply: Reply) -> int | None:
    """What an answer says may be spent; of an order that is nobody's it says nothing."""
    is_nobodys = reply.at("merchantOrderId") is not None and reply.at("customer") is None
    points: int | None = reply.at("balance" if reply.at("points") is None else "points")
    return None if is_nobodys else points
