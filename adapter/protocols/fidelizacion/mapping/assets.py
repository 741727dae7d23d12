"""What a member has that takes something off a basket, in the vendor's words (4.4, 4.10, 5.3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from adapter.core.benefits import Benefit, Standing
from adapter.core.members import Member, MemberStatus
from adapter.core.sales import BenefitOutlook, Preview
from adapter.protocols.fidelizacion.mapping import known
from adapter.protocols.fidelizacion.mapping.people import instant

# 4.4: what `x-return-assets` selects; the first is meant where it says nothing.
SELECTIONS = {
    "active": {Standing.ACTIVE},
    "inactive": set(Standing) - {Standing.ACTIVE},
    "all": set(Standing),
}
# 4.4, `nonRedeemableCause`: a condition of the basket in Como's words, the others in section 9's.
VIOLATION = ("5523", "Violation of asset conditions (no benefits)")
UNUSABLE = ("4008102", "Asset is not redeemable")
CAUSES = {
    "unknown": ("4008101", "Asset not found for this member"),
    "member": ("4001101", "Member is not active"),
} | {standing.value: UNUSABLE for standing in Standing}


def assets_as_sent(
    held: Iterable[Benefit],
    member: Member,
    *,
    selection: str,
    now: datetime,
    preview: Preview | None,
) -> list[dict[str, Any]]:
    """4.4: the assets of one selection; whether each is of use now, or for this basket."""
    return [
        _asset_as_sent(benefit, standing, _cause(benefit, standing, member, preview))
        for benefit in held
        if (standing := benefit.standing(now)) in SELECTIONS[selection]
    ]


def preview_as_sent(preview: Preview | None) -> dict[str, Any]:
    """5.3: what a basket would get; without a basket nothing."""
    if preview is None:
        return {"appliedDeals": [], "usedAssets": [], "totalDiscount": 0}
    deals = [
        discount_as_sent(
            "PROMOTION",
            deal.amount_minor,
            reason=deal.deal.name or deal.deal.code,
            source=deal.deal.code,
        )
        for deal in preview.deals
    ]
    return {
        "appliedDeals": deals,
        "usedAssets": [_outlook_as_sent(outlook) for outlook in preview.benefits],
        "totalDiscount": preview.total_minor,
    }


def discount_as_sent(kind: str, amount: int, *, reason: str, source: str) -> dict[str, Any]:
    """4.10: what something takes off."""
    return {"type": kind, "reason": reason, "amount": amount, "sourceId": source}


def _asset_as_sent(benefit: Benefit, standing: Standing, cause: str | None) -> dict[str, Any]:
    return known(
        key=benefit.key,
        name=benefit.name or benefit.key,
        description=benefit.description or None,
        image=benefit.image or None,
        status=standing.value,
        validFrom=benefit.valid_from and instant(benefit.valid_from),
        validUntil=benefit.valid_until and instant(benefit.valid_until),
        redeemable=cause is None,
        nonRedeemableCause=cause and _cause_as_sent(cause),
    )


def _cause(
    benefit: Benefit, standing: Standing, member: Member, preview: Preview | None
) -> str | None:
    if preview is not None:
        return preview.causes.get(benefit.id)
    if member.status != MemberStatus.ACTIVE:
        return "member"
    return None if standing is Standing.ACTIVE else standing.value


def _cause_as_sent(cause: str) -> dict[str, str]:
    code, message = CAUSES.get(cause, VIOLATION)
    return {"code": code, "message": message}


def _outlook_as_sent(outlook: BenefitOutlook) -> dict[str, Any]:
    benefit = outlook.benefit
    key = benefit.key if benefit else outlook.name
    name = (benefit.name or key) if benefit else None
    sent = known(key=key, name=name, redeemable=outlook.cause is None)
    if outlook.cause is not None:
        return sent | {"nonRedeemableCause": _cause_as_sent(outlook.cause)}
    amount = outlook.amount_minor or 0
    return sent | {"discount": discount_as_sent("LOYALTY", amount, reason=name or key, source=key)}
