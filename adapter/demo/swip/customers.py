"""Stories 7 and 8: a cash desk asks who somebody is and what they have, and signs somebody up."""

from __future__ import annotations

from adapter.demo.cast import Cast
from adapter.demo.plugin import POINTS, PROFILE, SIGNUPS, Plugin
from adapter.demo.retailer import ANNAS_PASSES
from adapter.demo.rules import WELCOME_POINTS, WELCOMED

EXISTS = 1020


def known(plugin: Plugin, cast: Cast) -> None:
    """Anna by her phone and by her passes, who changed her name in the wallet."""
    anna = cast.anna
    plugin.screen.chapter(
        "7",
        "A phone, or a pass",
        "Anna has her card in Koshelek, and a pass in each of two other wallets. SWiP counts whole "
        "points.",
    )
    plugin.introduce()
    plugin.serve(anna)
    phone = "8" + anna.phone.removeprefix("7")
    plugin.call("How many points, by her phone", POINTS, query={"phone": phone})
    plugin.call("By one pass", POINTS, query={"pass": ANNAS_PASSES[0]})
    plugin.call("And by the other", POINTS, query={"pass": ANNAS_PASSES[1]})
    both = {"phone": phone, "pass": ANNAS_PASSES[0]}
    shown = plugin.call("Who she is, by both", PROFILE, query=both)
    seen = (shown.at("name"), shown.at("phone"))
    words = "the name is the one that she gave Koshelek in F"
    plugin.expect(words, seen == ("Анна Щукина", anna.phone), seen=seen)


def signup(plugin: Plugin, cast: Cast) -> None:
    """Nina joins at a cash desk, and the wallet has her card."""
    nina = cast.nina
    plugin.screen.chapter(
        "8",
        "A signup at the cash desk",
        f"{nina.name} is new: a name and a phone, and she has a card and {WELCOME_POINTS} points.",
    )
    plugin.serve(nina)
    body = {
        "phone": f"+{nina.phone}",
        "firstName": nina.first_name,
        "lastName": nina.last_name,
        "birthday": f"{nina.birth_date:%d.%m.%Y}",
    }
    joined = plugin.call("Sign her up", SIGNUPS, body=body, moves=WELCOMED)
    number = str(joined.at("discountCard"))
    plugin.expect(
        "she is called by her name",
        (joined.at("name"), joined.at("phone")) == (nina.name, nina.phone),
        seen=joined.text,
    )
    plugin.refused("The same signup again", SIGNUPS, status=422, code=EXISTS, body=body)
    plugin.call("So the plugin asks who it is", PROFILE, query={"phone": nina.phone})
    query = {"msisdn": nina.phone}
    found = cast.wallet.call("And Koshelek finds her card", "GET", "/v1/card", query=query)
    seen = found.at("card", "cardNumber")
    plugin.expect(f"which is {number}", seen == number, seen=seen)
