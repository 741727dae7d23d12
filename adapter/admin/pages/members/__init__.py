"""Members: one box to find them, what they hold, and what a desk does for them."""

from adapter.admin.pages.members import (
    approvals,
    cards,
    consents,
    leaving,
    merging,
    points,
    search,
    standing,
    timeline,
    view,
)

__all__ = [
    "approvals",
    "cards",
    "consents",
    "leaving",
    "merging",
    "points",
    "search",
    "standing",
    "timeline",
    "view",
]
