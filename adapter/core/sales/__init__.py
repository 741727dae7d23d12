"""Sales: what a sale does to a member, in advance, in earnest, and undone."""

from adapter.core.sales.baskets import occasion_of
from adapter.core.sales.models import RuleUsage
from adapter.core.sales.operations import EARNING, Outcome, submit
from adapter.core.sales.previews import BenefitOutlook, Preview, Reduction, preview
from adapter.core.sales.undoing import Withdrawn, cancel, withdraw
from adapter.core.sales.usages import add_usage, count_usages_of, usages

__all__ = [
    "EARNING",
    "BenefitOutlook",
    "Outcome",
    "Preview",
    "Reduction",
    "RuleUsage",
    "Withdrawn",
    "add_usage",
    "cancel",
    "count_usages_of",
    "occasion_of",
    "preview",
    "submit",
    "usages",
    "withdraw",
]
