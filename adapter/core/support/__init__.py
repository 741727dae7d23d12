"""Support: what a desk does for a member, across all that the core knows of them."""

from adapter.core.support.adjusting import (
    Adjustment,
    adjust,
    is_reversible,
    needs_approval,
    refuse_unapproved,
    reverse,
)
from adapter.core.support.arithmetic import reckoning
from adapter.core.support.erasing import erase
from adapter.core.support.merging import (
    Merged,
    Preview,
    bring_over,
    merge,
    preview,
    stranded,
    survivor_of,
)
from adapter.core.support.searching import By, Hit, phones_meant, search
from adapter.core.support.shown import Say, moment, money, plain
from adapter.core.support.standing import Standing, standings
from adapter.core.support.timeline import (
    Held,
    Movement,
    Wanted,
    entered,
    history,
    within,
)
from adapter.core.support.wording import TEMPLATES, sentences

__all__ = [
    "Adjustment",
    "By",
    "Held",
    "Hit",
    "Merged",
    "Movement",
    "Preview",
    "Say",
    "Standing",
    "TEMPLATES",
    "Wanted",
    "adjust",
    "bring_over",
    "entered",
    "erase",
    "history",
    "is_reversible",
    "merge",
    "moment",
    "money",
    "needs_approval",
    "phones_meant",
    "plain",
    "preview",
    "reckoning",
    "refuse_unapproved",
    "reverse",
    "search",
    "sentences",
    "standings",
    "stranded",
    "survivor_of",
    "within",
]
