"""What was agreed with one caller, beyond what holds for all of a protocol's."""

from __future__ import annotations

from typing import Self

from marshmallow import Schema, validate
from marshmallow import fields as shapes

from adapter.core.partners import Caller


class Agreement:
    """The `settings` of a credential; each protocol's is a frozen dataclass of what it knows."""

    __slots__ = ()

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """The agreement with a caller; names it does not know are left to others."""
        known = getattr(cls, "__dataclass_fields__", ())
        return cls(**{name: value for name, value in caller.settings.items() if name in known})


class AnyCredential(Schema):
    """The shape of what may be agreed with any caller; each protocol's adds its own to it."""

    requests_per_minute = shapes.Integer(strict=True, validate=validate.Range(0, 1_000_000))
