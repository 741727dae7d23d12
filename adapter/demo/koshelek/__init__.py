"""Koshelek's scenarios A to H over real HTTP, and the check of every clause."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.checks import Report
from adapter.demo.access import Access
from adapter.demo.cast import Cast
from adapter.demo.koshelek import issuing, serving
from adapter.demo.retailer import POOL, SECOND_CODE
from adapter.demo.rules import LOGIN
from adapter.protocols.koshelek import protocol

__all__ = ["SETTINGS", "conformance", "play", "proof", "protocol"]

# Of the server's process.
SETTINGS = {"ADAPTER_KOSHELEK_OFFERS_PATH": serving.OFFERS_PATH}


def play(cast: Cast) -> None:
    """Every scenario in the order of the vendor's document."""
    for scenario in (
        issuing.existing_card,
        issuing.reserved_first,
        issuing.assigned_by_partner,
        issuing.from_the_pool,
        serving.serving,
        serving.profile_edited,
        serving.promotions,
        serving.staff,
        serving.refusals,
    ):
        scenario(cast.wallet, cast)


def proof(access: Access) -> Iterator[tuple[str, str]]:
    """What Koshelek proves itself with."""
    yield "login", f"{LOGIN}:{access.secret(protocol.name)}"


def conformance(cast: Cast) -> Report:
    """What `adapter check koshelek` says of the server, with all that it can be told."""
    client = protocol.client()
    options = client.Options(
        url=cast.access.url,
        login=LOGIN,
        password=cast.access.secret(protocol.name),
        phone=cast.anna.phone,
        blocked_phone=cast.retailer.blocked.phone,
        pool_number=POOL[1],
        promo_code=SECOND_CODE,
        receipt="t=20260214T1000&s=420.00&fn=9289000100234567&i=99001&fp=1122334455&n=1",
    )
    report: Report = client.run(options)
    return report
