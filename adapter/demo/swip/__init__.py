"""The plugin's stories 7 to 10 over real HTTP, and the check of every clause of its protocol."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.checks import Report
from adapter.demo.access import Access
from adapter.demo.cast import Cast
from adapter.demo.plugin import CASH, FOREIGN_STORE, STORE
from adapter.demo.retailer import ANNAS_PASSES
from adapter.demo.rules import MERCHANT, NEIGHBOUR, NEIGHBOURS_MERCHANT
from adapter.demo.swip import customers, ordering, refusing
from adapter.protocols.swip import protocol

__all__ = ["conformance", "play", "proof", "protocol"]


def play(cast: Cast) -> None:
    """Every story, from a phone at the cash desk to what a plugin must not get."""
    for story in (customers.known, customers.signup, ordering.order, refusing.refusals):
        story(cast.plugin, cast)


def proof(access: Access) -> Iterator[tuple[str, str]]:
    """What a plugin proves itself with."""
    yield "merchant", MERCHANT
    yield "token", access.secret(protocol.name)


def conformance(cast: Cast) -> Report:
    """What `adapter check swip` says of the server, with all that it can be told."""
    client = protocol.client()
    options = client.Options(
        # At the roots of the vendors, a path that nobody has is nobody's to refuse.
        url=f"{cast.access.url}/{protocol.name}",
        merchant=MERCHANT,
        token=cast.access.secret(protocol.name),
        other_merchant=NEIGHBOURS_MERCHANT,
        other_token=cast.access.secret(protocol.name, NEIGHBOUR),
        store=STORE,
        cash=CASH,
        foreign_store=FOREIGN_STORE,
        phone=cast.anna.phone,
        wallet_pass=ANNAS_PASSES[0],
        blocked_phone=cast.retailer.inactive.phone,
        orders=True,
    )
    report: Report = client.run(options)
    return report
