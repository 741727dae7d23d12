"""A member on a screen."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from adapter.cli.output import moment, money, print_facts, print_table, say, stacked
from adapter.core import programs
from adapter.core.benefits import Standing
from adapter.core.programs import ProgramTerms


def print_member(document: dict[str, Any], terms: ProgramTerms) -> None:
    """Print what is known of a member, so that it fits on a screen."""
    zone = terms.timezone
    profile = document["member"]
    facts = [(name.replace("_", " "), profile[name]) for name in ("name", "id", "program")]
    facts += [(one["kind"].replace("_", " "), one["value"]) for one in profile["identities"]]
    facts += [(n.replace("_", " "), profile[n]) for n in ("birth_date", "gender", "locality")]
    said = ((kind, "yes" if given else "no") for kind, given in profile["consents"].items())
    facts += [("tier", profile["tier"]), ("segments", ", ".join(profile["segments"]))]
    facts.append(("consents", ", ".join(f"{kind}: {word}" for kind, word in said)))
    since = f"{profile['status']}, since {moment(profile['created_at'], zone)}"
    facts.append(("status", f"{since} {profile['channel'] and 'through ' + profile['channel']}"))
    bought = document["bought"]
    facts.append(("bought", f"{bought['visits']} times, {bought['spent']} in all"))
    print_facts(facts)
    _print_cards(document["cards"], zone)
    _print_benefits(document["benefits"], terms)
    for held in document["balances"]:
        _print_balance(held)
    _print_orders(document["orders"], zone)
    _print_payments(document["payments"], zone)
    _print_timeline(document["timeline"], document["due"], zone)


def _print_cards(held: list[dict[str, Any]], zone: ZoneInfo) -> None:
    rows = [
        (
            card["number"],
            card["state"],
            f"{card['barcode']['type']} {card['barcode']['number']}",
            moment(card["issued_at"], zone),
        )
        for card in held
    ]
    say()
    print_table(("card", "state", "barcode", "issued"), rows)


def _print_benefits(known: list[dict[str, Any]], terms: ProgramTerms) -> None:
    if not known:
        return
    rows = []
    for one in known:
        code = one["code"] and f"code {one['code']}"
        name = stacked(one["name"] or one["kind"], one["key"], code)
        rows.append(
            (name, one["kind"], discount(one["terms"], terms.currency), standing(one, terms))
        )
    say()
    print_table(("benefit", "kind", "gives", "standing"), rows)


def standing(one: dict[str, Any], terms: ProgramTerms) -> str:
    """What a benefit is now: `active, used 1 of 3, until 2026-06-30`."""
    parts = [one["standing"]]
    if one["uses"] is None:
        parts += [f"used {one['used']} times"] if one["used"] else []
    elif one["used"] or one["uses"] > 1:
        parts.append(f"used {one['used']} of {one['uses']}")
    if one["standing"] == Standing.FUTURE:
        parts.append(f"from {moment(one['valid_from'], terms.timezone)}")
    if one["valid_until"]:
        parts.append(f"until {programs.last_day(one['valid_until'], terms.timezone)}")
    return ", ".join(parts)


def discount(terms: dict[str, Any], currency: str) -> str:
    """What a benefit takes off, in a few words; the conditions are in the program file."""
    if "percent" in terms:
        said = f"{terms['percent']}% off"
    elif "amount_minor" in terms:
        said = f"{money(terms['amount_minor'], currency)} off"
    elif "free_item" in terms:
        said = "an item for nothing"
    else:
        return ""
    most = terms.get("max_discount_minor")
    return said if most is None else f"{said}, {money(most, currency)} at most"


def _print_orders(known: list[dict[str, Any]], zone: ZoneInfo) -> None:
    if not known:
        return
    rows = []
    for one in known:
        of = f" of {one['parent_reference']}" if one["parent_reference"] else ""
        what = stacked(f"order {one['reference']}{of}", _place(one))
        until = f"{one['state']}, until {moment(one['deadline'], zone)}"
        rows.append((until, one["total"], one["discount"], one["set_aside"], what))
    say()
    columns = ("open orders", "total", "discount", "set aside", "for")
    print_table(columns, rows, right=columns[1:4])


def _print_payments(made: list[dict[str, Any]], zone: ZoneInfo) -> None:
    if not made:
        return
    rows = []
    for one in made:
        where = [one[name] for name in ("channel", "outlet") if one[name]]
        sale = f"sale {one['reference']}" if one["reference"] else "a payment"
        what = stacked(sale, " · ".join(where), one["confirmation_code"])
        took = f"{one['took']} {one['unit']}"
        rows.append((moment(one["at"], zone), one["amount"], took, what))
    say()
    print_table(("paid", "amount", "took", "for"), rows, right=["amount", "took"])


def _print_balance(held: dict[str, Any]) -> None:
    of = " of a card" if held["card_id"] else ""
    parts = ", ".join(f"{held[name]} {name}" for name in ("available", "pending", "reserved"))
    say()
    say(f"{held['unit']}{of}: {held['total']} in all ({parts})", style="bold")
    for lot in held["lots"]:
        until = f"until {lot['valid_until']}" if lot["valid_until"] else "for ever"
        say(f"  {lot['amount']:>10}  {until:<17}  {lot['reason']}")


def _print_timeline(
    lines: list[dict[str, Any]], since: list[dict[str, Any]], zone: ZoneInfo
) -> None:
    rows: list[tuple[object, ...]] = []
    for _, legs in groupby(lines, key=itemgetter("entry")):
        line = next(legs)
        why = f": {line['reason']}" if line["reason"] else ""
        what = stacked(f"{line['kind']}{why}", _place(line), line["entry"])
        rows.append((moment(line["at"], zone), *_figures(line), what))
    for one in since:
        rows.append(("since then", *_figures(one), "expired or became active, and is not entered"))
    say()
    columns = ("when", "moved", "available", "in all", "what")
    print_table(columns, rows, right=columns[1:4])


def _figures(line: dict[str, Any]) -> tuple[str, str, str]:
    """What moved, and what the person had after it: `+120`, `50 set aside`."""
    if line.get("within"):
        moved = line["amount"].removeprefix("-")
    else:
        moved = line["moved"]
        if moved != "0" and not moved.startswith("-"):
            moved = f"+{moved}"
    parts = [moved, "" if line["unit"] == "points" else line["unit"], line.get("within", "")]
    return " ".join(filter(None, parts)), line["available"], line["total"]


def _place(line: dict[str, Any]) -> str:
    """Where it came from: `channel · outlet Store 7 · till 12 · by Olga`."""
    words = {"channel": "", "outlet": "outlet ", "terminal": "till ", "actor": "by "}
    return " · ".join(f"{word}{line[name]}" for name, word in words.items() if line[name])
