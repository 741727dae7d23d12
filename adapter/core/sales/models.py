"""What rules gave a member in a period, so that caps and limits hold."""

from __future__ import annotations

import uuid

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db.base import Base


class RuleUsage(Base):
    """How often one rule gave one member something within a period, and how much in all.

    `period` names it in the program's own calendar: `2026-11-21`, `2026-W47`, `2026-11`, `2026`,
    `ever`.
    """

    __tablename__ = "rule_usages"

    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)
    rule_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)
    uses: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[int] = mapped_column(BigInteger, default=0)
