"""Where the demo's server answers, and the secrets that the load made for its callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.demo.rules import CODE


@dataclass(frozen=True, slots=True)
class Access:
    """The server's address, and a secret for each program and protocol."""

    url: str
    secrets: Mapping[tuple[str, str], str] = field(repr=False)

    def secret(self, protocol: str, program: str = CODE) -> str:
        """What a platform proves itself with."""
        return self.secrets[program, protocol]
