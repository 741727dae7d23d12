"""Support: what a desk does for a member, across all that the core knows of them."""

from adapter.core.support.adjusting import (
    ADJUSTING,
    AGREED,
    Adjustment,
    adjust,
    is_reversible,
    needs_approval,
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
from adapter.core.support.reckoned import money_is_in_use
from adapter.core.support.searching import By, Hit, numbers_meant, phones_meant, search
from adapter.core.support.shown import Say, moment, money, told_in
from adapter.core.support.standing import Standing, balances, spendable, standings
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
    "ADJUSTING",
    "AGREED",
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
    "balances",
    "bring_over",
    "entered",
    "erase",
    "history",
    "is_reversible",
    "merge",
    "moment",
    "money",
    "money_is_in_use",
    "needs_approval",
    "numbers_meant",
    "phones_meant",
    "preview",
    "reckoning",
    "reverse",
    "search",
    "sentences",
    "spendable",
    "standings",
    "stranded",
    "survivor_of",
    "told_in",
    "within",
]
