"""One customer through all three platforms, from her card to her last point."""

from __future__ import annotations

from adapter.demo.cast import Cast
from adapter.demo.together import expiring, shopping


def play(cast: Cast) -> None:
    """She joins in the wallet, buys at two makes of tills, brings things back; and a year goes."""
    cast.till.screen.chapter(
        "★",
        "One customer, three platforms",
        f"{cast.olga.name} gets her card from Koshelek, pays at a till that speaks fidelizacion "
        "and at one with SWiP's plugin, and brings a part back to each. Her points are counted "
        "along after every call, whichever of the three it was.",
    )
    number = shopping.joined(cast)
    shopping.bought(cast, number)
    shopping.ordered(cast)
    shopping.brought_back(cast, number)
    shopping.shown(cast, number)
    expiring.a_year_later(cast)
