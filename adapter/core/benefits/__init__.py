"""Benefits: what a member may use once or n times."""

from adapter.core.benefits.granting import Grant, deactivate, grant, grant_many, with_keys
from adapter.core.benefits.models import (
    Benefit,
    BenefitState,
    BenefitUse,
    Claim,
    ClaimKind,
    PromoCode,
    Standing,
    code_key,
)
from adapter.core.benefits.operations import claim_receipt, put_code, redeem_code
from adapter.core.benefits.passing import pass_on
from adapter.core.benefits.queries import claims_of, of_member, of_members, promo_codes
from adapter.core.benefits.using import give_back, named, use, verify

__all__ = [
    "Benefit",
    "BenefitState",
    "BenefitUse",
    "Claim",
    "ClaimKind",
    "Grant",
    "PromoCode",
    "Standing",
    "claim_receipt",
    "claims_of",
    "code_key",
    "deactivate",
    "give_back",
    "grant",
    "grant_many",
    "named",
    "of_member",
    "of_members",
    "pass_on",
    "promo_codes",
    "put_code",
    "redeem_code",
    "use",
    "verify",
    "with_keys",
]
