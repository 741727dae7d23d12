"""What a load did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret made for a credential that came without one; it is shown once and not kept."""

    program: str
    protocol: str
    name: str
    key: str  # the word of the program file: `password`, `api_key`, `token`
    secret: str = field(repr=False)


@dataclass(slots=True)
class Report:
    """What a load did, in numbers, and what the operator must be shown."""

    programs: int = 0
    members_added: int = 0
    members_known: int = 0  # there already, and brought in line
    balances_opened: int = 0  # members whose opening balances were posted
    balances_kept: int = 0  # members whose points had moved before, and were left alone
    cards_added: int = 0
    transactions_added: int = 0
    secrets: list[NewSecret] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    dry_run: bool = False
