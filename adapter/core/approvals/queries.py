"""How requests are read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from adapter.core.approvals.models import Approval, ApprovalState
from adapter.core.errors import UnknownApproval
from adapter.db import Work


def by_id(
    work: Work, program_id: uuid.UUID, approval_id: uuid.UUID, *, lock: bool = False
) -> Approval:
    """The program's request with this id, locked if so wished.

    Raises:
        UnknownApproval: There is none.
    """
    found = select(Approval).where(Approval.program_id == program_id, Approval.id == approval_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    approval = work.session.scalar(found)
    if approval is None:
        raise UnknownApproval("no request has this id")
    return approval


def by_reference(work: Work, program_id: uuid.UUID, reference: str) -> Approval | None:
    """The program's request of this reference, if there is one."""
    found = select(Approval).where(
        Approval.program_id == program_id, Approval.reference == reference
    )
    return work.session.scalar(found)


def requests(
    work: Work,
    program_id: uuid.UUID,
    *,
    state: ApprovalState | None = None,
    after: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[Approval]:
    """A program's requests of one standing or of all, the newest first, those behind `after`."""
    found = select(Approval).where(Approval.program_id == program_id)
    if state in (ApprovalState.WAITING, ApprovalState.EXPIRED):
        is_over = Approval.expires_at <= work.now
        found = found.where(
            Approval.state == ApprovalState.WAITING,
            is_over if state is ApprovalState.EXPIRED else ~is_over,
        )
    elif state is not None:
        found = found.where(Approval.state == state)
    if after is not None:
        found = found.where(Approval.id < after)
    return work.session.scalars(found.order_by(Approval.id.desc()).limit(limit)).all()


def waiting_of(work: Work, member_id: uuid.UUID) -> Sequence[Approval]:
    """What waits for a second person about a member, the oldest first."""
    found = select(Approval).where(
        Approval.member_id == member_id,
        Approval.state == ApprovalState.WAITING,
        Approval.expires_at > work.now,
    )
    return work.session.scalars(found.order_by(Approval.id)).all()


def waiting(work: Work, program_id: uuid.UUID) -> int:
    """How many requests of a program wait for somebody."""
    found = select(func.count()).where(
        Approval.program_id == program_id,
        Approval.state == ApprovalState.WAITING,
        Approval.expires_at > work.now,
    )
    return int(work.session.scalar(found) or 0)
