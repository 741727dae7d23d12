"""How many hands one program may keep busy, so that there is always one for another."""

from __future__ import annotations

import uuid
from collections import Counter

HANDS = 16  # of those who tell; one that waits for an answer costs next to nothing
EACH = 4


def room(busy: Counter[uuid.UUID], program_id: uuid.UUID) -> int:
    """How many hands a program may have besides those it keeps busy.

    Its first is one of all of them. Only half of all are given to those who have one already: so
    however many things wait for receivers that do not answer, others are told meanwhile.
    """
    mine, total = busy[program_id], busy.total()
    first = min(1, HANDS - total) if not mine else 0
    return max(first, min(EACH - mine, HANDS // 2 - total), 0)
