"""How a program's CRM is asked: the object `crm` of the program's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from adapter.core import cards
from adapter.core.members import ConsentKind, IdentityKind, Profile

# By what a CRM may be asked for somebody.
KINDS = (*IdentityKind, cards.BY_CARD)
# What a CRM may tell of them, and where it is looked for unless the program says otherwise.
FIELDS = (
    *(name for name in Profile.__slots__ if name != "phone_shown"),
    "external_id",
    "membership_key",
    "pass",
    "card_number",
    *(f"consents.{kind}" for kind in ConsentKind),
)


@dataclass(frozen=True, slots=True)
class CrmTerms:
    """Where a CRM is, what it is asked and how long it may take."""

    url: str
    method: str = "POST"
    ask_by: tuple[str, ...] = (IdentityKind.PHONE,)
    timeout_ms: int = 800
    connect_timeout_ms: int = 300
    header: str | None = None  # the name of a header that carries the secret kept in the settings
    fields: Mapping[str, str] = field(
        default_factory=lambda: dict(zip(FIELDS, FIELDS, strict=True))
    )
    issue_card: bool = False  # whether who comes without a card is given one of ours
    failures: int = 5  # in a row, after which it is left alone
    pause_seconds: int = 30  # for so long
    nobody_seconds: int = 60  # how long it need not be asked again for whom it did not know

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> CrmTerms | None:
        """The terms with these values given; none where there is no CRM."""
        if not given:
            return None
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in given.items() if name in known}
        return cls(**values | {"ask_by": tuple(values.get("ask_by", (IdentityKind.PHONE,)))})
