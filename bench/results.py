"""What a scenario found: rates beside rates, single figures, and how it stands to its targets."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.options import Options
from bench.rounds import Comparison, Round


@dataclass(frozen=True)
class Target:
    """A ratio that decides: at least so much, or with `at_most` no more."""

    name: str
    wanted: float
    seen: float
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it was reached."""
        return self.seen <= self.wanted if self.at_most else self.seen >= self.wanted


@dataclass(frozen=True)
class Fact:
    """One figure that has nothing beside it."""

    name: str
    value: float
    unit: str


@dataclass
class Result:
    """All that one scenario found on one engine."""

    scenario: str
    engine: str
    comparisons: list[Comparison] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    run: dict[str, Any] = field(default_factory=dict)  # when, where, and of what size
    files: dict[str, str] = field(default_factory=dict)  # kept beside the figures

    def write(self, folder: Path, options: Options) -> None:
        """Keep it as JSON in a folder, in place of what the scenario found there before."""
        self.run = {
            "at": datetime.now(UTC).isoformat(timespec="minutes"),
            "machine": f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "options": asdict(options),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / f"{self.scenario}-{name}").write_text(text)
        path = folder / f"{self.scenario}-{self.engine}.json"
        document = asdict(self) | {"files": sorted(self.files)}
        path.write_text(json.dumps(_rounded(document), indent=1, ensure_ascii=False) + "\n")


def read_all(folder: Path) -> list[Result]:
    """What was kept in a folder, in the order of the scenarios' names."""
    return [_read(json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]


def _read(document: dict[str, Any]) -> Result:
    return Result(
        document["scenario"],
        document["engine"],
        [_comparison(**one) for one in document["comparisons"]],
        [Fact(**one) for one in document["facts"]],
        [Target(**one) for one in document["targets"]],
        document["run"],
    )


def _comparison(name: str, base: str, sides: dict[str, Iterable[dict[str, float]]]) -> Comparison:
    return Comparison(
        name, base, {side: [Round(**one) for one in rounds] for side, rounds in sides.items()}
    )


def _rounded(value: Any) -> Any:
    """The same document, of which no figure pretends to be more exact than it is."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value
