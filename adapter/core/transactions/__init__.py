"""Transactions: sales and returns reported by tills."""

from adapter.core.transactions.bulk import PastSale, owners, record_many, with_codes
from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.core.transactions.operations import (
    Answer,
    Item,
    Sale,
    Tender,
    by_confirmation,
    cancel,
    digest_of,
    record,
    repeated,
)
from adapter.core.transactions.queries import (
    of_members,
    purchases,
    verify,
    with_ids,
    with_shortfall,
)

__all__ = [
    "Answer",
    "Item",
    "PastSale",
    "Sale",
    "Tender",
    "Transaction",
    "TransactionItem",
    "TransactionState",
    "by_confirmation",
    "cancel",
    "digest_of",
    "of_members",
    "owners",
    "purchases",
    "record",
    "record_many",
    "repeated",
    "verify",
    "with_ids",
    "with_shortfall",
    "with_codes",
]
