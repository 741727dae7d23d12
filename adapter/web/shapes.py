"""Fields that several protocols' settings have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields


class StrictBoolean(fields.Boolean):
    """True or false, and no word for either."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value
