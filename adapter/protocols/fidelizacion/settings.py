"""What may be chosen: nothing per process, and three things per credential, as agreed with one
business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from marshmallow import Schema, validate
from marshmallow import fields as shapes

from adapter.core.partners import Caller
from adapter.web.shapes import StrictBoolean

LONGEST_CODE = 255


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """Settings of the process: none of its own, all is agreed per business."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed with one business: the `settings` of a credential."""

    branches: Sequence[str] | None = None  # the only ones that may call; any, without a list
    strict_registration: bool = False  # 5.1: all nine fields of the vendor's page are mandatory
    verify_payments: bool = False  # 8.3: a payment needs a code that was sent to the member

    @classmethod
    def of(cls, caller: Caller) -> Agreement:
        """The agreement with a caller."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: v for name, v in caller.settings.items() if name in known})

    def admits(self, branch: str) -> bool:
        """Whether calls of this branch are taken."""
        return self.branches is None or branch in self.branches


class CredentialSettings(Schema):
    """The shape of a credential's `settings` in the program file."""

    branches = shapes.List(
        shapes.String(validate=validate.Length(1, LONGEST_CODE)), allow_none=True
    )
    strict_registration = StrictBoolean()
    verify_payments = StrictBoolean()
