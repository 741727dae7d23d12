"""Column types that keep time aware and decimals exact on every engine."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, Numeric, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

# On PostgreSQL jsonb, elsewhere text: the same Python dicts and lists come back.
Document = JSON().with_variant(postgresql.JSONB(), "postgresql")
# One that may be absent: no value is no value, and not the JSON word for it.
OptionalDocument = JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; a naive one is refused before it reaches the row."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC, without its zone where the engine keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; give it a time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal that returns as it was given: NUMERIC on PostgreSQL, text where floats lurk."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC where it is exact, text elsewhere."""
        exact = dialect.name == "postgresql"
        return dialect.type_descriptor(Numeric() if exact else String(64))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """The number, or its plain notation."""
        if value is None or dialect.name == "postgresql":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The number as a Decimal."""
        return None if value is None else Decimal(value)
