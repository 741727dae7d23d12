"""Stacks that py-spy saw, and how often: what they share, and what each part has of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

Stacks = Counter[tuple[str, ...]]  # the outermost call first: "submit (adapter/core/sales.py)"

# What is seen this seldom is left out of the file, so that it can be kept with the figures.
LEAST_SHARE = 0.001
# Whatever is in nearly every stack is on the way to all of our work, and tells nothing.
COMMON_SHARE = 0.85
OURS = "(adapter/"
_FILE = re.compile(r"\((?P<path>[^()]*)\)$")


def read(raw: str) -> Stacks:
    """The stacks of a file in the folded form of flamegraph.pl, each from our first call on."""
    found: Stacks = Counter()
    for line in raw.splitlines():
        stack, _, times = line.rpartition(" ")
        found[_from_ours(stack.split(";"))] += int(times)
    return found


def _from_ours(stack: list[str]) -> tuple[str, ...]:
    first = next((at for at, frame in enumerate(stack) if OURS in frame), 0)
    return tuple(stack[first:])


def folded(stacks: Stacks) -> str:
    """The same again, for speedscope and for flamegraph.pl."""
    least = LEAST_SHARE * stacks.total()
    often = sorted(item for item in stacks.items() if item[1] > least)
    return "".join(f"{';'.join(stack)} {times}\n" for stack, times in often)


def own_by_package(stacks: Stacks) -> list[tuple[str, float]]:
    """In which package the innermost call was, in per cent of the time, the heaviest first."""
    shares: Counter[str] = Counter()
    for stack, times in stacks.items():
        shares[_package(stack[-1])] += times
    return _shares(shares.items(), stacks.total())


def inclusive(stacks: Stacks) -> list[tuple[str, float]]:
    """How much of the time each function of ours was under way, the heaviest first."""
    seen: Counter[str] = Counter()
    for stack, times in stacks.items():
        for function in {frame for frame in stack if OURS in frame}:
            seen[function] += times
    telling = [item for item in seen.items() if item[1] < COMMON_SHARE * stacks.total()]
    return _shares(telling, stacks.total())


def _shares(items: Iterable[tuple[str, int]], total: int) -> list[tuple[str, float]]:
    most = sorted(items, key=lambda item: (-item[1], item[0]))
    return [(name, 100 * times / total) for name, times in most if times >= total / 100]


def _package(frame: str) -> str:
    """`adapter/core` of ours, `sqlalchemy` of others', `python` of what comes with it."""
    found = _FILE.search(frame)
    parts = found["path"].split("/") if found else []
    if not parts or len(parts) == 1:
        return "python"
    return "/".join(parts[:2]) if parts[0] == "adapter" else parts[0]
