"""Benefits: what a member may use once or n times."""

from adapter.core.benefits.bulk import Grant, grant_many, with_keys
from adapter.core.benefits.models import (
    Benefit,
    BenefitState,
    Claim,
    ClaimKind,
    PromoCode,
)
from adapter.core.benefits.operations import (
    claim_receipt,
    code_key,
    grant,
    put_code,
    redeem_code,
)
from adapter.core.benefits.queries import claims_of, of_members, promo_codes

__all__ = [
    "Benefit",
    "BenefitState",
    "Claim",
    "ClaimKind",
    "Grant",
    "PromoCode",
    "claim_receipt",
    "claims_of",
    "code_key",
    "grant",
    "grant_many",
    "of_members",
    "promo_codes",
    "put_code",
    "redeem_code",
    "with_keys",
]
