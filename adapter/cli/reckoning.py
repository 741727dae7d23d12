"""The arithmetic of an entry in words: which rule, in which version, gave how much of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapter.cli.output import money
from adapter.core.amounts import Amount, Unit

ROUNDED = {
    "down": "rounded down to",
    "up": "rounded up to",
    "half_up": "rounded to the nearest, a half up, to",
    "half_even": "rounded to the nearest, a half to the even one, to",
}
CAPPED = {"transaction": "a purchase", "day": "a day"}
MOST_LINES = 5


def reckoning(told: Mapping[str, Any], currency: str) -> Iterator[str]:
    """The story of how a rule, or several, came to so many points; a sentence a line."""
    if "event" in told:
        yield from _of_event(told)
        return
    yield from _loyalty(told, currency)
    for part in told["parts"]:
        yield _part(part, told["points_decimals"], currency)
    yield from _multipliers(told["parts"])
    if len(told["parts"]) > 1:
        yield f"Together: {_points(told['points_minor'], told['points_decimals'])} points."


def _of_event(told: Mapping[str, Any]) -> Iterator[str]:
    points = _points(told["points_minor"], told["points_decimals"])
    rule = f"rule {told['rule']}, version {told['version']}"
    yield f'The event "{told["event"]}" brings {points} points ({rule}).'


def _loyalty(told: Mapping[str, Any], currency: str) -> Iterator[str]:
    paid, base = int(told["loyalty_minor"]), int(told["base_minor"])
    if paid:
        yield (
            f"Of {money(base + paid, currency)}, {money(paid, currency)} were paid with points or"
            f" credit, which earns nothing: {money(base, currency)} count."
        )


def _part(part: Mapping[str, Any], decimals: int, currency: str) -> str:
    name = "On top" if part["on_top"] else "Base"
    rule = f"rule {part['rule']}, version {part['version']}{_lines(part['lines'])}"
    rounded = f"{ROUNDED[part['rounding']]} {part['round_to']}"
    points = _points(part["points_minor"], decimals)
    product = f"{_base(part, currency)} × {part['rate']} = {part['raw']} points"
    said = f"{name}: {product} ({rule}), {rounded}"
    if part["capped_by"]:
        said += f", and at most {part['cap']} {CAPPED[part['capped_by']]}"
    return f"{said}: {points}."


def _base(part: Mapping[str, Any], currency: str) -> str:
    """The money of a part: `5.00 RUB`, or `(5.00 RUB + 13.60 RUB × 2)`."""
    whole = int(part["base_minor"])
    multiplied = [(int(one["base_minor"]), one["factor"]) for one in part["multipliers"]]
    rest = whole - sum(base for base, _ in multiplied)
    sums = [money(rest, currency)] if rest or not multiplied else []
    sums += [f"{money(base, currency)} × {factor}" for base, factor in multiplied]
    return sums[0] if len(sums) == 1 else f"({' + '.join(sums)})"


def _multipliers(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each rule that multiplied something, named once."""
    rules = {(m["factor"], m["rule"], m["version"]) for part in parts for m in part["multipliers"]}
    for factor, rule, version in sorted(rules):
        yield f"The × {factor} is rule {rule}, version {version}."


def _lines(references: Sequence[str]) -> str:
    if not references:
        return ""
    shown = ", ".join(references[:MOST_LINES])
    more = len(references) - MOST_LINES
    word = "line" if len(references) == 1 else "lines"
    return f", {word} {shown}" + (f" and {more} more" if more > 0 else "")


def _points(minor: int, decimals: int) -> Amount:
    return Amount(minor, Unit("points", decimals))
