"""Programs: the rules and units under which a partner rewards people."""

from adapter.core.programs import discounts
from adapter.core.programs.basket import Basket, Line, Occasion
from adapter.core.programs.calendar import (
    end_of,
    expiry_of_points,
    judged_at,
    last_day,
    local_day,
    local_time,
    period_of,
    start_of,
)
from adapter.core.programs.conditions import WEEKDAYS, Conditions
from adapter.core.programs.currencies import money_decimals
from adapter.core.programs.discounts import Discount, DiscountTerms, Missing
from adapter.core.programs.earn_terms import EarnTerms
from adapter.core.programs.earning import Earnings, earn
from adapter.core.programs.models import (
    Deal,
    EarnRule,
    NumberRange,
    Offer,
    Program,
    ProgramTerms,
    Settings,
    Tier,
)
from adapter.core.programs.operations import (
    DEFAULTS,
    put,
    put_deal,
    put_offer,
    put_rule,
    put_tier,
)
from adapter.core.programs.queries import (
    EARN_TERMS,
    all_programs,
    by_code,
    deals,
    earn_rules,
    earn_terms,
    offers,
    tiers,
)
from adapter.core.programs.rounding import Rounding, scaled, whole_shares

__all__ = [
    "EARN_TERMS",
    "DEFAULTS",
    "WEEKDAYS",
    "Basket",
    "Conditions",
    "Deal",
    "Discount",
    "DiscountTerms",
    "EarnRule",
    "EarnTerms",
    "Earnings",
    "Line",
    "Missing",
    "NumberRange",
    "Occasion",
    "Offer",
    "Program",
    "ProgramTerms",
    "Rounding",
    "Settings",
    "Tier",
    "all_programs",
    "by_code",
    "deals",
    "discounts",
    "earn",
    "earn_rules",
    "earn_terms",
    "end_of",
    "expiry_of_points",
    "judged_at",
    "last_day",
    "local_day",
    "local_time",
    "money_decimals",
    "offers",
    "period_of",
    "put",
    "put_deal",
    "put_offer",
    "put_rule",
    "put_tier",
    "scaled",
    "start_of",
    "tiers",
    "whole_shares",
]
