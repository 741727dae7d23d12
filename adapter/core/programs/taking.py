"""Which lines of a basket each spending rule takes, and what multiplies them there.

Whether a rule asks for its minimum depends on what it does. One that would give points asks for
it; below it, what it would have taken goes to the next rule that asks for less. One that takes
points back, because more of its goods came back than were bought, asks for none: goods give back
what they earned, whatever else is bought beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from adapter.core.programs.basket import Basket, Line, nameless
from adapter.core.programs.earn_parts import Taken, weights
from adapter.core.programs.earn_terms import EarnTerms, SpendingTerms
from adapter.core.programs.matching import Choice
from adapter.core.programs.rounding import whole_shares

Takings = Iterator[tuple[SpendingTerms, list[Taken]]]


def takings(rules: Sequence[EarnTerms], basket: Basket) -> Takings:
    """Each spending rule that has something to reckon with, and that, those on top last."""
    sharing = _Sharing(rules, basket)
    for rule, pieces in sorted(sharing.final(), key=lambda one: (one[0].on_top, one[0].code)):
        yield rule, sharing.multiplied(pieces)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line of the basket, or money that no line names, and what of it earns."""

    place: int | None
    line: Line
    base_minor: int


_Shares = Iterable[tuple[SpendingTerms, list[_Piece]]]


class _Sharing:
    def __init__(self, rules: Sequence[EarnTerms], basket: Basket) -> None:
        self._basket = basket
        self._pieces = list(_pieces(basket))
        reached = [rule for rule in rules if self._is_reached(rule)]
        self._all = Choice(rules)
        self._reached = self._all if len(reached) == len(rules) else Choice(reached)

    def final(self) -> _Shares:
        """What each rule takes in the end."""
        shares = list(self._shared(lambda line: self._all.of(line).spending))
        below = {rule.code for rule, pieces in shares if self._falls_short(rule, pieces)}
        return self._shared(lambda line: self._left(line, below)) if below else shares

    def multiplied(self, pieces: Sequence[_Piece]) -> list[Taken]:
        """What one rule takes, each line with the largest multiplier that may multiply it there."""
        sums: defaultdict[str, int] = defaultdict(int)
        for piece in pieces:
            if multiplier := self._all.of(piece.line).multiplier:
                sums[multiplier.code] += piece.base_minor
        taken = []
        for piece in pieces:
            multiplier = self._all.of(piece.line).multiplier
            # Of this rule's goods that it multiplies more came back than were bought, or it asks.
            if multiplier and sums[multiplier.code] >= 0 and not self._is_reached(multiplier):
                multiplier = self._reached.of(piece.line).multiplier
            taken.append(Taken(piece.place, piece.line.reference, piece.base_minor, multiplier))
        return taken

    def _shared(self, rules_of: Callable[[Line], Iterable[SpendingTerms]]) -> _Shares:
        shares: dict[str, tuple[SpendingTerms, list[_Piece]]] = {}
        for piece in self._pieces:
            for rule in rules_of(piece.line):
                shares.setdefault(rule.code, (rule, []))[1].append(piece)
        return shares.values()

    def _left(self, line: Line, below: set[str]) -> Iterator[SpendingTerms]:
        """The rules of a line without those below their minimum, and who steps in for them."""
        for rule in self._all.of(line).spending:
            if rule.code not in below:
                yield rule
            elif not rule.on_top:
                yield from (heir for heir in self._reached.of(line).spending if not heir.on_top)

    def _falls_short(self, rule: SpendingTerms, pieces: Sequence[_Piece]) -> bool:
        return not self._is_reached(rule) and sum(weights(self.multiplied(pieces))[0]) >= 0

    def _is_reached(self, rule: EarnTerms) -> bool:
        return rule.conditions.reached_by(self._basket)


def _pieces(basket: Basket) -> Iterator[_Piece]:
    """What of each line earns: its worth less its share of what loyalty paid."""
    if not basket.lines:
        yield _Piece(None, nameless(0), basket.base_minor)
        return
    sizes = _paid_by_loyalty(basket)
    whole = sum(sizes)
    paid = whole_shares([basket.loyalty_minor * size for size in sizes], whole or 1)
    for place, (line, share) in enumerate(zip(basket.lines, paid, strict=True)):
        yield _Piece(place, line, line.net_minor - share)
    if basket.loyalty_minor and not whole:
        yield _Piece(None, nameless(0), -basket.loyalty_minor)


def _paid_by_loyalty(basket: Basket) -> list[int]:
    """By which sizes what loyalty paid is spread over the lines."""
    # Points pay for what is bought, and are given back for what is returned.
    sign = -1 if basket.loyalty_minor < 0 else 1
    alike = [max(sign * line.net_minor, 0) for line in basket.lines]
    return alike if any(alike) else [abs(line.net_minor) for line in basket.lines]
