"""Asking a second person, and their answer: one outcome, in the unit of work that does it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from adapter.core import support
from adapter.core.amounts import Amount
from adapter.core.approvals.models import Approval, ApprovalState
from adapter.core.approvals.queries import by_id, by_reference
from adapter.core.errors import (
    AlreadyDecided,
    MemberInactive,
    OthersRequest,
    OwnRequest,
    ReferenceReused,
)
from adapter.core.members import Member
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.support import Adjustment
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_unless_there

ADJUSTING = "points.adjust"
LIFE = timedelta(days=7)


def request(
    work: Work,
    program: ProgramTerms,
    member: Member,
    adjustment: Adjustment,
    *,
    actor: str,
    reference: str,
) -> Approval:
    """A correction that waits for a second person for a week, and no longer than the last moment of
    the points it is about; the same reference again is the same request.

    Raises:
        ReferenceReused: The reference came before with other contents.
    """
    told = {
        "unit": adjustment.amount.unit.code,
        "amount": str(adjustment.amount),
        "expires_at": adjustment.expires_at and adjustment.expires_at.isoformat(),
    }
    values = {
        "id": new_id(),
        "program_id": program.id,
        "member_id": member.id,
        "action": ADJUSTING,
        "reference": reference,
        "told": told,
        "reason": adjustment.reason,
        "state": ApprovalState.WAITING,
        "requested_by": actor,
        "requested_at": work.now,
        "expires_at": min(work.now + LIFE, adjustment.expires_at or work.now + LIFE),
        "decided_by": "",
        "decision_reason": "",
    }
    made = insert_unless_there(work.session, Approval, values, unique=["program_id", "reference"])
    if made is not None:
        return made
    known = by_reference(work, program.id, reference)
    assert known is not None  # noqa: S101  # nosec B101
    if (known.member_id, known.told, known.reason) != (member.id, told, adjustment.reason):
        raise ReferenceReused("this reference was used with other contents")
    return known


def approve(
    work: Work,
    program: ProgramTerms,
    approval_id: uuid.UUID,
    *,
    actor: str,
    channel: str,
    reason: str = "",
) -> Approval:
    """The request, carried out now: whoever the member turned out to be has the points, or has
    them no more.

    Raises:
        UnknownApproval: The program has no such request.
        OwnRequest: It is this person's own.
        AlreadyDecided: It was decided before, or its time is over.
        MemberInactive: The member was erased in the meantime.
        InsufficientPoints: Less is there to be taken.
    """
    approval = _anothers(work, program, approval_id, actor=actor)
    member = work.session.get_one(Member, approval.member_id)
    adjustment = adjustment_of(approval, program)
    place = Place(channel=channel, actor=approval.requested_by)
    holder = support.survivor_of(work, member)
    if holder.erased_at:
        raise MemberInactive("the member was erased in the meantime")
    entry = support.adjust(work, program, holder.id, adjustment, place=place)
    approval.entry_id = entry.id
    return _decided(work, approval, ApprovalState.APPROVED, actor, reason)


def decline(
    work: Work, program: ProgramTerms, approval_id: uuid.UUID, *, actor: str, reason: str
) -> Approval:
    """The request, which nobody carries out any more.

    Raises:
        UnknownApproval, OwnRequest, AlreadyDecided: As `approve`.
    """
    approval = _anothers(work, program, approval_id, actor=actor)
    return _decided(work, approval, ApprovalState.DECLINED, actor, reason)


def withdraw(
    work: Work, program: ProgramTerms, approval_id: uuid.UUID, *, actor: str, reason: str
) -> Approval:
    """The request, taken back by who asked for it.

    Raises:
        UnknownApproval, AlreadyDecided: As `approve`.
        OthersRequest: Somebody else did.
    """
    approval = _open(work, program, approval_id)
    if approval.requested_by != actor:
        raise OthersRequest("only who asked for it takes it back")
    return _decided(work, approval, ApprovalState.WITHDRAWN, actor, reason)


def adjustment_of(approval: Approval, program: ProgramTerms) -> Adjustment:
    """What a request is about."""
    told = approval.told
    expires_at = told.get("expires_at")
    return Adjustment(
        Amount.parse(told["amount"], program.unit(told["unit"])),
        approval.reason,
        reference=f"{support.AGREED}{approval.id}",
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
    )


def _anothers(work: Work, program: ProgramTerms, approval_id: uuid.UUID, *, actor: str) -> Approval:
    approval = _open(work, program, approval_id)
    if approval.requested_by == actor:
        raise OwnRequest("a second person decides")
    return approval


def _open(work: Work, program: ProgramTerms, approval_id: uuid.UUID) -> Approval:
    approval = by_id(work, program.id, approval_id, lock=True)
    if approval.standing(work.now) is not ApprovalState.WAITING:
        raise AlreadyDecided(f"the request is {approval.standing(work.now)}")
    return approval


def _decided(
    work: Work, approval: Approval, state: ApprovalState, actor: str, reason: str
) -> Approval:
    approval.state, approval.decided_by = state, actor
    approval.decided_at, approval.decision_reason = work.now, reason
    work.session.flush()
    return approval
