"""What a member takes: a promo code, a fiscal receipt."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select, update

from adapter.core import ledger, members
from adapter.core.amounts import Amount
from adapter.core.benefits import receipts
from adapter.core.benefits.models import Claim, ClaimKind, PromoCode, code_key
from adapter.core.errors import (
    PromoCodeExpired,
    PromoCodeNotYours,
    PromoCodeUsed,
    ReceiptTaken,
    UnknownPromoCode,
)
from adapter.core.ledger import Details, Entry, EntryKind, Role, Terms
from adapter.core.members import Member
from adapter.core.origins import Origin, Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_unless_there


def redeem_code(
    work: Work, program: ProgramTerms, member: Member, *, code: str, place: Place
) -> Claim:
    """The member's claim of a promo code, with its points credited.

    Raises:
        UnknownPromoCode, PromoCodeExpired, PromoCodeNotYours: It is not one for this member now.
        PromoCodeUsed: This member has taken it, or as many as may have.
        MemberInactive: The member takes no part.
    """
    members.refuse_inactive(member)
    promo = work.session.scalar(
        select(PromoCode).where(PromoCode.program_id == program.id, PromoCode.key == code_key(code))
    )
    if promo is None:
        raise UnknownPromoCode("no such promo code")
    if promo.expires_at is not None and promo.expires_at <= work.now:
        raise PromoCodeExpired("the promo code's last day is over")
    if promo.member_id is not None and promo.member_id != member.id:
        raise PromoCodeNotYours("the promo code is another member's")
    claim = _claim(work, member, ClaimKind.PROMO_CODE, f"{promo.id}:{member.id}")
    if claim is None or not _use_up(work, promo):
        raise PromoCodeUsed("the promo code was used")
    if promo.points_minor:
        amount = Amount(promo.points_minor, program.points)
        reason = promo.code  # what the member typed, in any language
        claim.entry_id = _award(work, program, member, amount, claim, reason, place).id
    work.session.flush()
    return claim


def _use_up(work: Work, promo: PromoCode) -> bool:
    if promo.uses is None:
        return True  # a code for everybody has no row that everybody updates
    result = work.session.execute(
        update(PromoCode)
        .where(PromoCode.id == promo.id, PromoCode.used < PromoCode.uses)
        .values(used=PromoCode.used + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def claim_receipt(
    work: Work, program: ProgramTerms, member: Member, *, text: str, place: Place
) -> Claim:
    """The member's claim of a fiscal receipt; the same member again gets the same claim.

    Raises:
        InvalidReceipt: The text is not of the fiscal form.
        ReceiptTaken: Another member registered it.
        MemberInactive: The member takes no part.
    """
    members.refuse_inactive(member)
    receipt = receipts.parse(text)
    claim = _claim(work, member, ClaimKind.RECEIPT, receipt.key)
    if claim is None:
        return _claimed(work, program.id, member, receipt.key)
    claim.amount_minor = receipt.sum_minor
    if program.settings.receipt_points:
        amount = Amount.parse(program.settings.receipt_points, program.points)
        claim.entry_id = _award(work, program, member, amount, claim, "Receipt", place).id
    work.session.flush()
    return claim


def _claimed(work: Work, program_id: uuid.UUID, member: Member, key: str) -> Claim:
    claim = work.session.scalars(
        select(Claim).where(
            Claim.program_id == program_id, Claim.kind == ClaimKind.RECEIPT, Claim.key == key
        )
    ).one()
    if claim.member_id != member.id:
        raise ReceiptTaken("another member registered this receipt")
    return claim


def _claim(work: Work, member: Member, kind: ClaimKind, key: str) -> Claim | None:
    values = {
        "id": new_id(),
        "program_id": member.program_id,
        "member_id": member.id,
        "kind": kind,
        "key": key,
        "claimed_at": work.now,
    }
    return insert_unless_there(work.session, Claim, values, unique=["program_id", "kind", "key"])


def _award(
    work: Work,
    program: ProgramTerms,
    member: Member,
    amount: Amount,
    claim: Claim,
    reason: str,
    place: Place,
) -> Entry:
    return ledger.transfer(
        work,
        program.purse_of(member.id, may_owe=True),
        amount,
        Details(
            kind=EntryKind.BONUS,
            reason=reason,
            origin=Origin(place.channel, claim.kind, str(claim.id)),
            place=place,
        ),
        source=Role.ISSUED,
        target=Role.SPENDABLE,
        terms=Terms(expires_at=program.expiry_of_points(work.now)),
    )


def put_code(
    work: Work,
    program_id: uuid.UUID,
    *,
    code: str,
    points_minor: int,
    uses: int | None,
    expires_at: datetime | None,
    member_id: uuid.UUID | None = None,
    used: int = 0,
) -> PromoCode:
    """The promo code, made (and `used` so often elsewhere) or brought in line.

    What was used stays used.
    """
    key = code_key(code)
    promo = work.session.scalar(
        select(PromoCode).where(PromoCode.program_id == program_id, PromoCode.key == key)
    )
    if promo is None:
        promo = PromoCode(program_id=program_id, key=key, used=used)
        work.session.add(promo)
    promo.code, promo.points_minor, promo.uses = code.strip(), points_minor, uses
    promo.expires_at, promo.member_id = expires_at, member_id
    work.session.flush()
    return promo
