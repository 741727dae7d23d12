"""What a member may use once or n times: gifts, promo codes, fiscal receipts."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import Document, UtcDateTime


class BenefitState(StrEnum):
    """The life of a benefit."""

    ACTIVE = "active"
    REDEEMED = "redeemed"
    DEACTIVATED = "deactivated"


class Standing(StrEnum):
    """What a benefit is at one instant."""

    ACTIVE = "active"
    REDEEMED = "redeemed"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    FUTURE = "future"


class ClaimKind(StrEnum):
    """What can be taken."""

    PROMO_CODE = "promo_code"
    RECEIPT = "receipt"


def code_key(code: str) -> str:
    """A code as it is compared: people type it with and without capitals."""
    return code.strip().upper()


class Benefit(Base):
    """A gift, a voucher, a coupon of one member, to be used `uses` times; without a number, as
    often as they like. `code` is what may be typed instead of the key, as it is compared.
    """

    __tablename__ = "benefits"
    __table_args__ = (
        UniqueConstraint("program_id", "key"),
        CheckConstraint("used >= 0 AND (uses IS NULL OR used <= uses)", name="used_within_uses"),
        Index("ix_benefits_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255), default="")
    kind: Mapped[str] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(String(4000), default="", server_default="")
    image: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    code: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32), default=BenefitState.ACTIVE)
    uses: Mapped[int | None] = mapped_column(default=1, server_default="1")
    used: Mapped[int] = mapped_column(default=0, server_default="0")
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The discount it gives, and the conditions for it; see the program's discounts.
    terms: Mapped[dict[str, Any]] = mapped_column(Document, default=dict, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def standing(self, now: datetime) -> Standing:
        """What it is at an instant; only an active one may be used."""
        if self.state != BenefitState.ACTIVE:
            return Standing(self.state)
        if self.valid_until is not None and self.valid_until <= now:
            return Standing.EXPIRED
        if self.valid_from is not None and self.valid_from > now:
            return Standing.FUTURE
        return Standing.ACTIVE


class BenefitUse(Base):
    """That one sale used a benefit once; given back when the sale is cancelled."""

    __tablename__ = "benefit_uses"
    __table_args__ = (
        Index("ix_benefit_uses_transaction_id", "transaction_id"),
        Index("ix_benefit_uses_benefit_id", "benefit_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    benefit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("benefits.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    transaction_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("transactions.id"))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PromoCode(Base):
    """A code typed by a member. `key` is the code as it is compared, without case.

    `uses` is how often it can be taken in all, nothing for as often as there are members; one
    member takes it once. With `member_id` it is meant for that member.
    """

    __tablename__ = "promo_codes"
    __table_args__ = (UniqueConstraint("program_id", "key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    key: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(64))
    points_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    uses: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Claim(Base):
    """That a member took something which can be taken once; the index is the promise."""

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("program_id", "kind", "key"),
        Index("ix_claims_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(255))
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entries.id"))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
