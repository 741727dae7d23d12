"""What `adapter doctor` says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that was looked at: `well`, a `note` to think about, or a `finding` to mend."""

    verdict: str
    what: str
    fix: str = ""
