"""Cards: numbers shown at a till, their barcodes, states and reservations."""

from adapter.core.cards import barcodes, numbers
from adapter.core.cards.barcodes import BarcodeType
from adapter.core.cards.bulk import CardFacts, add_many, align
from adapter.core.cards.external_ids import give_external_id, keep_off_cards
from adapter.core.cards.identification import NAMED, identify
from adapter.core.cards.models import Card, CardState
from adapter.core.cards.operations import (
    add,
    block,
    issue,
    issue_on,
    issue_to,
    lapse_due,
    reserve,
    retire_all,
    unblock,
)
from adapter.core.cards.queries import (
    BY_CARD,
    bearing,
    by_number,
    held_by,
    holder,
    known,
    of_member,
    of_members,
    pool_numbers,
    unheld,
    used,
    with_holder,
    with_ids,
)
from adapter.core.cards.recognition import recognise
from adapter.core.cards.replacing import by_id, link, pass_on, reissue
from adapter.core.cards.succession import successor

__all__ = [
    "BY_CARD",
    "NAMED",
    "BarcodeType",
    "Card",
    "CardFacts",
    "CardState",
    "add",
    "add_many",
    "align",
    "barcodes",
    "bearing",
    "block",
    "by_id",
    "by_number",
    "give_external_id",
    "held_by",
    "holder",
    "identify",
    "issue",
    "issue_on",
    "issue_to",
    "keep_off_cards",
    "known",
    "lapse_due",
    "link",
    "numbers",
    "recognise",
    "of_member",
    "of_members",
    "pass_on",
    "pool_numbers",
    "reissue",
    "reserve",
    "retire_all",
    "successor",
    "unblock",
    "unheld",
    "used",
    "with_holder",
    "with_ids",
]
