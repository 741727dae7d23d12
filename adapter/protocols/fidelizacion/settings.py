"""What may be chosen: three things per credential, as agreed with one business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapter.web import agreements
from adapter.web.agreements import AnyCredential
from adapter.web.shapes import OutletCodes, StrictBoolean

NAME = "fidelizacion"


@dataclass(frozen=True, slots=True)
class Agreement(agreements.Agreement):
    """What was agreed with one business: the `settings` of a credential."""

    branches: Sequence[str] | None = None  # the only ones that may call; any, without a list
    strict_registration: bool = False  # 5.1: all nine fields of the vendor's page are mandatory
    verify_payments: bool = False  # 8.3: a payment needs a code that was sent to the member

    def admits(self, branch: str) -> bool:
        """Whether calls of this branch are taken."""
        return self.branches is None or branch in self.branches


class CredentialSettings(AnyCredential):
    """The shape of a credential's `settings` in the program file."""

    branches = OutletCodes()
    strict_registration = StrictBoolean()
    verify_payments = StrictBoolean()
