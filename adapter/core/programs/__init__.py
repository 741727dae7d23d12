"""Programs: the rules and units under which a partner rewards people."""

from adapter.core.programs.models import (
    Deal,
    EarnRule,
    NumberRange,
    Offer,
    Program,
    ProgramTerms,
    Settings,
)
from adapter.core.programs.operations import DEFAULTS, put, put_deal, put_offer, put_rule
from adapter.core.programs.queries import all_programs, by_code, deals, earn_rules, offers
from adapter.core.programs.rules import end_of, expiry_of_points, last_day, local_day, start_of

__all__ = [
    "DEFAULTS",
    "Deal",
    "EarnRule",
    "NumberRange",
    "Offer",
    "Program",
    "ProgramTerms",
    "Settings",
    "all_programs",
    "by_code",
    "deals",
    "earn_rules",
    "end_of",
    "expiry_of_points",
    "last_day",
    "local_day",
    "offers",
    "put",
    "put_deal",
    "put_offer",
    "put_rule",
    "start_of",
]
