"""The arithmetic of an entry in words: which rule, in which version, gave how much of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapter.core.amounts import POINTS, Amount, Unit
from adapter.core.support.shown import PLAIN, Say

ROUNDED = {
    "down": "{product} ({rule}), rounded down to {step}",
    "up": "{product} ({rule}), rounded up to {step}",
    "half_up": "{product} ({rule}), rounded to the nearest, a half up, to {step}",
    "half_even": "{product} ({rule}), rounded to the nearest, a half to the even one, to {step}",
}
CAPPED = {
    "transaction": "{said}, and at most {cap} a purchase",
    "day": "{said}, and at most {cap} a day",
}
BASE, ON_TOP = "Base: {said}: {points}.", "On top: {said}: {points}."
PRODUCT = "{base} × {rate} = {points}"
RULE = "rule {rule}, version {version}"
LINE, LINES = "{rule}, line {lines}", "{rule}, lines {lines}"
MORE_LINES = "{rule}, lines {lines} and {more} more"
TOGETHER = "Together: {points}."
EVENT = 'The event "{event}" brings {points} ({rule}).'
LOYALTY = "Of {whole}, {paid} were paid with points or credit, which earns nothing: {base} count."
MULTIPLIER = "The × {factor} is {rule}."
# All that is said, for those who say it in another language.
TEMPLATES = (
    *ROUNDED.values(),
    *CAPPED.values(),
    BASE,
    ON_TOP,
    PRODUCT,
    RULE,
    LINE,
    LINES,
    MORE_LINES,
    TOGETHER,
    EVENT,
    LOYALTY,
    MULTIPLIER,
)
MOST_LINES = 5


def reckoning(told: Mapping[str, Any], currency: str, say: Say = PLAIN) -> Iterator[str]:
    """The story of how a rule, or several, came to so many points; a sentence a line."""
    if "event" in told:
        yield _of_event(told, say)
        return
    yield from _loyalty(told, currency, say)
    for part in told["parts"]:
        yield _part(part, told["points_decimals"], currency, say)
    yield from _multipliers(told["parts"], say)
    if len(told["parts"]) > 1:
        yield say(TOGETHER).format(points=say.points(_points(told, told["points_decimals"])))


def _of_event(told: Mapping[str, Any], say: Say) -> str:
    points = say.points(_points(told, told["points_decimals"]))
    return say(EVENT).format(event=told["event"], points=points, rule=_rule(told, say))


def _loyalty(told: Mapping[str, Any], currency: str, say: Say) -> Iterator[str]:
    paid, base = int(told["loyalty_minor"]), int(told["base_minor"])
    if paid:
        yield say(LOYALTY).format(
            whole=say.money(base + paid, currency),
            paid=say.money(paid, currency),
            base=say.money(base, currency),
        )


def _part(part: Mapping[str, Any], decimals: int, currency: str, say: Say) -> str:
    product = say(PRODUCT).format(
        base=_base(part, currency, say),
        rate=_number(part["rate"], say),
        points=say.points(Decimal(part["raw"])),
    )
    rule, step = _lines(_rule(part, say), part["lines"], say), _number(part["round_to"], say)
    said = say(ROUNDED[part["rounding"]]).format(product=product, rule=rule, step=step)
    if part["capped_by"]:
        said = say(CAPPED[part["capped_by"]]).format(said=said, cap=_number(part["cap"], say))
    points = say.number(_points(part, decimals))
    return say(ON_TOP if part["on_top"] else BASE).format(said=said, points=points)


def _base(part: Mapping[str, Any], currency: str, say: Say) -> str:
    """The money of a part: `5.00 RUB`, or `(5.00 RUB + 13.60 RUB × 2)`."""
    whole = int(part["base_minor"])
    multiplied = [(int(one["base_minor"]), one["factor"]) for one in part["multipliers"]]
    rest = whole - sum(base for base, _ in multiplied)
    sums = [say.money(rest, currency)] if rest or not multiplied else []
    sums += [f"{say.money(base, currency)} × {_number(one, say)}" for base, one in multiplied]
    return sums[0] if len(sums) == 1 else f"({' + '.join(sums)})"


def _multipliers(parts: Sequence[Mapping[str, Any]], say: Say) -> Iterator[str]:
    """Each rule that multiplied something, named once."""
    rules = {(m["factor"], m["rule"], m["version"]) for part in parts for m in part["multipliers"]}
    for factor, rule, version in sorted(rules):
        named = _rule({"rule": rule, "version": version}, say)
        yield say(MULTIPLIER).format(factor=_number(factor, say), rule=named)


def _rule(told: Mapping[str, Any], say: Say) -> str:
    return say(RULE).format(rule=told["rule"], version=told["version"])


def _lines(rule: str, references: Sequence[str], say: Say) -> str:
    if not references:
        return rule
    shown = ", ".join(references[:MOST_LINES])
    more = len(references) - MOST_LINES
    if more > 0:
        return say(MORE_LINES).format(rule=rule, lines=shown, more=more)
    return say(LINE if len(references) == 1 else LINES).format(rule=rule, lines=shown)


def _number(text: str, say: Say) -> str:
    return say.number(Decimal(text))


def _points(told: Mapping[str, Any], decimals: int) -> Decimal:
    return Decimal(str(Amount(told["points_minor"], Unit(POINTS.code, decimals))))
