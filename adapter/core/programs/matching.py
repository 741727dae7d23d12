"""Which rules are about a line: by lists looked up, not by asking every rule about every line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from adapter.core.programs.basket import Line
from adapter.core.programs.earn_terms import EarnTerms, MultiplierTerms, SpendingTerms

Rule = TypeVar("Rule", bound=EarnTerms)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What applies to a line: its spending rules, and the multiplier of what they give."""

    spending: tuple[SpendingTerms, ...]
    multiplier: MultiplierTerms | None


class Choice:
    """Finds, for line after line, which of these rules apply to it."""

    def __init__(self, rules: Iterable[EarnTerms]) -> None:
        spending: list[SpendingTerms] = []
        multipliers: list[MultiplierTerms] = []
        for rule in rules:
            if isinstance(rule, SpendingTerms):
                spending.append(rule)
            elif isinstance(rule, MultiplierTerms):
                multipliers.append(rule)
        # In order of preference: the higher one, and between equals the code decides.
        spending.sort(key=lambda rule: (-rule.points_per_unit, rule.code))
        multipliers.sort(key=lambda rule: (-rule.factor, rule.code))
        self._base = LineIndex(rule for rule in spending if not rule.on_top)
        self._on_top = LineIndex(rule for rule in spending if rule.on_top)
        self._multipliers = LineIndex(multipliers)
        self._known: dict[tuple[str, str, frozenset[str]], Chosen] = {}

    def of(self, line: Line) -> Chosen:
        """The most specific of the base rules, all those on top, and the largest multiplier."""
        key = (line.code, line.department, line.tags)
        if key not in self._known:
            multipliers = self._multipliers.about(line)
            self._known[key] = Chosen(
                (*self._base.about(line)[:1], *self._on_top.about(line)),
                min(multipliers, key=lambda rule: (-rule.factor, rule.code), default=None),
            )
        return self._known[key]


class LineIndex(Generic[Rule]):
    """Rules by what they name; given in order of preference."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._of_item: defaultdict[str, list[int]] = defaultdict(list)
        self._of_department: defaultdict[str, list[int]] = defaultdict(list)
        self._of_tag: defaultdict[str, list[int]] = defaultdict(list)
        self._of_all: list[int] = []
        for place, rule in enumerate(self._rules):
            for code in rule.conditions.items:
                self._of_item[code].append(place)
            for department in rule.conditions.departments:
                self._of_department[department].append(place)
            for tag in rule.conditions.tags:
                self._of_tag[tag].append(place)
            if not rule.conditions.name_lines:
                self._of_all.append(place)

    def about(self, line: Line) -> list[Rule]:
        """Those that apply: by item first, by department, by tag, and then those for all lines."""
        tagged = {place for tag in line.tags for place in self._of_tag.get(tag, ())}
        # A rule that names a line twice counts where it is most specific.
        places = dict.fromkeys(
            chain(
                self._of_item.get(line.code, ()),
                self._of_department.get(line.department, ()),
                sorted(tagged),
                self._of_all,
            )
        )
        found = (self._rules[place] for place in places)
        return [rule for rule in found if not rule.conditions.excludes(line)]
