"""Sales: what a sale does to a member, in advance, in earnest, and undone."""

from adapter.core.sales.models import RuleUsage
from adapter.core.sales.operations import Outcome, submit
from adapter.core.sales.previews import BenefitOutlook, Preview, Reduction, preview
from adapter.core.sales.undoing import cancel
from adapter.core.sales.usages import add_usage, usages
from adapter.core.transactions import Item, Sale, Tender

__all__ = [
    "BenefitOutlook",
    "Item",
    "Outcome",
    "Preview",
    "Reduction",
    "RuleUsage",
    "Sale",
    "Tender",
    "add_usage",
    "cancel",
    "preview",
    "submit",
    "usages",
]
