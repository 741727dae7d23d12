"""What a member may use once or n times: gifts, promo codes, fiscal receipts."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base, new_id
from adapter.db.types import UtcDateTime


class BenefitState(StrEnum):
    """The life of a benefit."""

    ACTIVE = "active"
    REDEEMED = "redeemed"
    DEACTIVATED = "deactivated"


class ClaimKind(StrEnum):
    """What can be taken."""

    PROMO_CODE = "promo_code"
    RECEIPT = "receipt"


class Benefit(Base):
    """A gift, a voucher, a coupon of one member."""

    __tablename__ = "benefits"
    __table_args__ = (
        UniqueConstraint("program_id", "key"),
        Index("ix_benefits_member_id", "member_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programs.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255), default="")
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(32), default=BenefitState.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
