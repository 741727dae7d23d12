"""When a rule, a deal or a benefit applies, and to which lines of a basket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from adapter.core.programs import terms as read
from adapter.core.programs.basket import Basket, Line, Occasion

# What can keep something from applying, as short stable words.
Cause = Literal[
    "dates",
    "time",
    "outlet",
    "tier",
    "segment",
    "basket tags",
    "minimum",
    "items",
]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of one rule, deal or benefit; what is empty or None asks for nothing."""

    items: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    except_items: frozenset[str] = frozenset()
    except_departments: frozenset[str] = frozenset()
    except_tags: frozenset[str] = frozenset()
    min_total_minor: int | None = None
    basket_tags: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    outlets: frozenset[str] = frozenset()
    weekdays: frozenset[str] = frozenset()
    hours: tuple[int, int] | None = None  # minutes of the day, the end exclusive
    starts_on: date | None = None
    ends_on: date | None = None

    @classmethod
    def of(cls, terms: Mapping[str, Any]) -> Conditions:
        """The conditions among these terms; other keys are left to others.

        Raises:
            ValueError: A value of theirs makes no sense.
        """
        found = cls(
            **{key: read.names(terms, key) for key in _LISTS},
            min_total_minor=read.whole(terms, "min_total_minor"),
            hours=_hours(terms.get("hours")),
            starts_on=read.day(terms, "starts_on"),
            ends_on=read.day(terms, "ends_on"),
        )
        if not found.weekdays <= set(WEEKDAYS):
            raise ValueError(f"weekdays: not among {', '.join(WEEKDAYS)}")
        if found.starts_on and found.ends_on and found.ends_on < found.starts_on:
            raise ValueError("ends_on: before starts_on")
        return found

    def missing(self, basket: Basket, occasion: Occasion) -> Cause | None:
        """What fails first; None where all conditions hold."""
        cause = self.missing_around(basket, occasion)
        return cause or (None if self.lines(basket) else "items")

    def missing_around(
        self, basket: Basket, occasion: Occasion, *, any_total: bool = False
    ) -> Cause | None:
        """What fails of the occasion and the basket as a whole, whichever lines it has."""
        if cause := self._missing_then(occasion):
            return cause
        if self.outlets and occasion.outlet_code not in self.outlets:
            return "outlet"
        if self.tiers and occasion.tier not in self.tiers:
            return "tier"
        if self.segments and self.segments.isdisjoint(occasion.segments):
            return "segment"
        if self.basket_tags and self.basket_tags.isdisjoint(basket.tags):
            return "basket tags"
        return None if any_total or self.reached_by(basket) else "minimum"

    def reached_by(self, basket: Basket) -> bool:
        """Whether the basket is worth their minimum, after what loyalty paid."""
        return self.min_total_minor is None or basket.base_minor >= self.min_total_minor

    def lines(self, basket: Basket) -> tuple[Line, ...]:
        """The parts of the basket they are about, in its order."""
        return tuple(line for line in basket.parts if self.names(line) and not self.excludes(line))

    @property
    def name_lines(self) -> bool:
        """Whether they are about some lines only, besides exceptions."""
        return bool(self.items or self.departments or self.tags)

    def names(self, line: Line) -> bool:
        """Whether one of the lists names this line, or there is no list."""
        return (
            not self.name_lines
            or line.code in self.items
            or line.department in self.departments
            or not self.tags.isdisjoint(line.tags)
        )

    def excludes(self, line: Line) -> bool:
        """Whether this line is left out."""
        return (
            line.code in self.except_items
            or line.department in self.except_departments
            or not self.except_tags.isdisjoint(line.tags)
        )

    def _missing_then(self, occasion: Occasion) -> Cause | None:
        today = occasion.at.date()
        if self.starts_on and today < self.starts_on:
            return "dates"
        if self.ends_on and today > self.ends_on:
            return "dates"
        # Past midnight it is the new day's weekday that counts, as a calendar on the wall has it.
        if self.weekdays and WEEKDAYS[today.weekday()] not in self.weekdays:
            return "time"
        if self.hours is None:
            return None
        start, end = self.hours
        minute = occasion.at.hour * 60 + occasion.at.minute
        if start < end:
            return None if start <= minute < end else "time"
        return "time" if end <= minute < start else None


_LISTS = (
    "items",
    "departments",
    "tags",
    "except_items",
    "except_departments",
    "except_tags",
    "basket_tags",
    "tiers",
    "segments",
    "outlets",
    "weekdays",
)


def _hours(given: Any) -> tuple[int, int] | None:
    if given is None:
        return None
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise ValueError(f"hours: not a start and an end: {given!r}")
    if not all(isinstance(text, str) and _HOUR.fullmatch(text) for text in given):
        raise ValueError(f"hours: not times such as 08:00: {given!r}")
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in given)
    if start == end or start == 24 * 60:
        raise ValueError(f"hours: no time lies between them: {given!r}")
    return start, end
