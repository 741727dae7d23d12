"""A till's stories 1 to 6 over real HTTP, and the check of every clause of its protocol."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.checks import Report
from adapter.demo.access import Access
from adapter.demo.cast import Cast
from adapter.demo.fidelizacion import arriving, enrolling, refusing, selling
from adapter.demo.rules import NEIGHBOUR
from adapter.demo.till import BRANCH, KEY, POS
from adapter.protocols.fidelizacion import protocol

__all__ = ["conformance", "play", "proof", "protocol"]

OTHER_BRANCH = "BR002"
# A country code nobody has: who is made up for the check is nobody's customer.
MADE_UP = "999"


def play(cast: Cast) -> None:
    """Every story, from a card at the door to what a till must not get."""
    for story in (
        arriving.at_the_door,
        selling.sale,
        selling.undone,
        selling.returned,
        enrolling.newcomer,
        refusing.refusals,
    ):
        story(cast.till, cast)


def proof(access: Access) -> Iterator[tuple[str, str]]:
    """What a till proves itself with."""
    yield KEY, access.secret(protocol.name)


def conformance(cast: Cast) -> Report:
    """What `adapter check fidelizacion` says of the server, with all that it can be told."""
    client = protocol.client()
    options = client.Options(
        # At the roots of the vendors, a path that nobody has is nobody's to refuse.
        url=f"{cast.access.url}/{protocol.name}",
        api_key=cast.access.secret(protocol.name),
        other_api_key=cast.access.secret(protocol.name, NEIGHBOUR),
        branch=BRANCH,
        other_branch=OTHER_BRANCH,
        pos=POS,
        phone_prefix=MADE_UP,
        member_with_asset=cast.retailer.gifted.phone,
        inactive_member=cast.retailer.inactive.phone,
    )
    report: Report = client.run(options)
    return report
